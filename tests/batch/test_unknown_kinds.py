"""Rows with unknown kinds end in the lines to begin a file for --map-kinds with."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.batch.job import engine_choice
from dispatch_cli.batch.job.unknown_kinds import MOST_TEXTS, UnknownKinds
from tests.extras import NEEDS_BATCH

from .running import killed_after_renames, written

SHARED = Path(__file__).resolve().parents[3] / "shared"
MONTGOMERY = SHARED / "data" / "incidents" / "montgomery-county-911.csv"
PROVIDERS = str(Path(__file__).resolve().parents[2] / "providers.toml")


def calls(home: Path, kinds: list[str]) -> None:
    """Write rows with these kinds."""
    lines = [json.dumps({"kind": kind, "lat": 48.37, "lon": 10.89}) for kind in kinds]
    (home / "in.jsonl").write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.skipif(not MONTGOMERY.is_file(), reason=f"not here: {MONTGOMERY.name} in ../shared")
@pytest.mark.parametrize(
    "engine", ["rows", pytest.param("columns", marks=[NEEDS_BATCH, pytest.mark.ci])]
)
def test_real_calls_end_in_the_lines_to_begin_with(dispatch, home, monkeypatch, engine):
    """The ten commonest of 74 texts on stderr, all in the file, which then ranks every row."""
    monkeypatch.setattr(engine_choice, "WORTH_COMPILING", 0 if engine == "columns" else 1 << 60)
    argv = ("batch", str(MONTGOMERY), "--columns", "kind=title", "--timezone", "America/New_York",
            "--providers", PROVIDERS, "--output", "out.csv")  # fmt: skip
    found = dispatch(*argv, "--write-map", "kinds.toml")
    assert found.code == 4
    assert "3,051 rows with unknown kinds, 74 texts, the commonest below" in found.err
    lines = found.err.split("[kinds]\n")[1].splitlines()
    assert lines[:2] == [
        '"Traffic: VEHICLE ACCIDENT -" = ""  # 895',
        '"Traffic: DISABLED VEHICLE -" = ""  # 495',
    ]
    assert len(lines) == 10
    text = (home / "kinds.toml").read_text()
    assert text.split("[kinds]\n")[1].splitlines()[:10] == lines
    assert len(tomli.loads(text)["kinds"]) == 74
    assert stat.S_IMODE((home / "kinds.toml").stat().st_mode) == 0o600
    assert "has no kind in quotes" in dispatch(*argv, "--map-kinds", "kinds.toml").err
    (home / "kinds.toml").write_text(text.replace('""', '"other"'))
    assert "3,051 ranked, 0 rejected" in dispatch(*argv, "--map-kinds", "kinds.toml").err


def test_a_file_that_exists_is_not_replaced(dispatch, firms, home):
    """It may have been filled in: exit 8 before any row is ranked, and the file is as it was."""
    calls(home, ["Fall"])
    (home / "kinds.toml").write_text("mine")
    found = dispatch("batch", "in.jsonl", "--now", "--write-map", "kinds.toml")
    assert (found.code, found.out) == (8, "")
    assert "kinds.toml: already exists" in found.err
    assert (home / "kinds.toml").read_text() == "mine"


def test_without_unknown_kinds_no_file_is_written(dispatch, firms, home):
    """stderr says so."""
    calls(home, ["tow"])
    found = dispatch("batch", "in.jsonl", "--now", "--write-map", "kinds.toml")
    assert found.code == 0
    assert "no row has an unknown kind: kinds.toml is not written" in found.err
    assert not (home / "kinds.toml").exists()


def test_quiet_drops_the_lines_and_not_the_file(dispatch, firms, home):
    """The file was asked for; the lines are a hint."""
    calls(home, ["Fall"])
    argv = ("batch", "in.jsonl", "--now", "--rejects", "rejects")
    assert '"Fall" = ""  # 1' in dispatch(*argv).err
    found = dispatch(*argv, "--quiet", "--write-map", "kinds.toml")
    assert found.err == ""
    assert tomli.loads((home / "kinds.toml").read_text()) == {"kinds": {"Fall": ""}}


@pytest.mark.parametrize("renames", [1, 2])
def test_a_killed_batch_writes_the_file_at_its_resumption(dispatch, firms, home, renames):
    """Killed behind the rename of one or both files, the counts come from the checkpoint."""
    calls(home, ["tow", "Fall", "Fall", "Sturz"])
    argv = ("in.jsonl", "--now", "--output", "out.csv", "--write-map", "kinds.toml")
    killed_after_renames(home, renames, *argv)
    assert not (home / "kinds.toml").exists()
    assert dispatch("batch", *argv, "--resume").code == 6
    assert '"Fall" = ""  # 2\n"Sturz" = ""  # 1\n' in (home / "kinds.toml").read_text()
    assert set(written(home, "out.csv")) == {"out.csv", "out.csv.rejects"}


def test_a_full_disk_does_not_end_as_done(firms, home):
    """A file of kinds that cannot be written is exit 5, and --resume writes it later."""
    calls(home, ["tow", "Fall"])
    argv = ["in.jsonl", "--now", "--output", "out.csv", "--write-map", "kinds/kinds.toml"]
    (home / "kinds").mkdir()
    code = (
        "import os\n"
        "from dispatch_cli.__main__ import main\n"
        "from dispatch_cli.batch.job import kind_map_file\n"
        "def full(path): raise OSError(28, os.strerror(28))\n"
        "kind_map_file.open_private = full\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, "batch", *argv], cwd=home,
                         capture_output=True, check=False)  # fmt: skip
    assert ran.returncode == 5
    assert b"No space left" in ran.stderr
    again = [sys.executable, "-m", "dispatch_cli", "batch", *argv, "--resume"]
    assert subprocess.run(again, cwd=home, capture_output=True, check=False).returncode == 6
    assert os.listdir(home / "kinds") == ["kinds.toml"]


def test_the_memory_is_bounded():
    """Of a column of notes the first thousand texts are counted, the other rows only as such."""
    kinds = UnknownKinds()
    for number in range(3 * MOST_TEXTS):
        kinds.count(f"note {number % (2 * MOST_TEXTS)}")
    kinds.count("x" * 1_000_000)
    assert len(kinds.texts) == MOST_TEXTS
    assert set(kinds.texts.values()) == {2}
    assert kinds.rows == 3 * MOST_TEXTS + 1
    assert kinds.others == MOST_TEXTS + 1


@given(st.lists(st.text(min_size=1), max_size=8))
def test_every_text_is_a_key_of_toml(texts):
    """Quotes, backslashes and control characters come back as they were; none is shown."""
    kinds = UnknownKinds()
    for text in texts:
        kinds.count(text)
    lines = kinds.lines()
    assert all(line.isprintable() for line in lines)
    assert tomli.loads("\n".join(lines)).get("kinds", {}) == dict.fromkeys(kinds.texts, "")
    assert kinds.rows == len(texts)
