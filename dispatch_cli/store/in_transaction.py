"""One transaction of a case log: the log is known before it, and what it wrote is known after."""

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

    What is wrong then, such as a log that is gone while it is restored, is looked at again with the
    lock before it is said. Raises BadDataError where the log is not all of it.
    """
    with database.patience.limited():
        try:
            connection = database.readable()
            _begin(database, connection, "BEGIN")
        except (BadDataError, UnavailableError) as error:
            with database.looking_again(error):
                connection = database.readable()
                _begin(database, connection, "BEGIN")
    with undone(database, connection):
        yield connection
        connection.execute("COMMIT")


@contextmanager
def in_transaction(
    database: Database, connection: "sqlite3.Connection", begin: str
) -> Iterator["sqlite3.Connection"]:
    """Decide in one transaction, which an exception undoes, while the lock is held.

    Where something was written, the log gets a new stamp, and the commit is noted outside of it.
    Raises BadDataError where the log is not the one at its path, or not all of it.
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
        raise RuntimeError("a store is read or decided upon once at a time")
    with undone(database, connection):
        acknowledged = database.acknowledged()
        database.check_place()
        database.begin(connection, begin)
        database.check_identity(connection, acknowledged)


@contextmanager
def undone(database: Database, connection: "sqlite3.Connection") -> Iterator[None]:
    """Undo what an exception has interrupted, and take a new connection after a fault."""
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
