"""One limit for all that a command waits for: the lock file, then SQLite's own lock.

SQLite's is held by programs that know nothing of the lock file, such as its shell in a transaction,
or a copy that another program makes of the database.
"""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import ConflictError, Problem
from .lock import SILENT_WAIT_S
from .log_faults import NOTHING_RECORDED, is_held

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_LOCKS = Path("/proc/locks")
_WRITE_LOCK = 120
"""The byte of the ``-shm`` that the one writer locks: https://www.sqlite.org/walformat.html."""


class Patience:
    """How long a command waits in all, and how it says so after a second."""

    def __init__(self, path: Path, wait_s: float, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say
        self._end: float | None = None
        self.wait_s = wait_s
        self.busy_s = wait_s
        """How long a new connection may wait at a time."""

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Have the limit count from here on, unless it already does."""
        if self._end is not None:
            yield
            return
        self._end = time.monotonic() + self.wait_s
        try:
            yield
        finally:
            self._end = None

    def left(self) -> float:
        """The seconds until the limit."""
        return self.wait_s if self._end is None else max(0.0, self._end - time.monotonic())

    def run(self, act: Callable[[], T], connection: "sqlite3.Connection | None" = None) -> T:
        """Do something again until SQLite's lock is free; raises ConflictError at the limit.

        ``act`` makes the connection, or uses the one that is given, whose transaction is undone
        before a repetition.
        """
        import sqlite3

        longest_s = SILENT_WAIT_S
        while True:
            self.busy_s = min(longest_s, self.left())
            if connection is not None:
                connection.execute(f"PRAGMA busy_timeout = {math.ceil(1000 * self.busy_s):d}")
            try:
                return act()
            except sqlite3.OperationalError as error:
                if not is_held(error):
                    raise
                if connection is not None and connection.in_transaction:
                    connection.execute("ROLLBACK")
                holder = _holder(self._path)
                by = "" if holder is None else f", pid {holder}"
                if not self.left():
                    raise _held_too_long(self._path, self.wait_s, by) from error
            if longest_s == SILENT_WAIT_S:
                self._say(f"waiting for another program{by}")
            longest_s = math.inf


def _held_too_long(path: Path, wait_s: float, by: str) -> ConflictError:
    text = f"another program has held the case log for more than {wait_s:g} s{by}"
    return ConflictError(Problem(text, file=str(path)), hint=NOTHING_RECORDED)


def _holder(path: Path) -> int | None:
    """The process that holds SQLite's write lock; None where the system does not tell."""
    files: dict[str, int] = {}
    content = ""
    with suppress(OSError):  # a program that has the log for itself alone needs no -shm
        content = _LOCKS.read_text(encoding="ascii", errors="replace")
        files[_file(path)] = 0
        files[_file(Path(f"{path}-shm"))] = _WRITE_LOCK
    for line in content.split("\n"):
        # "1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 120 120"; from the second colon on an inode
        fields = line.split()
        if len(fields) < 8 or fields[1] != "POSIX" or fields[3] != "WRITE":
            continue
        first = files.get(fields[5])
        if first is not None and first in (0, int(fields[6])) and int(fields[4]) > 0:
            return int(fields[4])
    return None


def _file(path: Path) -> str:
    found = os.stat(path)
    return f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
