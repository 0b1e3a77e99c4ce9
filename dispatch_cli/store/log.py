"""The one interface to the case log."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import BadDataError, ConflictError, DispatchError
from . import filesystem, forgetting, identity, migrating, soundness
from .database import Database
from .in_transaction import in_reading, in_transaction
from .transaction import Reader, Transaction

if TYPE_CHECKING:
    import sqlite3

    from .backup import Copied
    from .restoring import Restored


class Description(Struct, frozen=True):
    """A case log as ``doctor`` tells of it; ``id`` is "" where there is none to be read."""

    id: str
    commits: int
    file_system: str
    doubts: tuple[str, ...]
    aside: tuple[str, ...]


class Store:
    """A case log. Raises UnavailableError where it cannot be reached, BadDataError if damaged."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def path(self) -> Path:
        """Where the case log is."""
        return self._database.path

    @contextmanager
    def deciding(self) -> Iterator[Transaction]:
        """Read, decide and write with nobody in between; kept on the disk once it is left.

        Whoever comes first is served first. An exception undoes everything.
        """
        with (
            self._database.locked() as connection,
            in_transaction(self._database, connection, "BEGIN IMMEDIATE"),
        ):
            yield Transaction(connection, self._database.schema)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read one consistent state while others write; without a file the log is empty."""
        with self._in_reading() as connection:
            yield Reader(connection, self._database.schema)

    def check(self) -> list[str]:
        """What is wrong with the file, for ``doctor``; the empty list if nothing is."""
        try:
            with self._in_reading() as connection:
                problems = soundness.all_problems(connection, self._database.schema())
                if forgetting.is_unwiped(connection):
                    problems.append("an erasure is unfinished: repeat dispatch case forget")
        except BadDataError as error:
            return [problem.text for problem in error.problems]
        return problems

    def described(self) -> Description:
        """Which log it is and what is doubtful about its file, for ``doctor``; never raises."""
        from .swapping import set_aside

        kind = filesystem.file_system_of(self.path)
        stamp = None
        with suppress(DispatchError, OSError):
            if self._database.exists():
                with self._in_reading() as connection:
                    stamp = identity.read_stamp(connection)
        return Description(
            id=stamp.log if stamp else "",
            commits=stamp.count if stamp else 0,
            file_system=kind,
            doubts=tuple(filesystem.doubts(self.path, kind)) if self.path.exists() else (),
            aside=tuple(set_aside(self.path)),
        )

    def due_for_erasure(self, days: float, now: datetime) -> list[int]:
        """The cases that were closed so many days ago and are neither held nor forgotten."""
        with self._in_reading() as connection:
            return forgetting.due(connection, days, now)

    def after_erasure(self) -> None:
        """Leave no byte of what was erased in the database, its companions and its backups.

        Finishes also what an interrupted run has left. Raises ConflictError while another program
        keeps reading an older state, and what ``reading`` raises for a log that is not all there.
        """
        with self._in_reading() as connection:
            is_wiped = not forgetting.is_unwiped(connection)
        if not self._database.exists():
            return
        from .restoring import remove_unfinished
        from .wiping import wipe

        with self._database.alone():
            migrating.delete_copies(self.path)
            remove_unfinished(self.path)
        try:
            is_wiped = is_wiped or wipe(self._database, self._database.locked)
        finally:
            # SQLite may copy pieces of its memory into the index beside the log (-shm) when it
            # recovers one without frames; the file goes with the last connection.
            self._database.close()
        if not is_wiped:
            raise ConflictError(
                "erased, but another program still reads the log, and its files may hold traces",
                hint="end the other program and repeat the command",
            )

    def back_up(self, target: Path, *, keep: int | None) -> "Copied":
        """Copy the log into a file, checked on both ends, while others work with it.

        A copy that is there is moved to ``target.1``, that one to ``target.2``, until ``keep``
        copies are there; those above are deleted. Without ``keep`` a file that is there raises
        ConflictError, and with it any file that is not a copy of this log. Raises BadDataError
        where the log or the copy is not sound; then the copies that are there stay.
        """
        from . import backup

        return backup.back_up(self._database, target, keep)

    def restore(
        self,
        source: Path,
        *,
        operator: str,
        before: Callable[[Transaction], None] = lambda tx: None,
    ) -> "Restored":
        """Put a backup in the place of the log, whose files are kept aside with all they hold.

        ``before`` may write records ahead of that of the restore. Raises BadDataError where the
        backup is not sound; then nothing has changed.
        """
        from . import restoring

        return restoring.restore(self._database, source, operator, before)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _in_reading(self) -> AbstractContextManager["sqlite3.Connection"]:
        return in_reading(self._database)
