"""What is written behind stays in its order, and ends where something fails."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from dispatch_cli.batch.job.part_files import BackgroundWriter


def slowly(done: list[int], number: int) -> None:
    """Take the longer the earlier it was asked for."""
    time.sleep(0.03 / (number + 1))
    done.append(number)


def fail() -> None:
    """A disk that is full."""
    raise OSError("full")


def test_what_is_left_for_later_is_done_in_its_order() -> None:
    """The first is done first, however long it takes."""
    behind, done = BackgroundWriter(), list[int]()
    with behind:
        for number in range(5):
            behind.do(partial(slowly, done, number))
        behind.wait()
    assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("first", "left"), [(fail, []), (lambda: None, [1])])
def test_nothing_is_done_behind_what_failed(first: Callable[[], None], left: list[int]) -> None:
    """No checkpoint follows a block that was written by half; where it was not, one does."""
    behind, done = BackgroundWriter(), list[int]()
    with behind:
        behind.do(first)
        behind.do(partial(slowly, done, 1))
        try:
            behind.wait()
        except OSError:
            assert first is fail
    assert done == left
