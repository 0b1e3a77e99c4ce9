"""Run whole processes for benchmarks/batch.py: wall time, processor time and peak memory."""

import os
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[1]
"""The checkout to which this benchmark belongs."""
_EXIT_CODES = (0, 3)
"""Success, or no provider for any row; a process that rejects rows returns another code."""


class Usage(NamedTuple):
    """What one process took: seconds of wall time and of processor time, peak memory in KiB."""

    wall_s: float
    cpu_s: float
    peak_kib: float


def run_process(command: list[str], environment: Mapping[str, str]) -> Usage:
    """Run a command to its end; asserts that it succeeds."""
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment)
    _, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - start
    assert os.waitstatus_to_exitcode(status) in _EXIT_CODES, command
    return Usage(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def environment_of(checkout: Path, cache: Path) -> dict[str, str]:
    """Make the environment in which a checkout's package runs and keeps its caches in a folder.

    The folder also holds what Python and numba compile, so that no checkout is written to. Without
    bytecode every start would compile all modules, which no installation does.
    """
    own = {
        "PYTHONPATH": str(checkout),
        "PYTHONSAFEPATH": "1",  # else the current folder's package comes first
        "PYTHONPYCACHEPREFIX": str(cache / "python"),
        "NUMBA_CACHE_DIR": str(cache / "numba"),
        "XDG_CACHE_HOME": str(cache),
    }
    inherited = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **own}


def median_usage(found: Sequence[Usage]) -> Usage:
    """Take the median of each value by itself."""
    return Usage(*(median(values) for values in zip(*found, strict=True)))


def usage_text(found: Sequence[Usage]) -> str:
    """Write the medians of some runs, the wall time with its range."""
    usage, walls = median_usage(found), [each.wall_s for each in found]
    return (f"wall {usage.wall_s:.2f} s ({min(walls):.2f}..{max(walls):.2f})"
            f"  cpu {usage.cpu_s:.2f} s  peak {usage.peak_kib / 1024:.0f} MiB")  # fmt: skip


def spread(values: Sequence[float]) -> str:
    """Write the median of some values and their range."""
    return f"{median(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def in_child(work: Callable[[], object]) -> None:
    """Do some work in a child process: a process inherits the peak memory of its parent.

    Asserts that the work raises nothing.
    """
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "the child process has printed why it failed"
