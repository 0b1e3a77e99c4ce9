"""The background writer keeps the order of its jobs, and stops at the first failure."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from dispatch_cli.batch.job.part_files import BackgroundWriter


def slowly(done: list[int], number: int) -> None:
    """Sleep longer for an earlier job."""
    time.sleep(0.03 / (number + 1))
    done.append(number)


def fail() -> None:
    """Fail like a write to a full disk."""
    raise OSError("full")


def test_jobs_run_in_their_order() -> None:
    """A slow first job still ends first."""
    writer, done = BackgroundWriter(), list[int]()
    with writer:
        for number in range(5):
            writer.submit(partial(slowly, done, number))
        writer.wait()
    assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("first", "left"), [(fail, []), (lambda: None, [1])])
def test_no_job_runs_after_a_failed_one(first: Callable[[], None], left: list[int]) -> None:
    """A checkpoint must not follow a block that was written in part."""
    writer, done = BackgroundWriter(), list[int]()
    with writer:
        writer.submit(first)
        writer.submit(partial(slowly, done, 1))
        try:
            writer.wait()
        except OSError:
            assert first is fail
    assert done == left
