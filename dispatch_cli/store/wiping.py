"""Leave no byte of what was erased in the files, without keeping other programs waiting."""

import os
from time import monotonic, sleep
from typing import TYPE_CHECKING

from msgspec import Struct

from . import forgetting, scrubbing
from .database import Database
from .faults import rows_explained

if TYPE_CHECKING:
    import sqlite3

_PAUSE_S = 0.002
_BUSY_MS = 20
"""So long a piece waits for readers of an older state, while writers wait for it."""

_MOST_PASSES = 20
_WAL_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24


class _Log(Struct, frozen=True):
    """The write-ahead log since it was last emptied: how often it was, and the pages in it."""

    sequence: int | None
    pages: frozenset[int]

    def follows(self, before: "_Log | None") -> bool:
        """Whether no other program has emptied the log in between, so that no page is missed."""
        if before is None or None in (before.sequence, self.sequence):
            return True
        return self.sequence == (before.sequence or 0) + 1


def wipe(database: Database, wait_s: float) -> bool:
    """Zero what rows have left in the file; False if another program keeps it in use.

    Rows that other programs write meanwhile may move from pages that are still to come to pages
    that are done: what they have written stands in the write-ahead log and is scrubbed as well. If
    they have emptied the log, the pass is repeated. The mark goes last, when the zeros are on the
    disk: after a power loss the next run begins again.
    """
    deadline = monotonic() + wait_s
    for _ in range(_MOST_PASSES):
        before: _Log | None = None
        page: int | None = 1
        is_whole = True
        while page is not None:
            done = _piece(database, page)
            if done is not None:
                page, log = done
                is_whole, before = is_whole and log.follows(before), log
            elif monotonic() > deadline:
                return False
            # What was zeroed goes to the disk while others may write.
            database.flush()
            sleep(_PAUSE_S)
        if is_whole:
            done = _piece(database, None)
            if done is not None and done[1].follows(before):
                return True
    return False


def _piece(database: Database, page: int | None) -> tuple[int | None, _Log] | None:
    """Zero one piece and what others have written; returns the next page, None if it is in use.

    Without a page only what others have written, and the mark goes.
    """
    with database.locked() as connection, rows_explained(database.path):
        log = _read_log(database)
        if not _empty_log(connection):
            return None
        connection.execute("BEGIN IMMEDIATE")
        try:
            if database.wal_bytes():
                return None
            file = scrubbing.file_of(database.path)
            if page is None:
                scrubbing.scrub_pages(connection, file, log.pages)
                os.fsync(file)
                forgetting.mark_wiped(connection)
                following = None
            else:
                following = scrubbing.scrub(connection, file, page)
                scrubbing.scrub_pages(connection, file, log.pages)
                forgetting.touch(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return following, log


def _read_log(database: Database) -> _Log:
    """Read which pages stand in the write-ahead log (fileformat2.html, section 4)."""
    try:
        with open(f"{database.path}-wal", "rb") as file:
            header = file.read(_WAL_HEADER_BYTES)
            if len(header) < _WAL_HEADER_BYTES:
                return _Log(None, frozenset())
            size, sequence = (int.from_bytes(header[at : at + 4], "big") for at in (8, 12))
            pages = set()
            while len(frame := file.read(_FRAME_HEADER_BYTES)) == _FRAME_HEADER_BYTES:
                pages.add(int.from_bytes(frame[:4], "big"))
                file.seek(size, os.SEEK_CUR)
            return _Log(sequence, frozenset(pages))
    except FileNotFoundError:
        return _Log(None, frozenset())


def _empty_log(connection: "sqlite3.Connection") -> bool:
    """Bring the write-ahead log into the file; False while a reader needs an older state."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS:d}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before:d}")
