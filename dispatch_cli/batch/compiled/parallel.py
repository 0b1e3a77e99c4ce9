"""Work on parts of a batch in several threads.

Compiled code and libraries release the interpreter lock, so that threads share the processors.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from ...errors import BadDataError
from .arrays import Array

T = TypeVar("T")
R = TypeVar("R")

_FEW = 4000
"""Fewer rows are not worth a second thread."""


def parts_of(count: int, threads: int) -> list[Array]:
    """Divide the numbers of rows among threads, if there are enough of them."""
    parts: list[Array] = np.array_split(np.arange(count), min(threads, 1 + count // _FEW))
    return parts


def in_order(
    items: Iterable[T], work: Callable[[T], R], threads: int
) -> Generator[tuple[T, R], None, None]:
    """Yield each item with its result, in order, while threads work on the next ones.

    If the items end with BadDataError, the results of the items before it are yielded first.
    """
    pool = ThreadPoolExecutor(threads)
    pending: deque[tuple[T, Future[R]]] = deque()
    broken: BadDataError | None = None
    try:
        try:
            for item in items:
                pending.append((item, pool.submit(work, item)))
                if len(pending) > threads:
                    first, future = pending.popleft()
                    yield first, future.result()
        except BadDataError as error:
            broken = error
        while pending:
            first, future = pending.popleft()
            yield first, future.result()
        if broken is not None:
            raise broken
    finally:
        pool.shutdown(cancel_futures=True)
