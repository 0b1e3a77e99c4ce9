"""The one interface to the case log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import BadDataError, ConflictError
from . import forgetting, journal
from .database import Database
from .faults import rows_explained, whole
from .transaction import Reader, Transaction

if TYPE_CHECKING:
    import sqlite3


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
        with self._database.locked() as connection, self._in(connection, "BEGIN IMMEDIATE"):
            yield Transaction(connection)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read one consistent state while others write; without a file the log is empty."""
        connection = self._database.readable()
        with self._in(connection, "BEGIN"):
            yield Reader(connection)

    def check(self) -> list[str]:
        """What is wrong with the file, for ``doctor``; the empty list if nothing is."""
        if not self._database.exists():
            return []
        try:
            with self._in(self._database.readable(), "BEGIN") as connection:
                problems = [row[0] for row in connection.execute("PRAGMA quick_check")]
                problems = [] if problems == ["ok"] else problems[: journal.MOST_PROBLEMS]
                problems += whole(lambda: journal.tail_problems(connection))
                if forgetting.is_unwiped(connection):
                    problems.append("an erasure is unfinished: repeat dispatch case forget")
        except BadDataError as error:
            return [problem.text for problem in error.problems]
        return problems

    def due_for_erasure(self, days: float, now: datetime) -> list[int]:
        """The cases that were closed so many days ago and are neither held nor forgotten."""
        with self._in(self._database.readable(), "BEGIN") as connection:
            return forgetting.due(connection, days, now)

    def after_erasure(self) -> None:
        """Leave no byte of what was erased in the database, its companions and its backups.

        Finishes also what an interrupted run has left. Raises ConflictError while another program
        keeps reading an older state.
        """
        if not self._database.exists():
            return
        from .wiping import wipe

        with self._database.locked() as connection:
            self._database.delete_backups()
            with self._undone(connection):
                is_wiped = not forgetting.is_unwiped(connection)
        try:
            is_wiped = is_wiped or wipe(self._database, self._database.wait_s)
        finally:
            # SQLite may copy pieces of its memory into the index beside the log (-shm) when it
            # recovers one without frames; the file goes with the last connection.
            self._database.close()
        if not is_wiped:
            raise ConflictError(
                "erased, but another program still reads the log, and its files may hold traces",
                hint="end the other program and repeat the command",
            )

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

    @contextmanager
    def _in(self, connection: "sqlite3.Connection", begin: str) -> Iterator["sqlite3.Connection"]:
        if connection.in_transaction:
            raise RuntimeError("a store is read or decided upon once at a time")
        with self._undone(connection):
            connection.execute(begin)
            self._database.check_version(connection)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _undone(self, connection: "sqlite3.Connection") -> Iterator[None]:
        """Undo what an exception has interrupted, and take a new connection after a fault."""
        import sqlite3

        with rows_explained(self.path):
            try:
                yield
            except (sqlite3.Error, UnicodeDecodeError):
                self._database.abandon()
                raise
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
