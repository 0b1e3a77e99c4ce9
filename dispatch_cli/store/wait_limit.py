"""Limit the whole wait of a command for the lock file and for SQLite's own lock.

SQLite's lock is held by programs that do not use the lock file, such as its shell in a transaction,
or a program that copies the database.
"""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import ConflictError, Problem
from ..messages import Message
from .lock import SILENT_WAIT_S
from .log_faults import NOTHING_RECORDED, is_held

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_LOCKS = Path("/proc/locks")
_WRITE_LOCK = 120
"""The byte of the ``-shm`` that the one writer locks: https://www.sqlite.org/walformat.html."""


class WaitLimit:
    """The longest wait of a command, in all; ``say`` reports a wait after a second."""

    def __init__(self, path: Path, wait_s: float, say: Callable[[Message | str], None]) -> None:
        self._path = path
        self._say = say
        self._end: float | None = None
        self.wait_s = wait_s
        self.busy_s = wait_s
        """The longest single wait of a new connection."""

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Start the limit, unless it is running already."""
        if self._end is not None:
            yield
            return
        self._end = time.monotonic() + self.wait_s
        try:
            yield
        finally:
            self._end = None

    def left(self) -> float:
        """Return the seconds until the limit."""
        return self.wait_s if self._end is None else max(0.0, self._end - time.monotonic())

    def run(self, act: Callable[[], T], connection: "sqlite3.Connection | None" = None) -> T:
        """Repeat ``act`` until SQLite's lock is free; raises ConflictError at the limit.

        ``act`` makes a connection, or uses the given one, whose transaction is rolled back before
        each repetition.
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
                if not self.left():
                    raise _held_too_long(self._path, self.wait_s, holder) from error
            if longest_s == SILENT_WAIT_S:
                self._say(_with_pid(Message("waiting for another program"), holder))
            longest_s = math.inf


def _held_too_long(path: Path, wait_s: float, holder: int | None) -> ConflictError:
    text = Message(
        "another program has held the case log for more than {wait_s:g} s", wait_s=wait_s
    )
    return ConflictError(Problem(_with_pid(text, holder), str(path)), hint=NOTHING_RECORDED)


def _with_pid(text: Message, holder: int | None) -> Message:
    """Name the process that holds the lock, if it is known."""
    return text if holder is None else Message("{text}, pid {pid}", text=text, pid=holder)


def _holder(path: Path) -> int | None:
    """Find the process that holds SQLite's write lock; None if the system does not tell."""
    files: dict[str, int] = {}
    content = ""
    with suppress(OSError):  # in exclusive mode there is no -shm
        content = _LOCKS.read_text(encoding="ascii", errors="replace")
        files[_file(path)] = 0
        files[_file(Path(f"{path}-shm"))] = _WRITE_LOCK
    for line in content.split("\n"):
        # "1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 120 120": pid, device and inode, range of bytes
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
