"""The file of the case log: made private, opened with care, migrated with a copy kept back."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import DispatchError, UnavailableError
from ..files import make_private_folder
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
from .patience import Patience
from .soundness import schema_of

if TYPE_CHECKING:
    import sqlite3

    from .read_only import State
    from .soundness import Schema

# FULL is what keeps an acknowledged commit through a power cut (tests/store/test_power_loss.py has
# the control); the journal mode stays in the file. secure_delete writes zeros over what is erased,
# and what SQLite would put aside in files stays in memory.
_PROFILE = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cell_size_check = ON",
)


class Voice(Struct, frozen=True):
    """Functions that say that the program waits for the lock, and warn of doubts about the file."""

    wait: Callable[[str], None]
    warn: Callable[[str], None]


SILENT = Voice(lambda text: None, lambda text: None)


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
        voice: Voice = SILENT,
    ) -> None:
        self.path = Path(os.path.abspath(path))
        self.now = now
        # Not the function itself: a screen may have another one say it.
        self.patience = Patience(self.path, wait_s, lambda text: self.voice.wait(text))  # noqa: PLW0108
        self._on_network = on_network
        self.voice = voice
        self._known = known
        self._connection: sqlite3.Connection | None = None
        self._continuity: Continuity | None = None
        self._copied: State | None = None
        self._lock: lock.LockFile | None = None
        self._is_known = False  # whether the connection has passed check_identity once

    @property
    def lock_path(self) -> Path:
        """The file that writers queue for."""
        return Path(f"{self.path}{lock.SUFFIX}")

    @property
    def wal_path(self) -> Path:
        """SQLite's write-ahead log."""
        return Path(f"{self.path}-wal")

    @property
    def file(self) -> int | None:
        """The descriptor of the file while it is open; no other may be opened and closed."""
        return None if self._continuity is None else self._continuity.file

    @cached_property
    def known(self) -> tuple[Migration, ...]:
        """The migrations up to the newest version."""
        return migrations() if self._known is None else self._known

    def exists(self) -> bool:
        """Whether there is a file at the path; refuses what is no plain file of one name."""
        return refuse_odd(self.path) and refuse_second_name(self.path)

    @contextmanager
    def locked(self) -> Iterator["sqlite3.Connection"]:
        """Hold the writers' lock and the connection, made and migrated if need be."""
        with self.alone():
            yield self._ready(writing=True)

    @contextmanager
    def alone(self) -> Iterator[lock.LockFile]:
        """Hold the writers' lock, also while another file is at the path."""
        with explained(self.path):
            if not self.path.parent.exists():
                make_private_folder(self.path.parent)
        with self.patience.limited(), self._queued() as held:
            yield held

    @contextmanager
    def looked_at(self) -> Iterator["sqlite3.Connection"]:
        """Open, migrate and close a file that no other program works with."""
        try:
            yield self._ready(writing=True)
        finally:
            self.close()

    def beside(self, path: Path) -> "Database":
        """Return a database at another path with the same settings."""
        wait_s, insists = self.patience.wait_s, self._on_network
        return type(self)(path, now=self.now, known=self._known, wait_s=wait_s, on_network=insists)

    def schema(self) -> "Schema":
        """The definitions of the newest schema."""
        with closing(migrating.in_memory(self.known)) as connection:
            return schema_of(connection)

    def readable(self) -> "sqlite3.Connection":
        """The connection for reading; an empty one in memory where there is no file yet.

        Without the lock, others may be changing the files: what is wrong must be looked at again
        (``looking_again``). Raises NeedsLockError for an older schema.
        """
        with explained(self.path):
            if self._copied is not None and self._copied.is_over(self.path):
                self.close()  # another program has written where it may
            if self._connection is not None:
                return self._connection
            if not self.exists():
                check_gone(self.path, self.acknowledged())
                return migrating.in_memory(self.known)
        return self._ready(writing=self._lock is not None)

    @contextmanager
    def looking_again(self, error: DispatchError) -> Iterator[None]:
        """Hold the lock to look again at what was found wrong without it.

        Raises the error itself without a lock file, which is only made for a migration.
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
        """Begin a transaction, unless another program has changed the schema since the opening."""

        def begin() -> None:
            connection.execute(statement)
            migrating.check_version(connection, self.path, self.known)

        self.patience.run(begin, connection)

    def check_identity(
        self, connection: "sqlite3.Connection", acknowledged: identity.Acknowledged | None
    ) -> None:
        """Refuse a log that is not the one at its path, or not all that was ``acknowledged``."""
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

    def acknowledged(self) -> identity.Acknowledged | None:
        """The last commit that was acknowledged at this path, if that is known."""
        return lock.last_acknowledged(self.lock_path)

    def acknowledge(self, stamp: identity.Stamp, head: str) -> None:
        """Note outside of the database which commit was its last, and that it is at its path."""
        if self._lock is not None:
            self._lock.acknowledge(stamp, head)
        try:
            self.check_place()
        except UnavailableError:
            raise recorded_elsewhere(self.path) from None

    def check_place(self, *, is_writing: bool = False) -> None:
        """Refuse to go on in files that are no longer at their paths, or, to write, not there."""
        if self._connection is not None:
            with explained(self.path), self._guarded(self._connection) as continuity:
                if continuity is not None:
                    continuity.check_place(self._connection if is_writing else None)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
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
        """Check a connection's files, None for a copy; keep it if it fails after it has passed."""
        try:
            yield self._continuity
        except BaseException:
            if self._is_known and self._continuity is not None:
                self._continuity.keep(connection)
            raise

    def connect(self, path: Path) -> "sqlite3.Connection":
        """Open a file that is there; every connection has the same profile."""
        import sqlite3

        uri = f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self.patience.busy_s, isolation_level=None
        )
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
            if self.file is not None:
                os.fsync(self.file)
            if self.wal_path.exists():
                flush(self.wal_path)

    @contextmanager
    def _queued(self, *, for_reading: bool = False) -> Iterator[lock.LockFile]:
        with explained(self.lock_path):
            held = lock.held(
                self.lock_path, self.patience.left(), self.voice.wait, for_reading=for_reading
            )
            taken = self._lock = held.__enter__()
        try:
            yield taken
        finally:
            self._lock = None
            held.__exit__(None, None, None)

    def _ready(self, *, writing: bool) -> "sqlite3.Connection":
        """The connection with the newest schema; only a writer makes or migrates."""
        with explained(self.path):
            if self._connection is not None:
                mode = self._connection.execute("PRAGMA journal_mode").fetchone()[0]
                if mode == "wal" or not writing or self._copied is not None:
                    return self._connection
                self.close()
            self._look_around()
            if writing and not self.exists():
                check_gone(self.path, self.acknowledged())
                self.acknowledge(*migrating.make(self.path, self.connect, self.known))
            return self._open(writing=writing)

    def _open(self, *, writing: bool) -> "sqlite3.Connection":
        """Open the file that is there, once its write-ahead log is known to be its own."""
        continuity = Continuity(self.path)
        try:
            continuity.check_wal()
            if filesystem.is_read_only(self.path):
                from .read_only import copied

                made = copied(self.path, continuity.file, self.connect)
                self._connection, self._copied = made
                continuity.close()
            else:
                self._connection = self.patience.run(lambda: self.connect(self.path))
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
        """Migrate a log, and have it keep a write-ahead log, if it is to be written."""
        version = self.patience.run(
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
            # A backup that is only looked into stays one file, as it is.
            self.patience.run(lambda: connection.execute("PRAGMA journal_mode = WAL"), connection)
        self.check_place()

    def _look_around(self) -> None:
        """Refuse a network file system, and warn of other doubts about the file."""
        kind = filesystem.file_system_of(self.path)
        if filesystem.is_network(kind) and not self._on_network:
            raise network(self.path, kind)
        for text in filesystem.doubts(self.path, kind):
            self.voice.warn(text)
