"""After kill -9 at any moment nothing acknowledged is lost, and the next start works."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from .working import opened, problems, work

LARGEST_S = 0.004


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize(
    "kills",
    [
        26,  # the last one is the first of a second log
        pytest.param(500, marks=pytest.mark.ci),
        pytest.param(20_000, marks=pytest.mark.heavy),
    ],
)
def test_a_killed_program_has_kept_what_it_acknowledged(tmp_path: Path, kills: int) -> None:
    """After each kill the log has every acknowledged decision, complete."""
    chance = random.Random(kills)
    path, acknowledged = tmp_path / "0" / "cases.sqlite3", 0
    for number in range(kills):
        if number % 25 == 0:  # the first moments of a new log are dangerous ones, too
            path, acknowledged = tmp_path / str(number) / "cases.sqlite3", 0
        heard = _killed(path, after=chance.randrange(6), wait_s=chance.uniform(0, LARGEST_S))
        acknowledged = max(acknowledged, heard)
        with opened(path) as store:
            assert problems(store, acknowledged) == []
            with store.reading() as reader:
                # One more may be there: written, and killed before it could be said.
                assert int(reader.head().partition(":")[0]) <= acknowledged + 1
                acknowledged = int(reader.head().partition(":")[0])


def _killed(path: Path, *, after: int, wait_s: float) -> int:
    """Fork a worker, kill it some time after so many acknowledgements; the last one heard."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            work(path, 1_000_000, lambda line: _write(writing, line))
        finally:
            os._exit(1)
    os.close(writing)
    heard = b""
    while heard.count(b"\n") < after:
        more = os.read(reading, 1)
        assert more, "the worker has ended by itself"
        heard += more
    until = time.perf_counter() + wait_s
    while time.perf_counter() < until:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 4096):
        heard += more
    os.close(reading)
    lines = heard.decode().split("\n")[:-1]
    return int(lines[-1]) if lines else 0


def _write(pipe: int, line: str) -> None:
    os.write(pipe, line.encode())
