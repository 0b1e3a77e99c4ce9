"""Leave no byte of what was erased in the files, without keeping other programs waiting."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic, sleep
from typing import TYPE_CHECKING

from . import forgetting, scrubbing, wal
from .database import Database
from .in_transaction import in_transaction, undone
from .log_faults import explained

if TYPE_CHECKING:
    import sqlite3

    Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]

_PAUSE_S = 0.002
_BUSY_MS = 20
"""So long a piece waits for readers of an older state, while writers wait for it."""

_MOST_PASSES = 20


def wipe(database: Database, *, is_alone: bool = False) -> bool:
    """Zero what rows have left in the file; False if another program keeps it in use.

    With ``is_alone`` no other program knows the file. Otherwise rows that others write meanwhile
    may move from pages that are still to come to pages that are done: what they have written stands
    in the write-ahead log and is scrubbed as well. If they have emptied the log, the pass is
    repeated. The mark goes last, when the zeros are on the disk: after a power loss the next run
    begins again.
    """
    opened = database.looked_at if is_alone else database.locked
    _without_pointer_maps(database, opened)
    for _ in range(_MOST_PASSES):
        before: wal.Log | None = None
        page: int | None = 1
        is_whole = True
        deadline = monotonic() + database.patience.wait_s
        while page is not None:
            done = _piece(database, opened, page)
            if done is not None:
                page, log = done
                is_whole = is_whole and (is_alone or log.follows(before))
                before, deadline = log, monotonic() + database.patience.wait_s
            elif monotonic() > deadline:
                return False
            # What was zeroed goes to the disk while others may write.
            database.flush()
            sleep(_PAUSE_S)
        if is_whole:
            done = _piece(database, opened, None)
            if done is not None and (is_alone or done[1].follows(before)):
                return True
    return False


def _without_pointer_maps(database: Database, opened: "Opened") -> None:
    """Write a database anew that was set to auto-vacuum by hand, as it was made: without.

    Its pointer maps are pages that cannot be told from those of a b-tree.
    """
    with opened() as connection, explained(database.path), undone(database, connection):
        if connection.execute("PRAGMA auto_vacuum").fetchone()[0]:
            connection.execute("PRAGMA auto_vacuum = NONE")
            connection.execute("VACUUM")


def _piece(
    database: Database, opened: "Opened", page: int | None
) -> tuple[int | None, wal.Log] | None:
    """Zero one piece and what others have written; returns the next page, None if it is in use.

    Without a page only what others have written, and the mark goes.
    """
    with opened() as connection, explained(database.path), undone(database, connection):
        database.check_place()
        log = wal.read_log(database.wal_path)
        if not _empty_log(connection):
            return None
        with in_transaction(database, connection, "BEGIN IMMEDIATE"):
            file = database.file
            if file is None or wal.read_log(database.wal_path).sequence is not None:
                return None
            if page is None:
                scrubbing.scrub_pages(connection, file, log.pages)
                os.fsync(file)
                forgetting.mark_wiped(connection)
                return None, log
            following = scrubbing.scrub(connection, file, page)
            scrubbing.scrub_pages(connection, file, log.pages)
            forgetting.touch(connection)
            return following, log


def _empty_log(connection: "sqlite3.Connection") -> bool:
    """Bring the write-ahead log into the file; False while a reader needs an older state."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS:d}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before:d}")
