"""The files of the log from the command line: backup, restore, doctor, waiting, what is warned."""

import os
import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import convert

from dispatch_cli.cli.check_schedule import jobs_of
from dispatch_cli.cli.log import _losses
from dispatch_cli.store import lock
from dispatch_cli.store.database import Database
from dispatch_cli.store.restoring import RestoreResult

from ..terminal import Terminal

OPEN = ("case", "open", "tow", "--at", "86150")


@pytest.fixture
def log(dispatch, firms: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log with one case."""
    path = firms.parent / "log" / "cases.sqlite3"
    monkeypatch.setenv("DISPATCH_DB", str(path))
    assert dispatch(*OPEN).code == 0
    return path


def test_a_backup_is_made_and_restored(dispatch, log: Path) -> None:
    """Both commands report their result, also as JSON, and the log is that of the backup."""
    copy = log.parent / "copy"
    head = dispatch("log", "head").out.strip()
    made = dispatch("log", "backup", str(copy))
    assert (made.code, made.out.splitlines()[1]) == (0, f"{copy}\t1\t{head}")
    again = dispatch("log", "backup", str(copy))
    assert (again.code, "--keep 14" in again.err) == (8, True)
    assert dispatch("log", "backup", str(copy), "--keep", "2", "--json").envelope["data"] == {
        "path": str(copy), "head": head, "cases": 1
    }  # fmt: skip
    assert Path(f"{copy}.1").exists()
    dispatch(*OPEN)
    restored = dispatch("log", "restore", str(copy))
    assert restored.code == 0
    assert "1 record made since the backup is not in this log" in restored.err
    row = dict(zip(*(line.split("\t") for line in restored.out.splitlines()), strict=True))
    assert row["backup_head"] == head
    assert dispatch("log", "head").out.strip() == row["head"] != head
    assert dispatch("log", "verify", "--head", head).code == 0
    data = dispatch("log", "restore", str(copy), "--json").envelope["data"]
    assert set(data) == {
        "head", "cases", "aside", "missing", "erased", "open", "is_other", "held", "lost_commits",
        "backup_head",
    }  # fmt: skip
    assert data["missing"] == 1
    assert dispatch("log", "verify").code == 0
    assert dispatch("log", "restore", str(log.parent / "absent")).code == 2


def test_a_deleted_log_is_not_an_empty_one(dispatch, log: Path) -> None:
    """Exit code 4 with instructions, for reading and writing, in doctor and verify."""
    log.unlink()
    for words in (("case", "list"), OPEN, ("log", "verify"), ("doctor",)):
        ran = dispatch(*words)
        assert ran.code == 4, words
        assert "the case log is gone, and 1 commit with it" in ran.out + ran.err


def test_doctor_has_all_rows_also_without_the_log(
    dispatch, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that cannot be reached, is refused or in use is one problem among the rows."""
    whole = {line.split("\t")[0] for line in dispatch("doctor").out.splitlines()}
    held = log.parent / "held.sqlite3"
    dispatch("log", "backup", str(held))
    with closing(sqlite3.connect(held, isolation_level=None)) as other, monkeypatch.context() as to:
        other.executescript("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        to.setenv("DISPATCH_DB", str(held))
        to.setitem(Database.__init__.__kwdefaults__, "wait_s", 0.1)
        _doctor_says(dispatch, 8, "in use", whole)
    log.unlink()
    said = _doctor_says(dispatch, 4, "refused", whole)
    assert "restore FILE" in said["hint"][1]
    monkeypatch.setenv("DISPATCH_DB", "/dev/null/x/cases")
    _doctor_says(dispatch, 5, "not reachable", whole)


def _doctor_says(dispatch, code: int, state: str, rows: set[str]) -> dict[str, list[str]]:
    ran = dispatch("doctor")
    said = {each[0]: each for each in (line.split("\t") for line in ran.out.splitlines())}
    assert ran.code == code
    assert said["case log"][1].endswith(f": {state}")
    assert said["problem"][1]
    assert rows - set(said) <= {"clock", "case log id"}
    return said


def test_doctor_shows_the_log_and_its_risks(dispatch, log: Path) -> None:
    """Its id, file system, SQLite fault, old logs, and other users who can write."""
    dispatch("log", "backup", str(log.parent / "copy"))
    dispatch("log", "restore", str(log.parent / "copy"))
    log.parent.chmod(0o777)
    rows = [line.split("\t") for line in dispatch("doctor").out.splitlines()]
    said = {row[0]: row for row in rows}
    assert re.fullmatch("[0-9a-f]{32}", said["case log id"][1])
    assert said["sqlite"][1] == sqlite3.sqlite_version
    assert said["set aside"][1].startswith(f"{log}.replaced-")
    assert "can be written by all users (mode 0777)" in said["warning"][1]
    if Path("/proc/self/mountinfo").exists():
        assert said["file system"][2] == "mountinfo"


@pytest.mark.parametrize(
    "argv", [("hold", "1", "--until", "2030-01-01"), ("show", "1"), ("show", "99")], ids=" ".join
)
def test_a_log_that_others_can_write_is_warned_about_once(dispatch, log: Path, argv) -> None:
    """``case`` warns once, on stderr or in the JSON, also before an error."""
    log.parent.chmod(0o770)
    said = f"{log.parent} can be written by its group (mode 0770): others can change the case log"
    ran = dispatch("case", *argv)
    assert [line for line in ran.err.splitlines() if "others" in line] == [f"warning: {said}"]
    assert dispatch("case", *argv, "--json").envelope["warnings"] == [said]
    assert "others" not in dispatch("case", *argv, "--quiet").err


@pytest.mark.parametrize("form", [(), ("--plain",)], ids=["screen", "lines"])
def test_the_desk_warns_of_a_log_that_others_can_write(dispatch, log: Path, form) -> None:
    """The first screen of the desk has the warning."""
    log.parent.chmod(0o770)
    with Terminal(["case", "work", "1", *form], columns=200) as terminal:
        terminal.wait_for("others can change the case log")


def test_a_wait_is_shown_on_a_terminal(dispatch, log: Path) -> None:
    """After a second the holder of the lock is named; then the command continues."""
    with Terminal(["case", "note", "1", "late"]) as terminal:
        with lock.held(Path(f"{log}.lock")):
            shown = terminal.wait_for("waiting for another dispatch")
        pid = re.search(r"pid (\d+), since \d\d:\d\d:\d\d", shown)
        assert pid is not None
        assert int(pid[1]) == os.getpid()
        assert terminal.ended() == 0


@pytest.mark.parametrize("form", [(), ("--plain",)], ids=["screen", "lines"])
def test_the_desk_shows_that_it_waits(dispatch, log: Path, form) -> None:
    """At the desk it is a line of the screen, and the key counts when the wait is over."""
    with Terminal(["case", "work", "1", *form]) as terminal:
        terminal.wait_for("F9 emergency")
        time.sleep(0.6)
        with lock.held(Path(f"{log}.lock")):
            terminal.press("\r")
            terminal.wait_for("waiting for another dispatch, pid ")
        after = terminal.wait_for(": the call is placed")
    assert form or "waiting for another dispatch" not in after


@pytest.mark.ci
def test_waiting_ends_after_ten_seconds(dispatch, log: Path) -> None:
    """Without a terminal there is no message before; exit code 8 and no record."""
    with lock.held(Path(f"{log}.lock")):
        ran = dispatch("case", "note", "1", "late")
    assert ran.code == 8
    assert f"held for more than 10 s, by pid {os.getpid()} since" in ran.err
    assert "waiting for" not in ran.err


@pytest.mark.parametrize("form", [(), ("--plain",)], ids=["screen", "lines"])
def test_the_desk_records_nothing_in_a_log_that_was_replaced(dispatch, log: Path, form) -> None:
    """The desk acknowledges nothing into a deleted file: each key says so."""
    with Terminal(["case", "work", "1", *form], columns=200) as terminal:
        terminal.wait_for("F9 emergency")
        time.sleep(0.6)
        shutil.copyfile(log, f"{log}.coming")
        os.replace(f"{log}.coming", log)
        terminal.press("\r")
        terminal.wait_for("moved, replaced or deleted")
    with closing(sqlite3.connect(log)) as connection:
        assert connection.execute("SELECT count(*) FROM offer").fetchone() == (0,)


def test_a_network_file_system_takes_an_option(
    dispatch, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --db-on-network it is exit 5 for a case; ranking goes on without the log."""
    from dispatch_cli.store import filesystem

    monkeypatch.setattr(filesystem, "file_system_of", lambda _: "nfs4")
    ran = dispatch("case", "list")
    assert (ran.code, "--db-on-network allows it" in ran.err) == (5, True)
    assert dispatch("case", "list", "--db-on-network").code == 0
    assert "ranked without the case log" in dispatch("cascade", "tow", "--at", "86150").err
    assert "ranked without" not in dispatch(
        "cascade", "tow", "--at", "86150", "--db-on-network"
    ).err  # fmt: skip
    printed = dispatch("check", "--print-crontab", "--db-on-network").out
    assert printed.count("--db-on-network") == len(jobs_of(["x"], [], 1, "b"))
    assert "nfs4" in dispatch("doctor").out


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"is_other": True, "missing": None}, ["backup of another case log"]),
        ({"missing": None}, ["cannot be read"]),
        ({"missing": 3}, ["3 records made since the backup are not"]),
        ({"erased": (1, 4)}, ["erased again, as in the log before: cases 1, 4"]),
        ({"missing": None, "lost_commits": 7}, ["since the backup (up to 7 commits) are not"]),
        (
            {"is_other": True, "missing": None, "lost_commits": 1},
            ["another case log; the one before, which cannot be read completely, had 1 commit"],
        ),
        ({"held": (2,)}, ["on hold in this one: cases 2; run dispatch case forget after the hold"]),
        ({"open": (7,), "missing": 1}, ["1 record made", "open in this one: cases 7"]),
        ({}, []),
    ],
)
def test_the_warnings_about_losses_of_a_restore(facts: dict[str, object], said: list[str]) -> None:
    """Each loss of the restored log is a sentence of its own."""
    plain = {"head": "0:", "cases": 0, "aside": (), "missing": 0, "erased": (), "open": (),
             "is_other": False}  # fmt: skip
    found = list(_losses(convert({**plain, **facts}, RestoreResult)))
    assert len(found) == len(said)
    assert all(part in str(sentence) for part, sentence in zip(said, found, strict=True))
