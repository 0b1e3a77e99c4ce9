"""The one interface to the case log."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..errors import BadDataError, ConflictError, DispatchError, ExitCode
from . import filesystem, forgetting, identity, migrating, soundness
from .database import Database
from .in_transaction import in_reading, in_transaction
from .log_faults import RESTORE, DamagedError
from .transaction import Reader, Transaction

if TYPE_CHECKING:
    import sqlite3

    from .backup import Copied
    from .restoring import Restored


_STATES: dict[type[DispatchError], str] = {
    DamagedError: "damaged",
    BadDataError: "refused",
    ConflictError: "in use",
    DispatchError: "not reachable",
}


class Description(Struct, frozen=True):
    """A case log as ``doctor`` tells of it; ``id`` is "" where there is none to be read."""

    state: str
    """In a word or two: sound, none yet, damaged, refused, in use, not reachable."""

    problems: tuple[str, ...]
    hint: str
    exit_code: ExitCode
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
        """Read, decide and write without another program in between; on the disk once it is left.

        Programs are served in the order in which they came. An exception undoes everything.
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

    @contextmanager
    def waiting_shown_by(self, show: Callable[[str], None]) -> Iterator[None]:
        """Have another function say that the program waits for the log, while a screen is drawn."""
        before = self._database.voice
        self._database.voice = replace(before, wait=show)
        try:
            yield
        finally:
            self._database.voice = before

    def check(self) -> list[str]:
        """What is wrong with the log; the empty list if nothing is. Never raises."""
        return list(self.described().problems)

    def described(self) -> Description:
        """Say which log it is, what is wrong and what is doubtful about its file; never raises."""
        from .swapping import set_aside

        kind = filesystem.file_system_of(self.path)
        state, hint, code = "sound", "", ExitCode.OK
        stamp, problems = None, []
        try:
            with self._in_reading() as connection:
                if self._database.exists():
                    stamp = identity.read_stamp(connection)
                problems = soundness.all_problems(connection, self._database.schema())
                state = "damaged" if problems else "sound" if stamp else "none yet"
                hint = RESTORE if problems else ""
                if forgetting.is_unwiped(connection):
                    problems.append("an erasure is unfinished: repeat dispatch case forget")
            code = ExitCode.BAD_DATA if problems else ExitCode.OK
        except DispatchError as error:
            state = next(word for kind, word in _STATES.items() if isinstance(error, kind))
            problems = [str(problem.text) for problem in error.problems]
            hint, code = str(error.hint), error.exit_code
        aside: list[str] = []
        with suppress(DispatchError, OSError):
            aside = set_aside(self.path)
        return Description(
            state=state,
            problems=tuple(problems),
            hint=hint,
            exit_code=code,
            id=stamp.log if stamp else "",
            commits=stamp.count if stamp else 0,
            file_system=kind,
            doubts=tuple(filesystem.doubts(self.path, kind)) if os.path.exists(self.path) else (),
            aside=tuple(aside),
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
            is_wiped = is_wiped or wipe(self._database)
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
