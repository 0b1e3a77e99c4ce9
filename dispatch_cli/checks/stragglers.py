"""Kill processes that a command has put outside its process group, for example with ``setsid``.

On Linux this process becomes a "child subreaper" (prctl(2)) while a command runs: every descendant
that loses its parent becomes a child of this process, not of init. /proc lists it with its parent,
even if it has changed its group, session and environment. A cgroup would find the same processes,
but most users cannot make one, such as in a cron job.

On other systems such a process is neither found nor killed; docs/checks.md says so.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

_PR_SET_CHILD_SUBREAPER = 36
_LONGEST_S = 1.0
"""Time limit, for processes that start others faster than they are killed."""
_PAUSE_S = 0.001


class Stragglers:
    """The processes that the commands of one round have left, killed after the last command.

    They cannot be attributed to a command, so that the last command to end kills all. Only children
    of this process are killed, and none that it had, or whose parent it had, before the first
    command. The number of a child is not reused before the child is reaped.
    """

    def __init__(self) -> None:
        self._running = 0
        self._before: frozenset[int] = frozenset()

    @contextmanager
    def ended(self) -> Iterator[None]:
        """Kill the processes that a command leaves; its own process must have ended inside."""
        if not self._running:
            self._before = frozenset(_below(os.getpid(), _parents()))
            _adopt(True)
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._end()
                _adopt(False)

    def _end(self) -> None:
        """Kill the remaining processes, and their children, which become ours."""
        until = monotonic() + _LONGEST_S
        while (left := self._left()) and monotonic() < until:
            for pid in left:
                with suppress(OSError):  # it has ended, or belongs to another user
                    os.kill(pid, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            sleep(_PAUSE_S)

    def _left(self) -> set[int]:
        own = os.getpid()
        return {pid for pid, parent in _parents().items() if parent == own} - self._before


def _adopt(is_wanted: bool) -> None:
    """Make orphaned processes children of this process, or of init again."""
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError, OSError):  # a C library without prctl
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(is_wanted), 0, 0, 0)


def _parents() -> dict[int, int]:
    """Read the parent of every process; empty where there is no /proc as on Linux."""
    try:
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return {}
    return {number: _parent_of(number) for number in numbers}


def _below(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """Yield all descendants of a process."""
    for child, parent in parents.items():
        if parent == pid:
            yield child
            yield from _below(child, parents)


def _parent_of(pid: int) -> int:
    """Read the parent of a process, as proc_pid_stat(5) describes it; 0 if it has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except OSError:
        return 0
    # The name stands in brackets and may hold any character.
    fields = content[content.rfind(b")") + 1 :].split()
    return int(fields[1]) if len(fields) > 1 else 0
