"""Remove every byte of erased rows from the files, without blocking other programs."""

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
"""Longest wait of one step for readers of an older state, while writers wait for it."""

_MOST_PASSES = 20


def wipe(database: Database, *, is_alone: bool = False) -> bool:
    """Zero the remains of erased rows; returns False if another program keeps them in use.

    With ``is_alone`` no other program uses the file. Otherwise other programs may move rows from
    pages that are still to be zeroed to pages that are done. Their pages are in the write-ahead log
    and are zeroed as well; if they have emptied the log, the pass is repeated. The mark is removed
    last, when the zeros are on the disk: after a power loss the next run starts again.
    """
    opened = database.opened_alone if is_alone else database.locked
    _without_pointer_maps(database, opened)
    for _ in range(_MOST_PASSES):
        before: wal.WalPages | None = None
        page: int | None = 1
        is_whole = True
        deadline = monotonic() + database.wait_limit.wait_s
        while page is not None:
            done = _piece(database, opened, page)
            if done is not None:
                page, log = done
                is_whole = is_whole and (is_alone or log.follows(before))
                before, deadline = log, monotonic() + database.wait_limit.wait_s
            elif monotonic() > deadline:
                return False
            # Sync the zeroed pages while other programs may write.
            database.flush()
            sleep(_PAUSE_S)
        if is_whole:
            done = _piece(database, opened, None)
            if done is not None and (is_alone or done[1].follows(before)):
                return True
    return False


def _without_pointer_maps(database: Database, opened: "Opened") -> None:
    """Rewrite a database that was set to auto-vacuum, without auto-vacuum.

    Its pointer map pages cannot be distinguished from those of a b-tree.
    """
    with opened() as connection, explained(database.path), undone(database, connection):
        if connection.execute("PRAGMA auto_vacuum").fetchone()[0]:
            connection.execute("PRAGMA auto_vacuum = NONE")
            connection.execute("VACUUM")


def _piece(
    database: Database, opened: "Opened", page: int | None
) -> tuple[int | None, wal.WalPages] | None:
    """Zero some pages and those that others have written; returns the next page, None if in use.

    Without ``page``, zero only those that others have written, and remove the mark.
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
    """Move the write-ahead log into the file; False while a reader needs an older state."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS:d}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before:d}")
