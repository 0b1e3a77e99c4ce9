"""A log on a read-only file system is read completely, with its write-ahead log."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError, UnavailableError
from dispatch_cli.messages import Message
from dispatch_cli.store import Store, filesystem, read_only, wal
from dispatch_cli.store.database import Database, StoreNotices

from .programs import Program, killed_after, open_case, plain, tokens_in
from .sample import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and mount")


@contextmanager
def _read_only(folder: Path, place: Path) -> Iterator[None]:
    """Mount a folder read-only at a place; skips if that is not allowed."""
    place.mkdir(exist_ok=True)
    mount = ["mount", "--bind", str(folder), str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("this user cannot mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_log_with_a_full_write_ahead_log_can_be_read(tmp_path: Path) -> None:
    """Reading sees every commit and is warned about once; writing is refused; no file changes."""
    folder = tmp_path / "log"
    path = folder / "cases.sqlite3"
    killed_after(path, range(1, 4))
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    with _read_only(folder, folder):
        heard: list[Message | str] = []
        notices = StoreNotices(heard.append, heard.append)
        with Store(Database(path, now=NOW, notices=notices)) as store:
            assert tokens_in(store) == [1, 2, 3]
            assert tokens_in(store) == [1, 2, 3]
            assert store.check() == []
            with pytest.raises(UnavailableError):
                open_case(store, 4)
            assert len(heard) == 1
            assert "read-only file system" in str(heard[0])
            store.back_up(tmp_path / "copy", keep=None)
        assert {each.name: each.read_bytes() for each in folder.iterdir()} == before
    assert tokens_in(plain(tmp_path / "copy")) == [1, 2, 3]


def test_a_folder_that_is_written_elsewhere_is_read_in_one_state(tmp_path: Path) -> None:
    """Every read through a read-only mount is sound and complete."""
    folder, view = tmp_path / "log", tmp_path / "view"
    path = folder / "cases.sqlite3"
    killed_after(path, range(1))
    writer = Program(path)
    with _read_only(folder, view):
        looked = plain(view / path.name)
        assert tokens_in(looked) == [0]
        for token in range(1, 60):
            writer.tell(f"open {token}")
            if token % 20 == 0:
                with closing(sqlite3.connect(path)) as other:
                    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for store in (looked, plain(view / path.name)):
                assert tokens_in(store) == list(range(token + 1))
        pid = os.fork()
        if not pid:
            with plain(path) as busy:
                for token in range(60, 160):
                    open_case(busy, token)
            os._exit(0)
        seen = 0
        while os.waitpid(pid, os.WNOHANG)[0] == 0:
            found = tokens_in(plain(view / path.name))
            assert found == list(range(len(found)))
            assert len(found) >= seen
            seen = len(found)
        assert len(tokens_in(looked)) == 160
    writer.end()


def test_a_copy_that_was_changed_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that is restarted during the copy is copied again, with an error if it never rests.

    Nothing of a copy has a name, and none stays where there is no room.
    """
    path, folder = tmp_path / "cases.sqlite3", tmp_path / "tmp"
    killed_after(path, range(2))
    folder.mkdir()
    monkeypatch.setattr(read_only, "_IN_MEMORY", str(folder))
    monkeypatch.setattr(filesystem, "is_read_only", lambda _: True)
    replay = wal.replay
    changes = [1]

    def changed(wal_path: Path, copy: int) -> None:
        replay(wal_path, copy)
        assert list(folder.iterdir()) == []
        if changes:
            changes.pop()
            os.utime(path, ns=(len(changes), len(changes)))
            content = bytearray(wal_path.read_bytes())
            content[12] ^= 1
            wal_path.write_bytes(content[:32])

    monkeypatch.setattr(wal, "replay", changed)
    Path(f"{path}.lock").unlink()
    assert tokens_in(plain(path)) == []
    changes.extend(range(10))
    with pytest.raises(UnavailableError, match="faster"):
        tokens_in(plain(path))
    monkeypatch.setattr(wal, "write_all", _full)
    with pytest.raises(UnavailableError, match="no room"):
        tokens_in(plain(path))
    assert list(folder.iterdir()) == []


def _full(file: int, content: bytes, place: int) -> None:
    raise OSError(28, "full")


def test_only_whole_commits_are_replayed(tmp_path: Path) -> None:
    """A damaged write-ahead log gives the pages that SQLite itself reads."""
    path, other = tmp_path / "cases.sqlite3", tmp_path / "other.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    killed_after(path, range(2, 5))
    base, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    spoiled = [log[:at] for at in range(0, len(log) + 1, 2060)]
    for at in range(10, len(log), 1500):
        spoiled.append(log[:at] + bytes([log[at] ^ 4]) + log[at + 1 :])
    for content in spoiled:
        for each in (path, other):
            each.write_bytes(base)
            Path(f"{each}-wal").write_bytes(content)
        file = os.open(path, os.O_RDWR)
        wal.replay(Path(f"{path}-wal"), file)
        os.pwrite(file, b"\1\1", 18)
        os.close(file)
        for left in ("-wal", "-shm"):
            Path(f"{path}{left}").unlink(missing_ok=True)
        assert _rows(path) == _rows(other)


def _rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_an_older_version_must_be_migrated_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log of an older version that cannot be written is refused with the cause."""
    path = tmp_path / "cases.sqlite3"
    script = (Path(__file__).parent / "logs" / "version_4.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    monkeypatch.setattr(filesystem, "is_read_only", lambda _: True)
    with pytest.raises(BadDataError, match="must be migrated"):
        tokens_in(plain(path))
