"""The end of a program never destroys files that were moved or removed under it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError, DispatchError, UnavailableError
from dispatch_cli.store import Store, lock
from dispatch_cli.store.database import Database
from dispatch_cli.store.database_files import remove_companions
from dispatch_cli.store.identity import Stamp

from .programs import Program, open_case, plain, tokens_in
from .sample import MINUTE, NOW, act, case, closed, personal

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

ROOT = Path(__file__).parents[2]
_STALE = """
import pathlib, sys
from dispatch_cli.errors import UnavailableError
from tests.store.programs import open_case, plain
path = pathlib.Path(sys.argv[1])
store = plain(path)
open_case(store, 1)
print("opened", flush=True)
sys.stdin.readline()
for each in (store, store, plain(path)):
    try:
        open_case(each, 4)
    except UnavailableError:
        print("moved")
del store, each
"""


@pytest.mark.parametrize("acts", [True, False])
def test_a_program_without_its_index_destroys_no_commits(tmp_path: Path, acts: bool) -> None:
    """A program whose -shm was removed refuses to write, and keeps the later commits."""
    path = tmp_path / "cases.sqlite3"
    stale = Program(path)
    stale.tell("open 1")
    os.unlink(f"{path}-shm")
    other = Program(path)
    assert (other.tell("open 2"), other.tell("open 3")) == ("opened 2", "opened 3")
    other.killed_in("wait", 0)
    if acts:
        assert "moved, replaced or deleted" in stale.tell("open 4")
    stale.end()
    assert tokens_in(plain(path)) == [1, 2, 3]


def test_a_refused_connection_is_not_closed_at_exit(tmp_path: Path) -> None:
    """Nor is it closed with its store, or by another store in the process."""
    path = tmp_path / "cases.sqlite3"
    stale = subprocess.Popen([sys.executable, "-c", _STALE, str(path)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True, cwd=ROOT)  # fmt: skip
    assert stale.stdin is not None
    assert stale.stdout is not None
    assert stale.stdout.readline() == "opened\n"
    os.unlink(f"{path}-shm")
    other = Program(path)
    assert (other.tell("open 2"), other.tell("open 3")) == ("opened 2", "opened 3")
    other.killed_in("wait", 0)
    assert stale.communicate("go on\n")[0] == "moved\n" * 3
    assert stale.returncode == 0
    assert tokens_in(plain(path)) == [1, 2, 3]


def test_no_commit_goes_into_a_write_ahead_log_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If companions disappear before the first check, no commit is acknowledged."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    checked = Database.check_place
    turns = 0

    def removed_first(self: Database, **options: bool) -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            remove_companions(path)
        checked(self, **options)

    monkeypatch.setattr(Database, "check_place", removed_first)
    stale = Program(path)
    monkeypatch.undo()
    assert stale.tell("look") == "[1]"
    assert not Path(f"{path}-wal").exists()
    assert "moved, replaced or deleted" in stale.tell("open 2")
    other = Program(path)
    assert other.tell("open 3") == "opened 3"
    stale.end()
    other.killed_in("wait", 0)
    assert tokens_in(plain(path)) == [1, 3]


def test_files_that_are_back_are_closed_as_ever(tmp_path: Path) -> None:
    """A log that was moved away and back is used again, and closed without companions."""
    path = tmp_path / "cases.sqlite3"
    store = plain(path)
    open_case(store, 1)
    os.rename(path, tmp_path / "away")
    with pytest.raises(UnavailableError):
        open_case(store, 2)
    os.rename(tmp_path / "away", path)
    open_case(store, 3)
    store.close()
    assert not Path(f"{path}-wal").exists()
    with plain(path) as store:
        assert tokens_in(store) == [1, 3]


def test_a_log_that_goes_while_it_records_is_said_to_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After COMMIT no message says that nothing was recorded."""
    path = tmp_path / "cases.sqlite3"
    store = plain(path)
    open_case(store, 1)
    acknowledge = lock.LockFile.acknowledge

    def move(self: lock.LockFile, stamp: Stamp, head: str) -> None:
        acknowledge(self, stamp, head)
        os.rename(path, tmp_path / "away")

    monkeypatch.setattr(lock.LockFile, "acknowledge", move)
    with pytest.raises(UnavailableError, match="its records are in the moved file") as caught:
        open_case(store, 2)
    assert "nothing was recorded" not in str(caught.value.hint)
    monkeypatch.undo()
    os.rename(tmp_path / "away", path)
    assert tokens_in(store) == [1, 2]
    store.close()


def test_a_look_that_has_begun_is_finished(tmp_path: Path) -> None:
    """A read that has begun, such as a backup, is completed if the file is moved."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    store = plain(path)
    open_case(store, 1)
    with store.reading() as reader:
        os.rename(path, tmp_path / "away")
        assert len(list(reader.acts())) == 1
    shutil.copyfile(tmp_path / "away", copy)
    store.close()


def test_a_log_with_a_second_name_is_refused(tmp_path: Path) -> None:
    """A file with two names is refused by both, except for the name of a replaced log.

    Under each name SQLite would keep a write-ahead log of its own.
    """
    path, second = tmp_path / "cases.sqlite3", tmp_path / "second"
    open_case(plain(path), 1)
    os.link(path, second)
    for each in (path, second):
        for use in (tokens_in, lambda store: open_case(store, 2)):
            with pytest.raises(BadDataError, match="second name"):
                use(plain(each))
    os.rename(second, f"{path}.replaced-20261129T120000")
    assert tokens_in(plain(path)) == [1]


@pytest.mark.parametrize("way", ["moved", "replaced", "gone"])
def test_what_is_not_the_log_is_not_wiped(tmp_path: Path, way: str) -> None:
    """An erasure never reports clean files for a log that is not at its path."""
    path = tmp_path / "cases.sqlite3"
    store = Store(Database(path, now=NOW + 60 * MINUTE))
    with store.deciding() as tx:
        new = tx.new_case(case(), personal())
        tx.append(act("open", new.id))
        tx.save(new, closed(new, NOW + MINUTE))
    with store.deciding() as tx:
        tx.forget(1, NOW + 60 * MINUTE)
        tx.append(act("forget", 1))
    os.rename(path, tmp_path / "away")
    if way == "replaced":
        shutil.copyfile(tmp_path / "away", path)
    if way == "gone":
        store = plain(path)
    with pytest.raises(DispatchError, match=r"moved, replaced or deleted|gone"):
        store.after_erasure()
