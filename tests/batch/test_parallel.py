"""Results of several threads are in order, with every error."""

import threading
import time
from collections.abc import Iterator

import pytest

from dispatch_cli.errors import BadDataError

pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch.compiled.parallel import in_order, parts_of


def test_results_stand_in_the_order_of_the_items() -> None:
    """A slow part delays the ones behind it, and none is lost."""
    found = list(in_order(range(20), lambda n: (time.sleep(0.02 * (n % 3 == 0)), n * n)[1], 4))
    assert found == [(n, n * n) for n in range(20)]


def test_an_error_of_the_work_ends_it_where_it_stands() -> None:
    """Results before a failing part are yielded, later ones are not."""

    def work(number: int) -> int:
        if number == 3:
            raise ZeroDivisionError
        return number

    results = in_order(range(9), work, 2)
    assert [next(results)[1] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_an_input_that_breaks_off_gives_what_was_read_before() -> None:
    """All parts before the end are yielded, then the error is raised."""

    def items() -> Iterator[int]:
        yield from range(5)
        raise BadDataError("cut off")

    results = in_order(items(), lambda number: number, 2)
    assert [next(results)[0] for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(BadDataError, match="cut off"):
        next(results)


def test_nothing_more_is_begun_when_the_caller_leaves() -> None:
    """An early end waits only for running parts, and leaves no thread."""
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.01)

    before = threading.active_count()
    for item, _ in in_order(range(1_000), work, 2):
        if item == 3:
            break
    assert len(begun) < 20
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before


@pytest.mark.parametrize(("count", "parts"), [(0, 1), (3_999, 1), (4_000, 2), (100_000, 2)])
def test_only_many_rows_are_parted(count: int, parts: int) -> None:
    """Few rows stay together; the parts together are all rows once."""
    found = parts_of(count, 2)
    assert len(found) == parts
    assert [row for part in found for row in part.tolist()] == list(range(count))
