"""The examples of docs/api.md say what the program says."""

import doctest
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_example_gives_what_the_page_shows(tmp_path: Path, monkeypatch) -> None:
    """The examples run from top to bottom, beside the sample provider file."""
    for name in ("pyarrow", "numba", "pandas"):
        pytest.importorskip(name, reason='the extra "batch" is not installed')
    shutil.copy(ROOT / "providers.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    ran = doctest.testfile(
        str(ROOT / "docs" / "api.md"), module_relative=False,
        optionflags=doctest.ELLIPSIS,
    )  # fmt: skip
    assert (ran.failed, ran.attempted) == (0, page.count("\n>>> "))
