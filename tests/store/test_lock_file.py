"""The lock file has the last acknowledged commit, and decides which logs are accepted."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from dispatch_cli.errors import BadDataError
from dispatch_cli.store import lock
from dispatch_cli.store.identity import AcknowledgedCommit

from .programs import open_case, plain, tokens_in


def test_a_copy_that_was_worked_with_elsewhere_is_refused(tmp_path: Path) -> None:
    """A copy with more commits, but without the last acknowledged one, is refused."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with plain(path) as store:
        open_case(store, 1)
        store.back_up(copy, keep=None)
    with plain(copy) as store:
        for token in (2, 3, 4):
            open_case(store, token)
    with plain(path) as store:
        open_case(store, 5)
    shutil.copyfile(copy, path)
    for use in (tokens_in, lambda store: open_case(store, 6)):
        with pytest.raises(BadDataError, match="record 2, acknowledged here, differs"):
            use(plain(path))
    # A lock file of an older version has no head: the count alone is compared.
    lock_path = Path(f"{path}.lock")
    os.truncate(lock_path, 125)
    with plain(path) as store:
        assert tokens_in(store) == [1, 2, 3, 4]
        open_case(store, 7)
    assert lock_path.stat().st_size > 125


def test_an_unacknowledged_commit_is_no_other_state(tmp_path: Path) -> None:
    """A log is accepted after a kill between its commit and the record of it."""
    path, lock_path = tmp_path / "cases.sqlite3", tmp_path / "cases.sqlite3.lock"
    with plain(path) as store:
        open_case(store, 1)
        noted = lock_path.read_bytes()
        open_case(store, 2)
    lock_path.write_bytes(noted)
    with plain(path) as store:
        assert tokens_in(store) == [1, 2]
        open_case(store, 3)
    lock_path.write_bytes(noted[:142] + b"1:x\n")
    with plain(path) as store:
        assert tokens_in(store) == [1, 2, 3]


def test_a_log_that_is_being_restored_is_not_gone(tmp_path: Path) -> None:
    """A reader that finds no file tries again with the lock, which the restore holds."""
    path, aside = tmp_path / "cases.sqlite3", tmp_path / "aside"
    with plain(path) as store:
        open_case(store, 1)
    found: list[int] = []
    reader = threading.Thread(target=lambda: found.extend(tokens_in(plain(path))))
    with lock.held(Path(f"{path}.lock")):
        os.rename(path, aside)
        reader.start()
        time.sleep(0.1)
        os.rename(aside, path)
    reader.join()
    assert found == [1]
    path.unlink()
    with pytest.raises(BadDataError, match="gone"):
        tokens_in(plain(path))


def test_a_half_written_lock_file_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreadable or mixed line of the lock file is read again."""
    path, read = tmp_path / "cases.sqlite3", lock._content
    with plain(path) as store:
        open_case(store, 1)
    lock_path = Path(f"{path}.lock")
    whole = lock.last_acknowledged(lock_path)
    assert whole is not None
    halves = [b"dispatch-log:0123" + bytes(76)]
    monkeypatch.setattr(lock, "_content", lambda path: halves.pop() if halves else read(path))
    assert lock.last_acknowledged(lock_path) == whole
    mixed = [AcknowledgedCommit(replace(whole.stamp, count=7, mark="0" * 16), "")]
    monkeypatch.setattr(lock, "last_acknowledged", lambda path: mixed.pop() if mixed else whole)
    assert tokens_in(plain(path)) == [1]
    assert not mixed
