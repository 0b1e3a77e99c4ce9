"""Whether the open case log is still the one at its path, and whole up to its last commit."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from . import journal, lock, wal
from .faults import foreign_wal, moved, refused, whole
from .held_file import HeldFile
from .identity import Acknowledged, read_stamp

if TYPE_CHECKING:
    import sqlite3


class Continuity:
    """What is known of the files of an open log, and compared at every transaction.

    Made before SQLite opens the log. Raises OSError, and BadDataError for a foreign ``-wal``.
    """

    def __init__(self, path: Path) -> None:
        self._wal_path = Path(f"{path}-wal")
        self._wal: tuple[int, int] | None = None
        self._looked_at: tuple[int, int] = (0, 0)
        self._held = HeldFile(path)
        self.path = path
        self.file = self._held.file

    def check_wal(self) -> None:
        """Refuse a write-ahead log that does not belong to the database.

        Without the writers' lock a write-ahead log may change under the look: look again with it.
        """
        found = os.fstat(self.file)
        state = (found.st_mtime_ns, found.st_size)
        if state != self._looked_at:
            if not wal.belongs(self._wal_path, self.file):
                raise foreign_wal(self._wal_path)
            self._looked_at = state

    def check_place(self) -> None:
        """Refuse to go on in files that are no longer at their paths."""
        if not self._held.is_in_place():
            raise moved(self.path)
        try:
            found = os.lstat(self._wal_path)
        except FileNotFoundError:
            if self._wal is not None:
                raise moved(self._wal_path) from None
            return
        # It is there from the first transaction on until the last connection goes.
        self._wal = self._wal or (found.st_dev, found.st_ino)
        if self._wal != (found.st_dev, found.st_ino):
            raise moved(self._wal_path)

    def close(self) -> None:
        """Let go of the files; the connection must be closed before."""
        self._held.close()


def check_history(
    path: Path, connection: "sqlite3.Connection", acknowledged: Acknowledged | None
) -> None:
    """Refuse a log without the last commit that was acknowledged at its path.

    A log with more commits than were acknowledged must have the acknowledged record in its journal:
    two copies of one log that were both worked with have the same id.
    """
    stamp = read_stamp(connection)
    if acknowledged is None or stamp.mark == acknowledged.stamp.mark:
        return
    head, last = acknowledged.head, acknowledged.stamp
    if stamp.log != last.log:
        why = "another case log than the one that was written here last"
    elif stamp.count <= last.count:
        why = f"an older or other state: {_are_not_in_it(max(1, last.count - stamp.count))}"
    elif head and not whole(lambda: journal.has_head(connection, head)):
        number = head.partition(":")[0]
        why = f"a copy that was worked with elsewhere: record {number}, acknowledged here, differs"
    else:
        return
    raise refused(path, why, _way_out(path))


def check_gone(path: Path, acknowledged: Acknowledged | None) -> None:
    """Refuse to begin anew where a log has been, without a word about what was in it."""
    if acknowledged is not None:
        why = f"the case log is gone, and {_commits(acknowledged.stamp.count)} with it"
        raise refused(path, why, _way_out(path))


def _commits(count: int) -> str:
    return "1 commit" if count == 1 else f"{count} commits"


def _are_not_in_it(count: int) -> str:
    if count == 1:
        return "1 commit that was acknowledged is not in it"
    return f"{count} commits that were acknowledged are not in it"


def _way_out(path: Path) -> str:
    return (
        '"dispatch log restore FILE" puts a backup in its place;'
        f" to go on without what is lost, remove {path}{lock.SUFFIX}"
    )
