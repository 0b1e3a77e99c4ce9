"""Leave no byte of what was erased in the files, without keeping other programs waiting."""

from time import monotonic, sleep
from typing import TYPE_CHECKING

from . import forgetting, scrubbing
from .database import Database
from .faults import rows_explained

if TYPE_CHECKING:
    import sqlite3

_PAUSE_S = 0.002
_BUSY_MS = 20
"""So long a piece waits for readers of an older state, while writers wait for it."""

_MOST_PASSES = 20


def wipe(database: Database, wait_s: float) -> bool:
    """Zero what rows have left in the file; False if another program keeps it in use.

    A pass during which another program has written is repeated: its rows may have moved from
    pages that were still to come to pages that were done. The mark goes last, when the zeros are
    on the disk: after a power loss the next run begins again.
    """
    deadline = monotonic() + wait_s
    for _ in range(_MOST_PASSES):
        version: int | None = None
        page: int | None = 1
        is_quiet = True
        while page is not None:
            with database.locked() as connection, rows_explained(database.path):
                step = _piece(database, connection, page)
                if step is not None:
                    page, found = step
                    is_quiet = is_quiet and version in (None, found)
                    version = found
            if step is None and monotonic() > deadline:
                return False
            sleep(_PAUSE_S)
        database.flush()
        if is_quiet and _is_marked(database, version):
            return True
    return False


def _piece(
    database: Database, connection: "sqlite3.Connection", page: int
) -> "tuple[int | None, int] | None":
    """Zero one piece; returns the next page and the version of the data, None while it is in use.

    The version changes with each commit of another connection.
    """
    if not _is_log_empty(database, connection):
        return None
    connection.execute("BEGIN IMMEDIATE")
    try:
        if database.wal_bytes():
            return None
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        following = scrubbing.scrub(connection, scrubbing.file_of(database.path), page)
        forgetting.touch(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return following, version


def _is_marked(database: Database, version: int | None) -> bool:
    """Say that the wipe is done, unless another program has written since the last piece."""
    with database.locked() as connection, rows_explained(database.path):
        if not _is_log_empty(database, connection):
            return False
        database.flush()
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA data_version").fetchone()[0] != version:
                return False
            forgetting.mark_wiped(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    return True


def _is_log_empty(database: Database, connection: "sqlite3.Connection") -> bool:
    """Bring the write-ahead log into the file; False while a reader needs an older state."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS:d}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before:d}")
