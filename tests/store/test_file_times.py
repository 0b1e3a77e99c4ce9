"""The times of a log's files are those of its last commit."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch_cli.store import Store
from dispatch_cli.store.database import Database
from dispatch_cli.store.file_times import kept_times, written_at
from dispatch_cli.store.migrations import Migration, migrations, newest

from .sample import NOW
from .working import decide_next

OLD = datetime(2025, 11, 1, tzinfo=UTC)


def written(path: Path) -> Store:
    """Make an open log with a commit in its ``-wal``, whose files are old."""
    log = Store(Database(path, now=NOW))
    decide_next(log)
    assert Path(f"{path}-wal").stat().st_size
    age(path)
    return log


def age(path: Path) -> None:
    """Give the files of the log an old time."""
    for each in (path, Path(f"{path}-wal")):
        with suppress(FileNotFoundError):
            os.utime(each, (OLD.timestamp(), OLD.timestamp()))


def test_no_file_was_never_written(tmp_path: Path) -> None:
    """Without a log there is no time."""
    with kept_times(tmp_path / "log"):
        assert written_at(tmp_path / "log") is None


def test_a_commit_is_written_now(tmp_path: Path) -> None:
    """A commit renews the time, while its log is open and after it was closed."""
    with written(tmp_path / "log") as log:
        decide_next(log)
        assert written_at(log.path) > OLD
    assert written_at(log.path) > OLD


@pytest.mark.parametrize("end", ["close", "abandon"])
def test_the_last_connection_keeps_the_time(tmp_path: Path, end: str) -> None:
    """Closing copies the ``-wal`` into the database, which keeps the time of its last commit."""
    with written(tmp_path / "log") as log, log.reading():
        pass
    age(log.path)
    log = written(log.path)
    getattr(log._database, end)()
    assert not Path(f"{log.path}-wal").exists()
    assert written_at(log.path) == OLD


def test_an_empty_write_ahead_log_says_nothing(tmp_path: Path) -> None:
    """The new and empty ``-wal`` of a reader does not count."""
    written(tmp_path / "log").close()
    with Store(Database(tmp_path / "log", now=NOW)) as log:
        with log.reading() as reader:
            assert reader.last_act() is not None
        assert Path(f"{log.path}-wal").exists()
        assert written_at(log.path) == OLD


def test_a_migration_keeps_the_time(tmp_path: Path) -> None:
    """A migration by a reading program does not change the time."""
    log = written(tmp_path / "log")
    log.close()
    later = Migration(newest(migrations()) + 1, "CREATE TABLE region (id INTEGER) STRICT;\n")
    with Store(Database(log.path, now=NOW, known=(*migrations(), later))) as newer:
        with newer.reading() as reader:
            assert reader.last_act() is not None
        assert written_at(log.path) == OLD
    assert written_at(log.path) == OLD


def test_a_file_of_another_owner_keeps_its_new_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the time cannot be set, the log is closed nevertheless."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    log = written(tmp_path / "log")
    monkeypatch.setattr(os, "utime", refuse)
    log.close()
    assert written_at(log.path) > OLD
