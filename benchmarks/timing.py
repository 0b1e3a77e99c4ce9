"""Time whole processes, and compare them pair by pair."""

import os
import pty
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence


def timed(argv: list[str], env: dict[str, str], *, terminal: bool) -> float:
    """Run one command from start to exit, on a terminal of its own where it shall have one."""
    if terminal:
        return _on_terminal(argv, env)[0]
    begin = time.perf_counter()
    subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def screen_of(argv: list[str], env: dict[str, str]) -> str:
    """Run one command on a terminal of its own and return what it wrote there."""
    return _on_terminal(argv, env)[1].decode()


def _on_terminal(argv: list[str], env: dict[str, str]) -> tuple[float, bytes]:
    """Return the seconds from start to exit, and what was written to the terminal."""
    written = bytearray()
    master, slave = pty.openpty()
    drain = threading.Thread(target=_drain, args=(master, written))
    drain.start()
    begin = time.perf_counter()
    subprocess.run(argv, env=env, stdout=slave, stderr=slave, check=True)
    seconds = time.perf_counter() - begin
    os.close(slave)
    drain.join()
    os.close(master)
    return seconds, bytes(written)


def _drain(master: int, written: bytearray) -> None:
    try:
        while part := os.read(master, 65536):
            written += part
    except OSError:  # The last writer has closed the terminal.
        return


def median_ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios of runs that were made in turn."""
    return statistics.median(one / other for one, other in zip(ones, others, strict=True))
