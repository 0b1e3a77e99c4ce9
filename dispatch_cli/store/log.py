"""Read, write, check, back up and restore the case log, through its only interface."""

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
from ..messages import Message, marked
from . import filesystem, forgetting, identity, migrating, soundness
from .database import Database
from .in_transaction import in_reading, in_transaction
from .log_faults import RESTORE, DamagedLogError
from .transaction import Reader, Transaction

if TYPE_CHECKING:
    import sqlite3

    from .backup import BackupResult
    from .restoring import RestoreResult


_STATES: dict[type[DispatchError], str] = {
    DamagedLogError: marked("damaged"),
    BadDataError: marked("refused"),
    ConflictError: marked("in use"),
    DispatchError: marked("not reachable"),
}


class LogDescription(Struct, frozen=True):
    """A case log as ``doctor`` shows it; ``id`` is "" if it cannot be read."""

    state: str
    """One of: sound, none yet, damaged, refused, in use, not reachable."""

    problems: tuple[Message | str, ...]
    hint: Message | str
    exit_code: ExitCode
    id: str
    commits: int
    file_system: str
    risks: tuple[Message, ...]
    aside: tuple[str, ...]


class Store:
    """A case log. Raises UnavailableError if it cannot be reached, BadDataError if damaged."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def path(self) -> Path:
        """The path of the case log."""
        return self._database.path

    @contextmanager
    def deciding(self) -> Iterator[Transaction]:
        """Read and write in one transaction, without other writers; on the disk at its end.

        Programs are served in the order in which they came. An exception rolls everything back.
        """
        with (
            self._database.locked() as connection,
            in_transaction(self._database, connection, "BEGIN IMMEDIATE"),
        ):
            yield Transaction(connection, self._database.schema)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read one consistent state while other programs write; without a file the log is empty."""
        with self._in_reading() as connection:
            yield Reader(connection, self._database.schema)

    @contextmanager
    def waiting_shown_by(self, show: Callable[[str], None]) -> Iterator[None]:
        """Report a wait for the log by another function, while a screen is drawn."""
        before = self._database.notices
        self._database.notices = replace(before, wait=lambda text: show(str(text)))
        try:
            yield
        finally:
            self._database.notices = before

    def check(self) -> list[Message | str]:
        """List the problems of the log; never raises."""
        return list(self.described().problems)

    def described(self) -> LogDescription:
        """Describe the log, its problems and the risks of its file; never raises."""
        from .swapping import set_aside

        kind = filesystem.file_system_of(self.path)
        state, code = "sound", ExitCode.OK
        hint: Message | str = ""
        stamp: identity.Stamp | None = None
        problems: list[Message | str] = []
        try:
            with self._in_reading() as connection:
                if self._database.exists():
                    stamp = identity.read_stamp(connection)
                problems = soundness.all_problems(connection, self._database.schema())
                state = marked("damaged" if problems else "sound" if stamp else "none yet")
                hint = Message(RESTORE) if problems else ""
                if forgetting.is_unwiped(connection):
                    problems.append(
                        Message("an erasure is unfinished: repeat dispatch case forget")
                    )
            code = ExitCode.BAD_DATA if problems else ExitCode.OK
        except DispatchError as error:
            state = next(word for kind, word in _STATES.items() if isinstance(error, kind))
            problems = [problem.text for problem in error.problems]
            hint, code = error.hint, error.exit_code
        aside: list[str] = []
        with suppress(DispatchError, OSError):
            aside = set_aside(self.path)
        return LogDescription(
            state=state,
            problems=tuple(problems),
            hint=hint,
            exit_code=code,
            id=stamp.log if stamp else "",
            commits=stamp.count if stamp else 0,
            file_system=kind,
            risks=tuple(filesystem.risks(self.path, kind)) if os.path.exists(self.path) else (),
            aside=tuple(aside),
        )

    def due_for_erasure(self, days: float, now: datetime) -> list[int]:
        """List the cases that were closed at least ``days`` ago and are neither held nor erased."""
        with self._in_reading() as connection:
            return forgetting.due(connection, days, now)

    def after_erasure(self) -> None:
        """Remove every byte of erased rows from the database, its companions and internal copies.

        Also completes an interrupted run. Raises ConflictError while another program reads an older
        state, and the errors of ``reading`` for an incomplete log.
        """
        with self._in_reading() as connection:
            is_wiped = not forgetting.is_unwiped(connection)
        if not self._database.exists():
            return
        from .restoring import remove_unfinished
        from .wiping import wipe

        with self._database.writers_lock():
            migrating.delete_copies(self.path)
            remove_unfinished(self.path)
        try:
            is_wiped = is_wiped or wipe(self._database)
        finally:
            # SQLite may copy parts of its memory into the index beside the log (-shm) when it
            # recovers one without frames; the last connection deletes the file.
            self._database.close()
        if not is_wiped:
            raise ConflictError(
                "erased, but another program still reads the log, and its files may hold traces",
                hint="end the other program and repeat the command",
            )

    def back_up(self, target: Path, *, keep: int | None) -> "BackupResult":
        """Copy the log into a file while other programs use it, and check both.

        An existing copy is moved to ``target.1``, that one to ``target.2``, up to ``keep`` copies;
        older ones are deleted. Raises ConflictError without ``keep`` for an existing file, and with
        it for a file that is not a copy of this log. Raises BadDataError if the log or the copy is
        not sound; then the existing copies are unchanged.
        """
        from . import backup

        return backup.back_up(self._database, target, keep)

    def restore(
        self,
        source: Path,
        *,
        operator: str,
        before: Callable[[Transaction], None] = lambda tx: None,
    ) -> "RestoreResult":
        """Put a backup in the place of the log, whose files are kept under other names.

        ``before`` may write records before that of the restore. Raises BadDataError if the backup
        is not sound; then nothing has changed.
        """
        from . import restoring

        return restoring.restore(self._database, source, operator, before)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
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
