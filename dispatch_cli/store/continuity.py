"""Check that the open case log is still the file at its path, with its last commit."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DispatchError
from ..messages import Message, Plural
from . import journal, lock, wal
from .held_file import HeldFile
from .identity import AcknowledgedCommit, read_stamp
from .log_faults import RESTORE, foreign_wal, moved, refused, whole

if TYPE_CHECKING:
    import sqlite3


class Continuity:
    """The files of an open log, compared with their paths at every transaction.

    Made before SQLite opens the log. Raises OSError, and BadDataError for a foreign ``-wal``.
    """

    def __init__(self, path: Path) -> None:
        self._wal_path = Path(f"{path}-wal")
        self._beside: dict[Path, tuple[int, int]] = {}
        self._looked_at: tuple[int, int] = (0, 0)
        self._is_trusted = True
        self._is_kept = False
        self._held = HeldFile(path)
        self.path = path
        self.file = self._held.file
        try:
            if kept := _kept.get(self._held.key):
                kept.check_place()
        except BaseException:
            self._held.close()
            raise

    def check_wal(self) -> None:
        """Refuse a write-ahead log that does not belong to the database.

        Without the writers' lock the write-ahead log may change during the check, which must then
        be repeated with the lock.
        """
        found = os.fstat(self.file)
        # Not the time of modification, which reading sets back (store/file_times.py).
        state = (found.st_ctime_ns, found.st_size)
        if state != self._looked_at:
            if not wal.belongs(self._wal_path, self.file):
                raise foreign_wal(self._wal_path)
            self._looked_at = state

    def check_place(self, writer: "sqlite3.Connection | None" = None) -> None:
        """Refuse to continue in files that are no longer at their paths.

        A ``writer`` with a write-ahead log has opened its companions: if they are not at their
        paths, the commit would be written to a deleted file.
        """
        if not self._held.is_in_place():
            raise moved(self.path)
        for suffix in ("-wal", "-shm"):
            path = Path(f"{self.path}{suffix}")
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                if path in self._beside or (writer is not None and _keeps_wal(writer)):
                    raise moved(path) from None
                continue
            # It exists from the first transaction until the last connection is closed.
            if self._beside.setdefault(path, inode := (found.st_dev, found.st_ino)) != inode:
                raise moved(path)

    def trust(self) -> None:
        """Note that the log has passed all checks."""
        self._is_trusted = True

    def let_go(self, connection: "sqlite3.Connection") -> None:
        """Close a connection and the files, unless that could destroy commits."""
        try:
            self.check_place()
        except (DispatchError, OSError):
            self._is_trusted = False
        if not self._is_trusted:
            self.keep(connection)
            return
        if _kept.get(self._held.key) is self:
            del _kept[self._held.key]
        try:
            connection.close()
        finally:
            self._held.close()

    def close(self) -> None:
        """Close the files before there is a connection to them."""
        self._held.close()

    def keep(self, connection: "sqlite3.Connection") -> None:
        """Keep a connection open until the process ends, unless it is trusted again before.

        The last connection that is closed moves the write-ahead log into the file as its index
        (``-shm``) has it, and deletes it. An index whose file was replaced does not know the later
        commits of other programs. Python closes a connection also when it is deleted or at exit.
        """
        import ctypes

        self._is_trusted = False
        _kept.setdefault(self._held.key, self)
        if not self._is_kept:
            self._is_kept = True
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def _keeps_wal(connection: "sqlite3.Connection") -> bool:
    return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


_kept: dict[tuple[int, int], Continuity] = {}
"""The files of connections that are never closed: others to them share the index in memory."""


def check_history(
    path: Path,
    connection: "sqlite3.Connection",
    acknowledged: AcknowledgedCommit | None,
    *,
    has_stamp: bool = True,
) -> None:
    """Refuse a log without the last commit that was acknowledged at its path.

    A log of a version before the stamps cannot have an acknowledged commit.
    """
    why: Message | None = None
    if has_stamp:
        why = missing_commit(connection, acknowledged)
    elif acknowledged is not None:
        lost = _are_not_in_it(acknowledged.stamp.count)
        why = Message("a log of an older version: {lost_commits}", lost_commits=lost)
    if why:
        raise refused(path, why, _way_out(path))


def missing_commit(
    connection: "sqlite3.Connection", acknowledged: AcknowledgedCommit | None
) -> Message | None:
    """Say why a log lacks the last commit that was acknowledged at its path; None if it has it.

    After an interrupted restore, the log may also be the restored one.
    """
    if acknowledged is None:
        return None
    why = _lacks(connection, acknowledged)
    if why and acknowledged.coming and not _lacks(connection, acknowledged.coming):
        return None
    return why


def _lacks(connection: "sqlite3.Connection", noted: AcknowledgedCommit) -> Message | None:
    """Say why a log lacks a commit; None if it has it.

    A log with more commits than acknowledged must have the acknowledged record in its journal: two
    copies of one log that were both written have the same id.
    """
    stamp, last, head = read_stamp(connection), noted.stamp, noted.head
    if stamp.mark == last.mark:
        return None
    if stamp.log != last.log:
        return Message("another case log than the one that was written here last")
    if stamp.count <= last.count:
        lost = _are_not_in_it(max(1, last.count - stamp.count))
        return Message("an older or other state: {lost_commits}", lost_commits=lost)
    if head and not whole(lambda: journal.has_head(connection, head)):
        return Message(
            "a copy that was written elsewhere: record {number}, acknowledged here, differs",
            number=head.partition(":")[0],
        )
    return None


def check_gone(path: Path, acknowledged: AcknowledgedCommit | None) -> None:
    """Refuse to make a new log in the place of one that has disappeared."""
    if acknowledged is not None:
        commits = Plural("{count} commit", "{count} commits", acknowledged.stamp.count)
        why = Message("the case log is gone, and {commits} with it", commits=commits)
        raise refused(path, why, _way_out(path))


def _are_not_in_it(count: int) -> Message:
    return Plural(
        "{count} commit that was acknowledged is not in it",
        "{count} commits that were acknowledged are not in it",
        count,
    )


def _way_out(path: Path) -> Message:
    return Message(
        "{restore}; to continue without the lost commits, remove {lock_file}",
        restore=Message(RESTORE),
        lock_file=f"{path}{lock.SUFFIX}",
    )
