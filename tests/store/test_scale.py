"""A hundred thousand closed cases do not slow down a ranking."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from .sample import MINUTE, NOW, accepted, case, closed, declined, personal, service
from .working import opened

WITHIN_S = 0.012
"""A fifth of what a ranking takes as a command (60 ms), which a log may make 1.2 times as long."""


@pytest.mark.parametrize("count", [500, pytest.param(100_000, marks=pytest.mark.ci)])
def test_what_a_ranking_reads_does_not_grow(tmp_path: Path, count: int) -> None:
    """Reading sums, assignments and bookings of 100 firms does not grow with the log."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store, store.deciding() as tx:
        for number in range(count):
            at = NOW + number * MINUTE
            firm, other = f"firm{number % 100}", f"firm{number * 7 % 100}"
            offers = (declined(1, other, opened_at=at), accepted(2, firm, opened_at=at))
            new = case(service("tow", firm, other), opened_at=at, offers=offers)
            tx.new_case(closed(new, at + timedelta(hours=1)), personal())
    times = []
    for _ in range(5):
        begin = time.process_time()
        with opened(path) as store, store.reading() as reader:
            summaries, assigned = reader.summaries(), reader.last_assigned()
            assert reader.bookings() == {}
        times.append(time.process_time() - begin)
    assert len(summaries) == len(assigned) == 100
    assert min(times) < WITHIN_S
