"""The wait for programs without the lock file is reported after a second, and limited."""

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from dispatch_cli.errors import ConflictError
from dispatch_cli.messages import Message
from dispatch_cli.store import Store, lock, wait_limit
from dispatch_cli.store.database import Database, StoreNotices

from .programs import open_case, plain, tokens_in
from .sample import NOW

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def _heard(path: Path, wait_s: float) -> tuple[Store, list[Message | str]]:
    heard: list[Message | str] = []
    notices = StoreNotices(heard.append, lambda text: None)
    return Store(Database(path, now=NOW, wait_s=wait_s, notices=notices)), heard


@needs_fork
@pytest.mark.parametrize(
    ("statements", "is_open"),
    [
        (["BEGIN IMMEDIATE"], True),
        (["BEGIN IMMEDIATE"], False),
        (["PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"], False),
    ],
    ids=["open", "closed", "exclusive"],
)
def test_another_program_is_waited_for(
    tmp_path: Path, statements: list[str], is_open: bool
) -> None:
    """The wait for SQLite's lock is reported once, after a second, and ends in time.

    Together with the wait for the lock file it is no longer than the limit.
    """
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    store, heard = _heard(path, 1.6)
    if is_open:
        open_case(store, 2)
    other = os.fork()
    if not other:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for each in statements:
                connection.execute(each)
            (tmp_path / "held").touch()
            time.sleep(30)
    while not (tmp_path / "held").exists():
        time.sleep(0.01)
    try:
        queue = threading.Thread(target=_hold, args=(Path(f"{path}.lock"), 0.4))
        queue.start()
        time.sleep(0.1)
        begun = time.monotonic()
        with pytest.raises(ConflictError, match=r"another program has held .* 1\.6 s"):
            open_case(store, 3)
        assert 1.5 < time.monotonic() - begun < 1.9
        queue.join()
    finally:
        os.kill(other, 9)
        os.waitpid(other, 0)
    assert len(heard) == 1
    assert str(heard[0]).startswith("waiting for another program")
    if wait_limit._LOCKS.exists():
        assert str(heard[0]).endswith(f", pid {other}")
    open_case(store, 4)
    store.close()


def _hold(path: Path, seconds: float) -> None:
    with lock.held(path):
        time.sleep(seconds)


def test_a_lock_that_is_let_go_in_time(tmp_path: Path) -> None:
    """After a wait of more than a second the act is recorded."""
    path = tmp_path / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    store, heard = _heard(path, 5)
    with closing(
        sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    ) as connection:
        connection.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1.3, connection.execute, ["ROLLBACK"])
        timer.start()
        open_case(store, 2)
        timer.join()
    assert len(heard) == 1
    assert tokens_in(store) == [1, 2]
    store.close()


def test_a_system_that_does_not_tell_who_holds_a_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the system's table, or with other lines, no process is named."""
    monkeypatch.setattr(wait_limit, "_LOCKS", tmp_path / "locks")
    assert wait_limit._holder(tmp_path) is None
    (tmp_path / "cases").touch()
    (tmp_path / "cases-shm").touch()
    (tmp_path / "locks").write_text("1: FLOCK ADVISORY WRITE 7 00:01:2 0 EOF\n\n", "ascii")
    assert wait_limit._holder(tmp_path / "cases") is None
