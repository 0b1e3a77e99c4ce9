"""The page about operations: its rehearsal works as printed, its sentences are in the code."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from dispatch_cli.store import continuity, log_faults

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_rehearsed_restore_works_as_printed(tmp_path: Path) -> None:
    """Each line of the rehearsal ends with 0, and the restored log has the head of the backup."""
    (tmp_path / "providers.toml").write_bytes((ROOT / "providers.toml").read_bytes())
    block = PAGE.split("<!-- rehearsal -->")[1].split("<!-- end -->")[0]
    lines = [line for line in block.splitlines() if line.startswith("dispatch ")]
    names = ("DATA", "CONFIG", "STATE", "CACHE")
    homes = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in names}
    environment = {**os.environ, **homes, "PYTHONPATH": str(ROOT)}
    said = []
    for line in lines:
        ran = subprocess.run(
            [sys.executable, "-m", "dispatch_cli", *shlex.split(line)[1:]],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, (line, ran.stderr)
        assert "warning" not in ran.stderr, (line, ran.stderr)
        said.append(ran.stdout)
    heads = [re.findall(r"\d+:[0-9a-f]{64}", text) for text in said]
    assert len(lines) == 5
    # The restored journal has one record more, that of the restore.
    assert [*heads[3], *heads[1]] == heads[2]
    assert len(heads[2]) == 2
    assert "86150" in said[4]


def test_the_sentences_are_those_of_the_program() -> None:
    """What the table quotes stands in the code, numbers aside."""
    code = "".join(
        Path(str(module.__file__)).read_text(encoding="utf-8")
        for module in (continuity, log_faults)
    )
    table = PAGE.split("## What the program notices")[1].split("## Where")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| ")]
    quoted = [text for row in rows for text in re.findall("`([^`]{30,})`", row[2])]
    assert len(quoted) == 7
    for text in quoted:
        for part in re.split(r"\d+(?: commits)?", text):
            assert part.strip() in code, part
