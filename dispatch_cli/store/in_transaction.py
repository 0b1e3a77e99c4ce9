"""Run one transaction of a case log, with checks before it and an acknowledgement after it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ..errors import BadDataError, UnavailableError
from . import identity, journal
from .database import Database
from .log_faults import rows_explained, whole

if TYPE_CHECKING:
    import sqlite3


@contextmanager
def in_reading(database: Database) -> Iterator["sqlite3.Connection"]:
    """Read in one transaction while others write.

    An error, such as a missing log during a restore, is confirmed with the lock before it is
    raised. Raises BadDataError for an incomplete log.
    """
    with database.wait_limit.limited():
        try:
            connection = database.readable()
            _begin(database, connection, "BEGIN")
        except (BadDataError, UnavailableError) as error:
            with database.under_lock(error):
                connection = database.readable()
                _begin(database, connection, "BEGIN")
    with undone(database, connection):
        yield connection
        connection.execute("COMMIT")


@contextmanager
def in_transaction(
    database: Database, connection: "sqlite3.Connection", begin: str
) -> Iterator["sqlite3.Connection"]:
    """Read and write in one transaction, which an exception rolls back, while the lock is held.

    A commit with changes gets a new stamp, which is recorded in the lock file as well. Raises
    BadDataError if the log is not the file at its path, or incomplete.
    """
    _begin(database, connection, begin)
    with undone(database, connection):
        changes = connection.total_changes
        yield connection
        if connection.total_changes == changes:
            connection.execute("COMMIT")
            return
        database.check_place(is_writing=True)
        stamp = identity.renew(connection)
        head = whole(lambda: journal.read_head(connection))
        connection.execute("COMMIT")
        database.acknowledge(stamp, head)


def _begin(database: Database, connection: "sqlite3.Connection", begin: str) -> None:
    if connection.in_transaction:
        raise RuntimeError("a store can have only one transaction at a time")
    with undone(database, connection):
        acknowledged = database.acknowledged()
        database.check_place()
        database.begin(connection, begin)
        database.check_identity(connection, acknowledged)


@contextmanager
def undone(database: Database, connection: "sqlite3.Connection") -> Iterator[None]:
    """Roll back after an exception, and close the connection after a database error."""
    import sqlite3

    with rows_explained(database.path):
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError):
            database.abandon()
            raise
        except BaseException:
            with suppress(sqlite3.ProgrammingError):  # closed, after a fault within
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            raise
