"""A lock between processes in which nobody starves.

SQLite's own waiting is a lottery: with 32 writers the unluckiest waited 7.9 s. Waiting for a
file lock, the system wakes them, and the worst was a third of a second (RELIABILITY, finding 4).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Problem, UnavailableError
from ..files import NO_LOCKS, take_lock
from .faults import NOTHING_RECORDED

LONGEST_WAIT_S = 30.0


@contextmanager
def held(path: Path, wait_s: float = LONGEST_WAIT_S) -> Iterator[None]:
    """Hold the lock file of a database; raises OSError where it cannot be made.

    Where the file system knows no locks, SQLite's own have to do.
    """
    file = os.open(
        path,
        os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0),
        0o600,
    )
    try:
        if not _take(file):
            _wait(file, path, wait_s)
        yield
    finally:
        os.close(file)  # which lets go of the lock


def _take(file: int, *, wait: bool = False) -> bool:
    try:
        return take_lock(file, wait=wait)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return True


def _wait(file: int, path: Path, wait_s: float) -> None:
    """Queue for the lock in a thread, since the queue itself knows no time limit."""
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
    if not done.wait(wait_s):
        raise UnavailableError(
            Problem(f"somebody else has held the case log for {wait_s:g} s", file=str(path)),
            hint=NOTHING_RECORDED,
        )
    if failed:
        raise failed[0]
