"""The file of the case log: made private, opened with care, migrated with a copy kept back."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import make_private_folder
from . import lock
from .faults import damaged, explained, refused, symbolic_link
from .lock import LONGEST_WAIT_S
from .migrations import Migration, apply, migrations, newest

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x44504C47
"""In the file's header: nobody else's database is taken for a case log."""

# FULL is what keeps an acknowledged commit through a power cut (RELIABILITY, finding 3); the
# journal mode stays in the file. secure_delete writes zeros over what is erased, and what SQLite
# would put aside in files stays in memory.
_PROFILE = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
)
_COMPANIONS = ("-wal", "-shm", "-journal")


class Database:
    """One connection to one file, opened when it is first needed and again after any fault."""

    def __init__(
        self,
        path: Path,
        *,
        now: datetime,
        known: tuple[Migration, ...] | None = None,
        wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self.path = Path(os.path.abspath(path))
        self._now = now
        self._wait_s = wait_s
        self._known = known
        self._connection: sqlite3.Connection | None = None

    @property
    def lock_path(self) -> Path:
        """The file that writers queue for."""
        return Path(f"{self.path}.lock")

    @cached_property
    def known(self) -> tuple[Migration, ...]:
        """The migrations up to the newest version."""
        return migrations() if self._known is None else self._known

    def exists(self) -> bool:
        """Whether there is a file, or anything else, at the path; refuses what is no plain file."""
        for suffix in ("", *_COMPANIONS):
            path = Path(f"{self.path}{suffix}")
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                if not suffix:
                    return False
                continue
            if stat.S_ISLNK(found.st_mode):
                raise symbolic_link(path)
            if not stat.S_ISREG(found.st_mode):
                kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no plain file"
                raise refused(path, f"{kind}, not a case log", "name another file with --db")
        return True

    @contextmanager
    def locked(self) -> Iterator["sqlite3.Connection"]:
        """Hold the writers' lock and the connection, made and migrated if need be."""
        with explained(self.path):
            if not self.path.parent.exists():
                make_private_folder(self.path.parent)
        with self._queued():
            yield self._ready(writing=True)

    def readable(self) -> "sqlite3.Connection":
        """The connection for reading; an empty one in memory where there is no file yet."""
        with explained(self.path):
            if self._connection is not None:
                return self._connection
            if not self.exists():
                return self._in_memory()
        try:
            return self._ready(writing=False)
        except _OlderError:
            with self._queued():
                return self._ready(writing=True)

    def check_version(self, connection: "sqlite3.Connection") -> None:
        """Refuse a schema that another program has changed since the file was opened."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != newest(self.known):
            raise _newer(self.path, version, newest(self.known))

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with explained(self.path):
                connection.close()

    def abandon(self) -> None:
        """Drop a connection after a fault, whatever it says about that."""
        import sqlite3

        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
        self._connection = None

    def connect(self, path: Path) -> "sqlite3.Connection":
        """Open a file that is there; every connection has the same profile."""
        import sqlite3

        uri = f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=self._wait_s, isolation_level=None)
        try:
            for statement in _PROFILE:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def flush(self) -> None:
        """Have the sizes of the files on the disk, too, which SQLite leaves to the system."""
        with explained(self.path):
            for path in (self.path, Path(f"{self.path}-wal")):
                if path.exists():
                    _flush(path)

    @property
    def wait_s(self) -> float:
        """How long to wait for other programs."""
        return self._wait_s

    def wal_bytes(self) -> int:
        """How long the write-ahead log beside the file is; 0 if there is none."""
        try:
            return os.stat(f"{self.path}-wal").st_size
        except FileNotFoundError:
            return 0

    def backups(self) -> list[Path]:
        """The copies that were made before migrations and are still there."""
        with explained(self.path):
            prefix = f"{self.path.name}.before-"
            return [each for each in self.path.parent.iterdir() if each.name.startswith(prefix)]

    def delete_backups(self) -> None:
        """Remove the copies made before migrations: they hold what has been erased since."""
        for path in self.backups():
            with explained(path):
                path.unlink()

    @contextmanager
    def _queued(self) -> Iterator[None]:
        with explained(self.lock_path):
            held = lock.held(self.lock_path, self._wait_s)
            held.__enter__()
        try:
            yield
        finally:
            held.__exit__(None, None, None)

    def _ready(self, *, writing: bool) -> "sqlite3.Connection":
        """The connection with the newest schema; only a writer makes or migrates."""
        with explained(self.path):
            if self._connection is not None:
                return self._connection
            if writing and not self.exists():
                self._create()
            connection = self.connect(self.path)
            try:
                version = self._inspected(connection)
                if version < newest(self.known):
                    if not writing:
                        raise _OlderError
                    self._migrate(connection, version)
                connection.execute("PRAGMA journal_mode = WAL")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            return connection

    def _inspected(self, connection: "sqlite3.Connection") -> int:
        """The version of a case log; raises BadDataError for anything else."""
        if self.path.stat().st_size == 0:
            raise damaged(self.path, "empty")
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise refused(
                self.path, "another program's database, not a case log", "name another with --db"
            )
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > newest(self.known):
            raise _newer(self.path, version, newest(self.known))
        return version

    def _create(self) -> None:
        """Make the file beside its place and move it there, so that it is never half made."""
        for suffix in _COMPANIONS:
            left = Path(f"{self.path}{suffix}")
            if left.exists():
                raise refused(left, "left over from a case log that is gone", "move it away")
        fresh = Path(f"{self.path}.new")
        _remove(fresh)
        _make_private(fresh)
        connection = self.connect(fresh)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            self._fill(connection)
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        _flush(fresh)
        os.rename(fresh, self.path)
        _flush(self.path.parent)

    def _in_memory(self) -> "sqlite3.Connection":
        import sqlite3

        connection = sqlite3.connect(":memory:", isolation_level=None)
        self._fill(connection)
        return connection

    def _fill(self, connection: "sqlite3.Connection") -> None:
        connection.execute("BEGIN")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        apply(connection, self.known, 0)
        connection.execute("COMMIT")

    def _migrate(self, connection: "sqlite3.Connection", version: int) -> None:
        """Migrate in one transaction; the copy goes once the new schema has passed its check."""
        self._back_up(connection, version)
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        try:
            apply(connection, self.known, version)
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            problems += [f"foreign key of {row[0]}" for row in _broken_links(connection)]
            if problems != ["ok"]:
                raise damaged(self.path, f"migrating fails: {'; '.join(problems)[:200]}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("PRAGMA foreign_keys = ON")
        self.delete_backups()

    def _back_up(self, connection: "sqlite3.Connection", version: int) -> None:
        import sqlite3

        stamp = f"{self._now:%Y%m%dT%H%M%S}"
        copy = Path(f"{self.path}.before-{newest(self.known)}-of-{version}-{stamp}")
        copy.unlink(missing_ok=True)
        _make_private(copy)
        target = sqlite3.connect(f"{copy.as_uri()}?mode=rw", uri=True)
        try:
            connection.backup(target)
        finally:
            target.close()
        _flush(copy)


class _OlderError(Exception):
    """The schema has to be migrated first, which takes the lock."""


def _newer(path: Path, found: int, known: int) -> Exception:
    return refused(
        path,
        f"the case log has schema version {found}; this program knows up to {known}",
        "use the newer program",
    )


def _broken_links(connection: "sqlite3.Connection") -> list[tuple[str, int, str, int]]:
    return connection.execute("PRAGMA foreign_key_check").fetchall()


def _make_private(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite's own beside it follow its mode."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, 0o600))


def _remove(path: Path) -> None:
    """Remove what a killed program may have left of a file that was being made."""
    for suffix in ("", *_COMPANIONS):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Have a file's content, or a folder's names, on the disk."""
    if os.name == "nt" and path.is_dir():  # pragma: no cover - Windows keeps names by itself
        return
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
