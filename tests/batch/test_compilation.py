"""The compiled kernel is compiled again after a change of its sources, with a message."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dispatch_cli

from ..worlds import MemoryCatalog, no_holidays, provider

pytest.importorskip("numba", reason='the extra "batch" is not installed')

PROGRAM = """
from datetime import UTC, datetime
from dispatch_cli.batch.compiled.column_engine import ColumnEngine
from dispatch_cli.model import Incident, Place
from tests.worlds import MemoryCatalog, no_holidays, provider

engine = ColumnEngine(MemoryCatalog([provider("p", lat=48.1)]), holidays=no_holidays)
when = datetime(2026, 11, 27, tzinfo=UTC)
[[ranks]] = engine.rank([Incident(kind="tow", place=Place(lat=48.0, lon=11.0), when=when)])
print(ranks.rows[0].distance_km)
"""


def distance_km(folder: Path) -> float:
    """Run the program with the copy of the package in a folder, and with a cache beside it."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "c")}
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    return float(done.stdout)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of the package and its tests."""
    root = Path(dispatch_cli.__file__).parents[1]
    for name in ("dispatch_cli", "tests"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.ci
def test_a_renamed_table_is_compiled_again(copied: Path) -> None:
    """The next run works after a class of the kernel's tables has another name."""
    before = distance_km(copied)
    for path in (copied / "dispatch_cli" / "batch").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "OfferColumns" in text:
            path.write_text(text.replace("OfferColumns", "RenamedColumns"), encoding="utf-8")
    assert distance_km(copied) == before


@pytest.mark.ci
def test_an_edited_constant_changes_what_was_compiled_before(copied: Path) -> None:
    """A larger earth makes distances longer in the next run, despite numba's cache."""
    before = distance_km(copied)
    kept = {path.name for path in (copied / "c").rglob("*.nbi")}
    assert distance_km(copied) == before
    assert {path.name for path in (copied / "c").rglob("*.nbi")} == kept
    sphere = copied / "dispatch_cli" / "model" / "sphere.py"
    text = sphere.read_text(encoding="utf-8")
    sphere.write_text(text.replace("6371.0088", "12742.0176"), encoding="utf-8")
    assert distance_km(copied) == pytest.approx(2 * before)
    assert {path.name for path in (copied / "c").rglob("*.nbi")} > kept


def test_only_a_long_start_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading from the cache is silent; a compilation is reported once."""
    from dispatch_cli.batch.compiled import column_engine

    engine = column_engine.ColumnEngine(MemoryCatalog([provider("p")]), holidays=no_holidays)
    said: list[str] = []
    engine.warm_up(said.append)
    said.clear()
    engine.warm_up(said.append)
    assert said == []
    monkeypatch.setattr(column_engine, "_LOADING_S", 0.0)
    engine.warm_up(said.append)
    assert [str(each) for each in said] == [
        "the batch engine is compiled once after an installation: about ten seconds"
    ]
