"""Going on is refused wherever the result could be another, and says what differs."""

import json
import os
import shutil
import stat
import subprocess
import time
from contextlib import suppress

import pytest

from tests.cli.conftest import TWO_FIRMS

from .running import killed_after, ran, started, written
from .spoilt import HEADER, row_of

SLOW = {"lat": "N 48 22 13.8", "lon": "E 10 53 52"}
"""Rows that are read one by one even with the extra: a batch of them is not over at once."""
ARGV = ("in.csv", "--output", "out.csv", "--map-kinds", "kinds.toml")


@pytest.fixture(scope="module")
def stopped_once(tmp_path_factory):
    """A folder with a batch that was killed behind its first checkpoint."""
    folder = tmp_path_factory.mktemp("stopped")
    (folder / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    (folder / "kinds.toml").write_text('[kinds]\n"a tow" = "tow"\n')
    (folder / "in.csv").write_bytes(HEADER + b"".join(row_of(each, SLOW) for each in range(60_000)))
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "CACHE", "STATE")}
    process = started(folder, *ARGV, env={**os.environ, **homes})
    until = time.monotonic() + 60
    while not (folder / "out.csv.checkpoint").exists() and time.monotonic() < until:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    assert killed_after(process, 0)
    return folder


@pytest.fixture
def stopped(stopped_once, home):
    """A copy of it, since a state names no folder."""
    shutil.copytree(stopped_once, home, dirs_exist_ok=True)
    return home


def test_an_unfinished_batch_is_not_thrown_away(stopped, dispatch):
    """Without --resume it is a conflict that names both ways out, and nothing is touched."""
    before = written(stopped, "out.csv")
    found = dispatch("batch", *ARGV)
    assert found.code == 8
    assert "--resume" in found.err
    assert "out.csv.state" in found.err
    assert written(stopped, "out.csv") == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--top", "3"), "--top was '5', now it is '3'"),
        (("--full",), "--full"),
        (("--keep", "note"), "--keep"),
        (("--kind", "tow"), "--kind"),
        (("--when", "2026-11-27T12:00"), "--when"),
        (("--columns", "lat=lon,lon=lat"), "--columns"),
        (("--timezone", "America/New_York"), "--timezone"),
        (("--format", "spreadsheet"), "--format"),
        (("--delimiter", ";"), "--delimiter"),
        (("--encoding", "cp1252"), "--encoding"),
        (("--history",), "--history"),
        (("--rejects", "other"), "--rejects"),
    ],
)
def test_other_options_are_a_usage_error(stopped, dispatch, options, says):
    """Exit 2, and the option stands there with both values; what there is stays."""
    before = written(stopped, "out.csv")
    found = dispatch("batch", *ARGV, "--resume", *options)
    assert found.code == 2
    assert says in found.err
    assert written(stopped, "out.csv") == before


@pytest.mark.parametrize("name", ["in.csv", "providers.toml", "kinds.toml"])
def test_changed_files_are_bad_data(stopped, dispatch, name):
    """Exit 4 for another input, provider file or file of kinds, and it says which."""
    with (stopped / name).open("a") as file:
        file.write("# \n" if name.endswith("toml") else "x\n")
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    named = {"in.csv": "input", "kinds.toml": "--map-kinds"}.get(name, name)
    assert named in found.err
    assert "has changed" in found.err


def test_another_version_does_not_go_on(stopped, dispatch):
    """What another version began may have another order: it is refused."""
    state = stopped / "out.csv.state"
    state.write_bytes(state.read_bytes().replace(b'"version":"', b'"version":"9.'))
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert "was started by dispatch 9." in found.err


def test_a_damaged_state_says_what_to_do(stopped, dispatch):
    """Half a state file is exit 4 with the way out, not a guess."""
    (stopped / "out.csv.state").write_bytes(b'{"version":')
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert "out.csv.state" in found.err


def test_a_stream_cannot_be_resumed(dispatch, firms):
    """- with --resume is exit 2, and so is --resume without an output."""
    assert dispatch("batch", "-", "--output", "out.csv", "--resume").code == 2
    assert dispatch("batch", "in.csv", "--resume").code == 2


def test_a_finished_batch_has_nothing_to_go_on_with(dispatch, home, firms):
    """--resume on a first start just starts; over a whole output, maybe yesterday's, it is 8."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}))
    assert dispatch("batch", "in.csv", "--output", "out.csv", "--resume").code == 0
    before = written(home, "out.csv")
    again = dispatch("batch", "in.csv", "--output", "out.csv", "--resume")
    assert again.code == 8
    assert "leave out --resume" in again.err
    assert written(home, "out.csv") == before
    assert dispatch("batch", "in.csv", "--output", "out.csv").code == 0


def test_an_input_that_is_changed_meanwhile_gives_no_output(home, firms):
    """Exit 4, and nothing is left that could be taken for a result or gone on with."""
    (home / "in.csv").write_bytes(HEADER + b"".join(row_of(each, SLOW) for each in range(60_000)))
    process = started(home, "in.csv", "--output", "out.csv")
    until = time.monotonic() + 60
    while not (home / "out.csv.part").exists() and time.monotonic() < until:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    with (home / "in.csv").open("ab") as file:
        file.write(row_of(60_001, {}))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert b"was changed while it was read" in err
    assert written(home, "out.csv") == {}


def test_a_finished_part_only_needs_its_name(stopped, dispatch):
    """Killed between the last checkpoint and the last rename, --resume does the rest."""
    state = (stopped / "out.csv.state").read_bytes()
    checkpoint = json.loads((stopped / "out.csv.checkpoint").read_bytes())
    assert dispatch("batch", *ARGV, "--resume").code == 0
    whole = written(stopped, "out.csv")
    (stopped / "out.csv").rename(stopped / "out.csv.part")
    (stopped / "out.csv.state").write_bytes(state)
    (stopped / "out.csv.checkpoint").write_text(json.dumps({**checkpoint, "is_done": True}))
    assert dispatch("batch", *ARGV, "--resume").code == 0
    assert written(stopped, "out.csv") == whole


def test_nobody_else_can_read_what_is_written(stopped):
    """Output, rejects, state and checkpoint are the owner's alone, whatever the umask."""
    ran(stopped, *ARGV, "--resume", umask=0)
    modes = {}
    for name in ("out.csv", "out.csv.rejects"):
        modes[name] = stat.S_IMODE(os.stat(stopped / name).st_mode)
    assert set(modes.values()) == {0o600}


def test_the_files_in_the_making_are_private_too(stopped):
    """What a killed batch leaves is the owner's alone."""
    found = {
        name: stat.S_IMODE(os.stat(stopped / name).st_mode) for name in written(stopped, "out")
    }
    assert len(found) == 4
    assert set(found.values()) == {0o600}


def test_two_batches_do_not_write_one_output(stopped, dispatch):
    """While one is at work, another that goes on with it is a conflict."""
    import fcntl

    with (stopped / "out.csv.part").open("r+b") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 8
    assert "another batch" in found.err
