"""Resuming is refused if the result could differ, and the message names the difference."""

import csv
import json
import os
import shutil
import stat
import subprocess
import sys

import pytest

from dispatch_cli.batch.job import part_files
from dispatch_cli.errors import ConflictError
from tests.cli.conftest import TWO_FIRMS

from .invalid_rows import HEADER, row_of
from .running import ran, started, wait_for, written

SLOW = {"lat": "N 48 22 13.8", "lon": "E 10 53 52"}
"""Rows that are read one by one even with the extra: a batch of them is not over at once."""
DYING = """
import os
from dispatch_cli.__main__ import main
from dispatch_cli.batch.job import run_loop as run
chunk, seen = run._BatchRun._process_chunk, []
def dying(self, part):
    seen.append(part)
    if len(seen) == 3:
        os._exit(9)
    chunk(self, part)
run._BatchRun._process_chunk, run.CHECKPOINT_S, run.CHECKPOINT_PAUSE_FACTOR = dying, -1.0, 0
main()
"""
"""The program, which dies at its third chunk, behind its second checkpoint."""
ARGV = ("in.csv", "--output", "out.csv", "--map-kinds", "kinds.toml")


@pytest.fixture(scope="module")
def stopped_once(tmp_path_factory):
    """Make a folder with a batch that was killed behind its first checkpoint."""
    folder = tmp_path_factory.mktemp("stopped")
    (folder / "providers.toml").write_text(TWO_FIRMS, encoding="utf-8")
    (folder / "kinds.toml").write_text('[kinds]\n"a tow" = "tow"\n')
    (folder / "in.csv").write_bytes(HEADER + b"".join(row_of(each, {}) for each in range(2_000)))
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "CACHE", "STATE")}
    died = subprocess.run(
        [sys.executable, "-c", DYING, "batch", *ARGV],
        cwd=folder, env={**os.environ, **homes}, check=False,
    )  # fmt: skip
    assert died.returncode == 9
    return folder


@pytest.fixture
def stopped(stopped_once, home):
    """Copy that folder, since a state contains no path."""
    shutil.copytree(stopped_once, home, dirs_exist_ok=True)
    return home


def test_an_unfinished_batch_is_not_thrown_away(stopped, dispatch):
    """Without --resume it is a conflict with both remedies, and no file changes."""
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
        (("--now",), "--now"),
        (("--fail-fast",), "--fail-fast"),
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
    """Exit 2 names the option with both values; no file changes."""
    before = written(stopped, "out.csv")
    found = dispatch("batch", *ARGV, "--resume", *options)
    assert found.code == 2
    assert says in found.err
    assert written(stopped, "out.csv") == before


@pytest.mark.parametrize("name", ["in.csv", "providers.toml", "kinds.toml"])
def test_changed_files_are_bad_data(stopped, dispatch, name):
    """Exit 4 names a changed input, provider file or file of kinds."""
    with (stopped / name).open("a") as file:
        file.write("# \n" if name.endswith("toml") else "x\n")
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    named = {"in.csv": "input", "kinds.toml": "--map-kinds"}.get(name, name)
    assert named in found.err
    assert "has changed" in found.err


def test_another_version_does_not_go_on(stopped, dispatch):
    """A batch of another version is refused, because its order may differ."""
    state = stopped / "out.csv.state"
    state.write_bytes(state.read_bytes().replace(b'"version":"', b'"version":"9.'))
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert "was started by dispatch 9." in found.err


def test_an_edited_module_does_not_go_on(stopped, dispatch, monkeypatch):
    """A changed module is another version, even with the same number."""
    monkeypatch.setattr("dispatch_cli.catalog.code_digest.digest_of_package", lambda: "edited")
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert "the program's modules" in found.err


def test_a_damaged_state_says_what_to_do(stopped, dispatch):
    """A truncated state file is exit 4 with a remedy."""
    (stopped / "out.csv.state").write_bytes(b'{"version":')
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert "out.csv.state" in found.err


def test_a_stream_cannot_be_resumed(dispatch, firms):
    """- with --resume is exit 2, and so is --resume without an output."""
    assert dispatch("batch", "-", "--output", "out.csv", "--resume").code == 2
    assert dispatch("batch", "in.csv", "--resume").code == 2


def test_a_finished_batch_has_nothing_to_go_on_with(dispatch, home, firms):
    """--resume is allowed at a first start; with a finished output it is exit 8."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}))
    assert dispatch("batch", "in.csv", "--output", "out.csv", "--resume").code == 0
    before = written(home, "out.csv")
    again = dispatch("batch", "in.csv", "--output", "out.csv", "--resume")
    assert again.code == 8
    assert "already exists, and there is nothing to resume" in again.err
    assert "leave out --resume" in again.err
    assert written(home, "out.csv") == before
    assert dispatch("batch", "in.csv", "--output", "out.csv").code == 0


def test_an_input_that_is_changed_meanwhile_gives_no_output(home, firms):
    """Exit 4, without any file that could be taken for a result."""
    (home / "in.csv").write_bytes(HEADER + b"".join(row_of(each, SLOW) for each in range(20_000)))
    process = started(home, "in.csv", "--output", "out.csv")
    wait_for(process, home / "out.csv.part")
    with (home / "in.csv").open("ab") as file:
        file.write(row_of(60_001, {}))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert b"was changed while it was read" in err
    assert written(home, "out.csv") == {}


def test_a_finished_part_only_needs_its_name(stopped, dispatch):
    """After a kill between last checkpoint and last rename, --resume only renames."""
    state = (stopped / "out.csv.state").read_bytes()
    checkpoint = json.loads((stopped / "out.csv.checkpoint").read_bytes())
    assert dispatch("batch", *ARGV, "--resume").code == 0
    whole = written(stopped, "out.csv")
    (stopped / "out.csv").rename(stopped / "out.csv.part")
    (stopped / "out.csv.state").write_bytes(state)
    done = {**checkpoint, "is_done": True, "output": len(whole["out.csv"])}
    (stopped / "out.csv.checkpoint").write_text(json.dumps(done))
    assert dispatch("batch", *ARGV, "--resume").code == 0
    assert written(stopped, "out.csv") == whole


def test_only_the_owner_can_read_the_written_files(stopped):
    """Output, rejects, state and checkpoint are private with any umask."""
    ran(stopped, *ARGV, "--resume", umask=0)
    modes = {}
    for name in ("out.csv", "out.csv.rejects"):
        modes[name] = stat.S_IMODE(os.stat(stopped / name).st_mode)
    assert set(modes.values()) == {0o600}


def test_the_files_in_the_making_are_private_too(stopped):
    """The files of a killed batch are private."""
    found = {
        name: stat.S_IMODE(os.stat(stopped / name).st_mode) for name in written(stopped, "out")
    }
    assert len(found) == 4
    assert set(found.values()) == {0o600}


def test_two_batches_do_not_write_one_output(stopped, dispatch):
    """Resuming a batch that still runs is a conflict."""
    import fcntl

    with (stopped / "out.csv.part").open("r+b") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 8
    assert "another batch is writing this file" in found.err


@pytest.mark.parametrize("name", ["out.csv.part", "out.csv.rejects.part"])
@pytest.mark.parametrize("left", ["short", "gone"])
def test_what_was_written_and_is_lost_is_not_made_up(stopped, dispatch, name, left):
    """A part file shorter than its checkpoint is exit 4."""
    checkpoint = stopped / "out.csv.checkpoint"
    kept = json.loads(checkpoint.read_bytes())
    (stopped / name).unlink()
    if left == "short":
        (stopped / name).write_bytes(b"row\n")
    size = kept["output"] if name == "out.csv.part" else kept["rejects"]
    if not size:  # nothing has been rejected yet: a line of it is pretended
        checkpoint.write_text(json.dumps({**kept, "rejects": 100}))
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert "were written" in found.err
    assert not (stopped / "out.csv").exists()


def test_a_finished_batch_without_its_file_is_not_finished(stopped, dispatch):
    """If part file and output are both missing, it is exit 4."""
    checkpoint = stopped / "out.csv.checkpoint"
    done = {**json.loads(checkpoint.read_bytes()), "is_done": True}
    checkpoint.write_text(json.dumps(done))
    (stopped / "out.csv.part").unlink()
    found = dispatch("batch", *ARGV, "--resume")
    assert found.code == 4
    assert (stopped / "out.csv.state").exists()


def begun_as(folder, **changed):
    """Change the start of the stopped batch, and remove its progress."""
    state = folder / "out.csv.state"
    state.write_text(json.dumps({**json.loads(state.read_bytes()), **changed}))
    (folder / "out.csv.checkpoint").unlink()


def providers_in(path):
    """Return the providers of an output."""
    with path.open(newline="") as file:
        return {line["provider"] for line in csv.DictReader(file)} - {""}


@pytest.mark.parametrize(
    ("now", "who"),
    [("2026-11-24T12:00:00+01:00", {"lech", "wertach"}), ("2026-11-22T12:00:00+01:00", {"lech"})],
)
def test_rows_without_a_time_are_ranked_as_of_the_first_start(stopped, dispatch, now, who):
    """A firm for weekdays is ranked by the day of the first start."""
    begun_as(stopped, now=now)
    assert dispatch("batch", *ARGV, "--resume").code == 0
    assert providers_in(stopped / "out.csv") == who


@pytest.mark.parametrize(("state", "is_in"), [("up", True), ("down", False)])
def test_what_was_known_at_the_first_start_counts(stopped, dispatch, state, is_in):
    """With --live the states of the first start count."""
    options = {**json.loads((stopped / "out.csv.state").read_bytes())["options"], "--live": "True"}
    now = "2026-11-24T12:00:00+01:00"
    looked = {"watched": {"provider": "lech", "state": state, "seen_at": now}}
    known = {"now": now, "known": {"lech": looked}}
    begun_as(stopped, options=options, known=known, now=now)
    assert dispatch("batch", *ARGV, "--resume", "--live").code == 0
    assert ("lech" in providers_in(stopped / "out.csv")) is is_in


def test_yesterdays_rejects_are_not_taken_for_todays(stopped, dispatch):
    """After a kill before the last renames, an empty reject file replaces an older one."""
    state = (stopped / "out.csv.state").read_bytes()
    checkpoint = json.loads((stopped / "out.csv.checkpoint").read_bytes())
    assert dispatch("batch", *ARGV, "--resume").code == 0
    whole = written(stopped, "out.csv")
    (stopped / "out.csv").rename(stopped / "out.csv.part")
    (stopped / "out.csv.rejects").rename(stopped / "out.csv.rejects.part")
    (stopped / "out.csv.rejects").write_text("yesterday")
    (stopped / "out.csv.state").write_bytes(state)
    done = {**checkpoint, "is_done": True, "output": len(whole["out.csv"])}
    (stopped / "out.csv.checkpoint").write_text(json.dumps(done))
    assert dispatch("batch", *ARGV, "--resume").code == 0
    assert written(stopped, "out.csv") == whole


def test_one_that_ended_meanwhile_is_not_written_over(stopped, dispatch, monkeypatch):
    """Of two that resume one batch, the second leaves the finished output alone."""
    once = True
    lock = part_files.PartFile.__init__

    def after_the_other(self, target):
        nonlocal once
        if once:
            once = False
            assert ran(stopped, *ARGV, "--resume")[0] == 0
        lock(self, target)

    monkeypatch.setattr(part_files.PartFile, "__init__", after_the_other)
    found = dispatch("batch", *ARGV, "--resume")
    monkeypatch.undo()
    assert found.code == 8
    assert "another batch has just written this file" in found.err
    whole = (stopped / "out.csv").read_bytes()
    assert whole.startswith(b"row,")
    assert b"\0" not in whole


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_every_file_is_on_the_disk_before_it_has_its_name(dispatch, home, firms, monkeypatch, name):
    """Each file is synced before its rename, and its folder after it."""
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}))
    seen = []
    sync, rename = os.fsync, os.replace

    def synced(number):
        seen.append(("sync", os.path.realpath(f"/proc/self/fd/{number}")))
        sync(number)

    def renamed(old, new):
        seen.append(("rename", os.path.realpath(old)))
        rename(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    assert dispatch("batch", "in.csv", "--output", name).code == 0
    monkeypatch.undo()
    folder = os.path.realpath(home)
    ours = [each for each in seen if each[1].startswith(folder)]
    renames = [at for at, (what, _) in enumerate(ours) if what == "rename"]
    assert len(renames) >= 4  # start, checkpoint, rejects, output
    for at in renames:
        assert ("sync", ours[at][1]) in ours[:at], ours[at]
        assert ours[at + 1] == ("sync", folder), ours[at]


def test_a_file_that_got_its_name_meanwhile_is_not_locked(home):
    """A batch that waited for a part file which was renamed leaves it alone."""
    part = part_files.PartFile(home / "out.csv")
    part.write(b"whole")
    real = part_files.take_lock

    def named_first(file, **options):
        part.finish()
        return real(file, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part_files, "take_lock", named_first)
        with pytest.raises(ConflictError, match="has just written this file"):
            part_files.PartFile(home / "out.csv")
    assert (home / "out.csv").read_bytes() == b"whole"


def test_yesterdays_output_is_not_taken_for_todays(stopped, dispatch):
    """An older output in the place of a lost part file is detected."""
    checkpoint = stopped / "out.csv.checkpoint"
    checkpoint.write_text(json.dumps({**json.loads(checkpoint.read_bytes()), "is_done": True}))
    (stopped / "out.csv.part").unlink()
    (stopped / "out.csv").write_text("yesterday")
    assert dispatch("batch", *ARGV, "--resume").code == 4
    assert (stopped / "out.csv").read_text() == "yesterday"
