"""The summary of a batch on a screen: no line is broken, at any width."""

import io

import pytest

from dispatch_cli.batch.job.tally import BatchTally, ServiceTally, counts_of, summary_of
from dispatch_cli.render.batch_summary import lines, print_summary, totals
from dispatch_cli.render.layout import Screen, cells, line_text


def counted() -> BatchTally:
    """Make a large batch with two services, many unserved places, and rejects."""
    tow = ServiceTally(
        rows=1_000_000,
        served=900_000,
        steps={100 + 7 * step: 900 for step in range(1_000)},
        reasons={"outside_area": 31_000_000, "closed_now": 2_000_000, "vehicle_too_heavy": 12,
                 "already_asked": 3, "no_unit": 2, "down": 1},
        unserved={f"9{number:04}": 25_000 - number for number in range(12)},
    )  # fmt: skip
    lockout = ServiceTally(rows=10, served=0, unserved={"abroad": 10})
    return BatchTally(
        rows=1_200_000,
        rejected=200_000,
        served=900_000,
        reasons={"bad_position": 150_000, "unknown_kind": 49_999, "too_long": 1},
        services={"tow": tow, "lockout": lockout},
    )


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_every_figure_is_whole_on_its_line(width: int) -> None:
    """No line is too wide, and each word is on one line with its number."""
    shown = [line_text(line) for line in lines(summary_of(counted()), Screen(width))]
    assert max(map(cells, shown)) <= width
    for whole in (
        "1,000,000 ranked", "bad_position 150,000", "outside_area 31,000,000", "90000 25,000",
        "90007 24,993", "4 more places", "50% 359.3", "120+", "by share:",
    ):  # fmt: skip
        assert any(whole in line for line in shown), whole


def test_off_a_terminal_every_number_has_its_line() -> None:
    """A script reads counts, shares, quantiles, bars and places, one on each line."""
    stream = io.StringIO()
    print_summary(summary_of(counted()), stream=stream)
    header, *rows = [line.split("\t") for line in stream.getvalue().splitlines()]
    assert header == ["service", "what", "name", "value"]
    assert ["", "rejected", "unknown_kind", "49999"] in rows
    assert ["tow", "nobody_reaches", "90003", "24997"] in rows
    assert ["lockout", "share", "served", "0.0"] in rows


def test_the_last_line_has_a_known_rate() -> None:
    """A resumed batch has no rate, because it did not rank all its rows in this time."""
    counts = counts_of(counted(), None, None)
    assert str(totals(counts, 10.0)).endswith("900,000 served; 10.0 s, 120,000/s")
    assert str(totals(counts, None)).endswith("900,000 served")


def test_the_last_line_of_one_row() -> None:
    """One row is singular; the reject file is named only if it has a row."""
    counts = counts_of(BatchTally(rows=1, served=1), None, "rejects.csv")
    assert str(totals(counts, None)) == "1 row: 1 ranked, 0 rejected, 1 served"
    counts = counts_of(BatchTally(rows=1, rejected=1), None, "rejects.csv")
    line = "1 row: 0 ranked, 1 rejected (in rejects.csv), 0 served"
    assert str(totals(counts, None)) == line
