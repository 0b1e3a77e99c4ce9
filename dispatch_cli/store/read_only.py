"""Read a log on a read-only file system from a copy without a name.

There SQLite can neither lock nor share memory, so that it would ignore the write-ahead log and the
writes of other programs: a folder that is mounted read-only here may be writable elsewhere. The
copy is made in memory if there is room, else in the folder for temporary files. Its name is removed
before the content is written, so that a killed program leaves no data.
"""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import Problem, UnavailableError
from . import wal
from .database_files import VERSIONS_PLACE

if TYPE_CHECKING:
    import sqlite3

    Connect = Callable[[Path], sqlite3.Connection]

_IN_MEMORY = "/dev/shm"  # noqa: S108 - in a folder of our own
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MOST_TRIES = 5
_PIECE = 1 << 20


class LogState(Struct, frozen=True):
    """The files of a log at one moment: inodes, sizes and times, and the head of the ``-wal``."""

    files: tuple[tuple[int, int, int], ...]
    wal_head: bytes

    def is_of_one(self, after: "LogState") -> bool:
        """Return whether database and write-ahead log that were read in between are consistent.

        As long as the write-ahead log only grows, it has all pages that a checkpoint moves.
        """
        is_grown = [each[0] for each in self.files] == [each[0] for each in after.files]
        return self == after or (is_grown and self.wal_head == after.wal_head != b"")

    def is_over(self, path: Path) -> bool:
        """Return whether a log has been written since. Raises OSError."""
        return state_of(path) != self


def state_of(path: Path) -> LogState:
    """Read the state of the files of a log. Raises OSError."""
    wal_path = Path(f"{path}-wal")
    found = [os.lstat(path)]
    with suppress(FileNotFoundError):
        found.append(os.lstat(wal_path))
    return LogState(
        tuple((each.st_ino, each.st_size, each.st_mtime_ns) for each in found),
        wal.read_head(wal_path),
    )


def copied(path: Path, file: int, connect: "Connect") -> tuple["sqlite3.Connection", LogState]:
    """Open a copy of a log whose database is open as ``file``; returns also the copied state.

    Raises OSError, and UnavailableError without room, or if other programs write too often.
    """
    for _ in range(_MOST_TRIES):
        before = state_of(path)
        connection, copy = _nameless(sum(each[1] for each in before.files), connect)
        try:
            _copy(file, copy)
            with suppress(FileNotFoundError):
                wal.replay(Path(f"{path}-wal"), copy)
            os.pwrite(copy, b"\1\1", VERSIONS_PLACE)
            if before.is_of_one(state_of(path)):
                return connection, before
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise _no_room() from error
            raise
        finally:
            os.close(copy)
        connection.close()
    raise UnavailableError(
        Problem("the case log is written faster than it can be copied", file=str(path)),
        hint="try again",
    )


def _nameless(size: int, connect: "Connect") -> tuple["sqlite3.Connection", int]:
    """Open a connection to an empty file without a name, and a descriptor of it."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="dispatch-", dir=_roomy(size)))
    try:
        name = folder / "copy"
        copy = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            return connect(name), copy
        except BaseException:
            os.close(copy)
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _no_room() -> UnavailableError:
    import tempfile

    return UnavailableError(
        Problem("no room for a copy of the read-only case log", file=tempfile.gettempdir()),
        hint="name a folder with more room in TMPDIR",
    )


def _roomy(size: int) -> str | None:
    """Return the folder in memory if it has twice the room; None for temporary files."""
    import shutil

    try:
        is_roomy = os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > 2 * size
    except OSError:
        return None
    return _IN_MEMORY if is_roomy else None


def _copy(source: int, target: int) -> None:
    place = 0
    while piece := os.pread(source, _PIECE, place):
        wal.write_all(target, piece, place)
        place += len(piece)
