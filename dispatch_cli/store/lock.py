"""Lock the case log for one process at a time, first come, first served, by a lock file.

SQLite's own waiting is random: with 32 writers the longest wait was 7.9 s. For a file lock the
system wakes the next process, and the longest wait was a third of a second.

The first line of the file is the stamp of the last acknowledged commit, to detect a log that has
lost it; the second names the process that took the lock last, and when. The third has the mark of
the commit again and the journal's head after it, to detect a log with another history. The fourth
is written by a restore: the mark of the commit again, and the stamp and head of the log that is
about to come to the path. It is valid until the next commit is acknowledged.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from ..errors import ConflictError, Problem
from ..files import NO_LOCKS, take_lock
from ..messages import Message
from .identity import NO_MARK, AcknowledgedCommit, Stamp, parse_stamp
from .log_faults import NOTHING_RECORDED

SUFFIX = ".lock"
"""After the name of the database."""

LONGEST_WAIT_S = 10.0
SILENT_WAIT_S = 1.0
"""A longer wait is reported."""

_STAMP_BYTES = 93
_HOLDER_BYTES = 32
_HEAD_BYTES = 100
_HEAD = re.compile("[0-9]+:[0-9a-f]{64}")
_MOST_LOOKS = 5
_HEAD_PLACE = _STAMP_BYTES + _HOLDER_BYTES
_COMING_BYTES = 200
_COMING_PLACE = _HEAD_PLACE + _HEAD_BYTES


class LockFile(Struct, frozen=True):
    """A lock file that is held."""

    file: int

    def acknowledge(self, stamp: Stamp, head: str) -> None:
        """Record the last commit; a failure is ignored, since the commit itself is on the disk."""
        self._write(f"{stamp.mark} {head}", _HEAD_BYTES, _HEAD_PLACE)
        self._write(str(stamp), _STAMP_BYTES, 0)

    def announce(self, stamp: Stamp, head: str) -> None:
        """Record and sync the last commit of the log that is about to come to the path.

        Until the next commit is acknowledged, both logs are accepted at the path, so that a program
        that is killed in between leaves a usable log. Raises OSError.
        """
        os.lseek(self.file, 0, os.SEEK_SET)
        last = parse_stamp(_line(os.read(self.file, _STAMP_BYTES), 0, _STAMP_BYTES))
        text = f"{last.mark if last else NO_MARK} {stamp} {head}"
        self._put(text, _COMING_BYTES, _COMING_PLACE)
        os.fsync(self.file)

    def sign(self) -> None:
        """Record this process as the holder of the lock."""
        self._write(f"{os.getpid()} {int(time.time())}", _HOLDER_BYTES, _STAMP_BYTES)

    def flush(self) -> None:
        """Sync the file to the disk; needed only when another log has come to the path."""
        with suppress(OSError):
            os.fsync(self.file)

    def _write(self, text: str, length: int, place: int) -> None:
        with suppress(OSError):  # a full disk
            self._put(text, length, place)

    def _put(self, text: str, length: int, place: int) -> None:
        os.lseek(self.file, place, os.SEEK_SET)
        os.write(self.file, f"{text:<{length - 1}}\n".encode())


def last_acknowledged(path: Path) -> AcknowledgedCommit | None:
    """Read the last acknowledged commit; None if it is unknown.

    Without the lock the lines may be half written: then they are read again.
    """
    for _ in range(_MOST_LOOKS):
        content = _content(path)
        line = _line(content, 0, _STAMP_BYTES)
        stamp = parse_stamp(line)
        mark, _, head = _line(content, _HEAD_PLACE, _HEAD_BYTES).partition(" ")
        if not line or (stamp and mark == stamp.mark):
            break
    if stamp is None:
        return None
    is_of_it = mark == stamp.mark and _HEAD.fullmatch(head)
    return AcknowledgedCommit(stamp, head if is_of_it else "", _coming(content, stamp.mark))


def _coming(content: bytes, last_mark: str) -> AcknowledgedCommit | None:
    """Read the commit that a restore has announced since the last commit; None without one."""
    mark, _, rest = _line(content, _COMING_PLACE, _COMING_BYTES).partition(" ")
    text, _, head = rest.partition(" ")
    stamp = parse_stamp(text)
    if mark != last_mark or stamp is None or not _HEAD.fullmatch(head):
        return None
    return AcknowledgedCommit(stamp, head)


def holder(path: Path) -> tuple[int, str] | None:
    """Read which process took the lock last, and the time of day; None if that is unknown."""
    pid, _, since = _line(_content(path), _STAMP_BYTES, _HOLDER_BYTES).partition(" ")
    if not (pid.isdecimal() and since.isdecimal()):
        return None
    return int(pid), time.strftime("%H:%M:%S", time.localtime(int(since)))


@contextmanager
def held(
    path: Path,
    wait_s: float = LONGEST_WAIT_S,
    say: Callable[[Message | str], None] = lambda text: None,
    *,
    for_reading: bool = False,
) -> Iterator[LockFile]:
    """Hold the lock file of a database; raises OSError if it cannot be made.

    With ``for_reading`` no file is made, and a read-only one is accepted. Raises ConflictError
    after ``wait_s``. On a file system without locks, only SQLite's own locks remain.
    """
    end = time.monotonic() + wait_s
    file = _open(path, for_reading=for_reading)
    try:
        while True:
            if not _take(file):
                _wait(file, path, end, wait_s, say)
            if _is_in_place(file, path):
                break
            # The file was removed during the wait: other processes lock another one.
            before, file = file, _open(path, for_reading=for_reading)
            os.close(before)
        lock = LockFile(file)
        lock.sign()
        yield lock
    finally:
        os.close(file)  # releases the lock


def waiting_for(path: Path) -> Message:
    """Say which process holds the lock."""
    known = holder(path)
    if known is None:
        return Message("waiting for another dispatch")
    pid, since = known
    return Message("waiting for another dispatch, pid {pid}, since {since}", pid=pid, since=since)


def _open(path: Path, *, for_reading: bool) -> int:
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    if not for_reading:
        return os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
    try:
        return os.open(path, os.O_RDWR | flags)
    except FileNotFoundError:
        raise
    except OSError:
        return os.open(path, os.O_RDONLY | flags)


def _is_in_place(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), os.lstat(path))
    except FileNotFoundError:
        return False


def _take(file: int, *, wait: bool = False) -> bool:
    try:
        return take_lock(file, wait=wait)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return True


def _wait(
    file: int, path: Path, end: float, wait_s: float, say: Callable[[Message | str], None]
) -> None:
    """Queue for the lock in a thread, because the queue itself has no time limit."""
    import threading

    done = threading.Event()
    failed: list[OSError] = []

    def queue() -> None:
        try:
            while not _take(file, wait=True):
                pass
        except OSError as error:
            failed.append(error)
        done.set()

    threading.Thread(target=queue, daemon=True).start()
    left = end - time.monotonic()
    if left > SILENT_WAIT_S and not done.wait(SILENT_WAIT_S):
        say(waiting_for(path))
    if not done.wait(max(0.0, end - time.monotonic())):
        text = Message("the case log has been held for more than {wait_s:.3g} s", wait_s=wait_s)
        if known := holder(path):
            by = "{held}, by pid {pid} since {since}"
            text = Message(by, held=text, pid=known[0], since=known[1])
        raise ConflictError(Problem(text, str(path)), hint=NOTHING_RECORDED)
    if failed:
        raise failed[0]


def _line(content: bytes, place: int, length: int) -> str:
    return content[place : place + length].decode("ascii", "replace").strip("\0 \n")


def _content(path: Path) -> bytes:
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return b""
    try:
        return os.read(file, _COMING_PLACE + _COMING_BYTES)
    except OSError:  # Windows: only the holder may read it
        return b""
    finally:
        os.close(file)
