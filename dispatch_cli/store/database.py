"""Open the file of the case log: make it private, check it, migrate it after a copy."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import DispatchError, UnavailableError
from ..files import make_private_folder
from ..messages import Message
from . import filesystem, identity, journal, lock, migrating
from .continuity import Continuity, check_gone, check_history
from .database_files import flush, refuse_odd, refuse_second_name
from .file_times import kept_times
from .lock import LONGEST_WAIT_S
from .log_faults import (
    NeedsLockError,
    explained,
    needs_migration,
    network,
    recorded_elsewhere,
    whole,
)
from .migrations import Migration, migrations, newest
from .wait_limit import WaitLimit

if TYPE_CHECKING:
    import sqlite3

    from .read_only import LogState
    from .soundness import Schema

# FULL keeps an acknowledged commit through a power cut (tests/store/test_power_loss.py has the
# control); the journal mode is stored in the file. secure_delete overwrites erased rows with zeros,
# and temporary data stays in memory.
_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
)


class StoreNotices(Struct, frozen=True):
    """Functions that report a wait for the lock, and warn of risks of the file."""

    wait: Callable[[Message | str], None]
    warn: Callable[[Message | str], None]


SILENT = StoreNotices(lambda text: None, lambda text: None)


class Database:
    """One connection to one file, opened when it is first needed and again after any fault."""

    def __init__(
        self,
        path: Path,
        *,
        now: datetime,
        known: tuple[Migration, ...] | None = None,
        wait_s: float = LONGEST_WAIT_S,
        on_network: bool = False,
        notices: StoreNotices = SILENT,
    ) -> None:
        self.path = Path(os.path.abspath(path))
        self.now = now
        # Looked up at each call, because a screen may replace ``notices``.
        self.wait_limit = WaitLimit(self.path, wait_s, lambda text: self.notices.wait(text))  # noqa: PLW0108
        self._on_network = on_network
        self.notices = notices
        self._known = known
        self._connection: sqlite3.Connection | None = None
        self._continuity: Continuity | None = None
        self._copied: LogState | None = None
        self._lock: lock.LockFile | None = None
        self._is_known = False  # whether the connection has passed check_identity once

    @property
    def lock_path(self) -> Path:
        """The lock file that writers queue for."""
        return Path(f"{self.path}{lock.SUFFIX}")

    @property
    def wal_path(self) -> Path:
        """SQLite's write-ahead log."""
        return Path(f"{self.path}-wal")

    @property
    def file(self) -> int | None:
        """The descriptor of the open file; closing another one would release SQLite's locks."""
        return None if self._continuity is None else self._continuity.file

    @cached_property
    def known(self) -> tuple[Migration, ...]:
        """The migrations up to the newest version."""
        return migrations() if self._known is None else self._known

    def exists(self) -> bool:
        """Return whether there is a file at the path; it must be regular and have one name."""
        return refuse_odd(self.path) and refuse_second_name(self.path)

    @contextmanager
    def locked(self) -> Iterator["sqlite3.Connection"]:
        """Hold the writers' lock, and a connection to the log, which is made or migrated first."""
        with self.writers_lock():
            yield self._ready(writing=True)

    @contextmanager
    def writers_lock(self) -> Iterator[lock.LockFile]:
        """Hold the writers' lock, without a connection."""
        with explained(self.path):
            if not self.path.parent.exists():
                make_private_folder(self.path.parent)
        with self.wait_limit.limited(), self._queued() as held:
            yield held

    @contextmanager
    def opened_alone(self) -> Iterator["sqlite3.Connection"]:
        """Open, migrate and close a file that no other program uses."""
        try:
            yield self._ready(writing=True)
        finally:
            self.close()

    def at_path(self, path: Path) -> "Database":
        """Return a database at another path with the same settings."""
        wait_s, insists = self.wait_limit.wait_s, self._on_network
        return type(self)(path, now=self.now, known=self._known, wait_s=wait_s, on_network=insists)

    def schema(self) -> "Schema":
        """Return the definitions of the newest schema."""
        return migrating.newest_schema(self.known)

    def readable(self) -> "sqlite3.Connection":
        """Return the connection for reading; an empty one in memory if there is no file yet.

        Errors must be confirmed ``under_lock``. Raises NeedsLockError for an older schema.
        """
        with explained(self.path):
            if self._copied is not None and self._copied.is_over(self.path):
                self.close()  # another program has written to the log
            if self._connection is not None:
                return self._connection
            if not self.exists():
                check_gone(self.path, self.acknowledged())
                return migrating.in_memory(self.known)
        return self._ready(writing=self._lock is not None)

    @contextmanager
    def under_lock(self, error: DispatchError) -> Iterator[None]:
        """Hold the lock to confirm an error that was found without it.

        Raises the error itself if there is no lock file, which is only made for a migration.
        """
        if self._connection is not None and not self._is_known:
            self.close()
        makes = isinstance(error, NeedsLockError)
        if self._lock is not None or not (makes or self.lock_path.exists()):
            raise error
        with ExitStack() as stack:
            try:
                stack.enter_context(self._queued(for_reading=not makes))
            except UnavailableError:
                raise error from None
            yield

    def begin(self, connection: "sqlite3.Connection", statement: str) -> None:
        """Begin a transaction; raises BadDataError if another program has changed the schema."""

        def begin() -> None:
            connection.execute(statement)
            migrating.check_version(connection, self.path, self.known)

        self.wait_limit.run(begin, connection)

    def check_identity(
        self, connection: "sqlite3.Connection", acknowledged: identity.AcknowledgedCommit | None
    ) -> None:
        """Refuse a log that is not the file at its path, or lacks the ``acknowledged`` commit."""
        if connection is not self._connection:
            return  # in memory: there is no log yet
        with explained(self.path), self._guarded(connection) as continuity:
            if continuity is not None:
                continuity.check_place()
                if self._lock is not None:
                    continuity.check_wal()
            check_history(self.path, connection, acknowledged)
            self._is_known = True
            if continuity is not None:
                continuity.trust()

    def acknowledged(self) -> identity.AcknowledgedCommit | None:
        """Read the last commit that was acknowledged at this path, if it is known."""
        return lock.last_acknowledged(self.lock_path)

    def acknowledge(self, stamp: identity.Stamp, head: str) -> None:
        """Record the last commit in the lock file, and check that the log is at its path."""
        if self._lock is not None:
            self._lock.acknowledge(stamp, head)
        try:
            self.check_place()
        except UnavailableError:
            raise recorded_elsewhere(self.path) from None

    def check_place(self, *, is_writing: bool = False) -> None:
        """Refuse to continue in files that are not at their paths."""
        if self._connection is not None:
            with explained(self.path), self._guarded(self._connection) as continuity:
                if continuity is not None:
                    continuity.check_place(self._connection if is_writing else None)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        connection, continuity = self._connection, self._continuity
        self._connection = self._continuity = self._copied = None
        self._is_known = False
        with explained(self.path), kept_times(self.path):
            if continuity is not None and connection is not None:
                continuity.let_go(connection)
            elif connection is not None:
                connection.close()

    def abandon(self) -> None:
        """Close a connection after a fault, and ignore errors of closing."""
        with suppress(DispatchError):
            self.close()

    @contextmanager
    def _guarded(self, connection: "sqlite3.Connection") -> Iterator[Continuity | None]:
        """Yield the checks of a connection's files (None: a copy); keep it open if one fails."""
        try:
            yield self._continuity
        except BaseException:
            if self._is_known and self._continuity is not None:
                self._continuity.keep(connection)
            raise

    def connect(self, path: Path) -> "sqlite3.Connection":
        """Open an existing file with the settings of all connections."""
        import sqlite3

        uri = f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self.wait_limit.busy_s, isolation_level=None
        )
        try:
            for statement in _SETTINGS:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def flush(self) -> None:
        """Sync the sizes of the files to the disk, which SQLite does not do."""
        with explained(self.path):
            if self.file is not None:
                os.fsync(self.file)
            if self.wal_path.exists():
                flush(self.wal_path)

    @contextmanager
    def _queued(self, *, for_reading: bool = False) -> Iterator[lock.LockFile]:
        with explained(self.lock_path):
            held = lock.held(
                self.lock_path, self.wait_limit.left(), self.notices.wait, for_reading=for_reading
            )
            taken = self._lock = held.__enter__()
        try:
            yield taken
        finally:
            self._lock = None
            held.__exit__(None, None, None)

    def _ready(self, *, writing: bool) -> "sqlite3.Connection":
        """Return a connection with the newest schema; only a writer makes or migrates the log."""
        with explained(self.path):
            if self._connection is not None:
                mode = self._connection.execute("PRAGMA journal_mode").fetchone()[0]
                if mode == "wal" or not writing or self._copied is not None:
                    return self._connection
                self.close()
            self._check_file_system()
            if writing and not self.exists():
                check_gone(self.path, self.acknowledged())
                self.acknowledge(*migrating.make(self.path, self.connect, self.known))
            return self._open(writing=writing)

    def _open(self, *, writing: bool) -> "sqlite3.Connection":
        """Open the existing file, after checking that its write-ahead log belongs to it."""
        continuity = Continuity(self.path)
        try:
            continuity.check_wal()
            if filesystem.is_read_only(self.path):
                from .read_only import copied

                made = copied(self.path, continuity.file, self.connect)
                self._connection, self._copied = made
                continuity.close()
            else:
                self._connection = self.wait_limit.run(lambda: self.connect(self.path))
                self._continuity = continuity
        except BaseException:
            continuity.close()
            raise
        try:
            self._prepare(self._connection, writing=writing and self._copied is None)
        except BaseException:
            self.close()
            raise
        return self._connection

    def _prepare(self, connection: "sqlite3.Connection", *, writing: bool) -> None:
        """Migrate a log, and switch it to write-ahead logging, if it is to be written."""
        version = self.wait_limit.run(
            lambda: migrating.version_of(connection, self.path, self.known), connection
        )
        if version < newest(self.known):
            if not writing:
                raise needs_migration(self.path)
            with kept_times(self.path):
                stamp = migrating.migrate(
                    connection, self.path, self.known, version,
                    now=self.now, acknowledged=self.acknowledged(),
                )  # fmt: skip
            self.acknowledge(stamp, whole(lambda: journal.read_head(connection)))
        if writing:
            # A backup that is only read remains a single, unchanged file.
            self.wait_limit.run(lambda: connection.execute("PRAGMA journal_mode = WAL"), connection)
        self.check_place()

    def _check_file_system(self) -> None:
        """Refuse a network file system, and warn of other risks."""
        kind = filesystem.file_system_of(self.path)
        if filesystem.is_network(kind) and not self._on_network:
            raise network(self.path, kind)
        for text in filesystem.risks(self.path, kind):
            self.notices.warn(text)
