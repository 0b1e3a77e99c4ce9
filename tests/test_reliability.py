"""The forecast report equals a table made by hand, its intervals a brute force."""

from datetime import UTC, datetime
from fractions import Fraction
from math import comb
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.model.forecast_counts import (
    BANDS_MIN,
    ArrivalCount,
    ChanceCount,
    ChanceSum,
    band_of,
    tenth_of,
)
from dispatch_cli.reliability import INTERVAL, LEAST, report, share_interval

BERLIN = ZoneInfo("Europe/Berlin")


def chance(tenth: int, asked: int, accepted: int, **facts: str) -> ChanceCount:
    """Make Huber's counts of tows in November with a chance in a tenth."""
    of = {"month": "2026-11", "provider": "huber", "service": "tow", **facts}
    return ChanceCount(tenth=tenth, asked=asked, accepted=accepted, **of)


def arrival(band_min: int, arrived: int, observed_min: int, **facts: str) -> ArrivalCount:
    """Make Huber's counts of tows in November with a forecast in a band."""
    of = {"month": "2026-11", "provider": "huber", "service": "tow", "travel_source": "crow_fly"}
    of |= facts
    return ArrivalCount(band_min=band_min, arrived=arrived, observed_min=observed_min, **of)


def chance_sum(asked: int, total: float, provider: str = "huber", year: str = "2026") -> ChanceSum:
    """Make the sum of a firm's chances in a year."""
    return ChanceSum(year=year, provider=provider, asked=asked, millionths=round(total * 1e6))


def test_a_table_added_up_by_hand():
    """Firms, services and months are added up by tenth and by band, with a verdict each."""
    found = report(
        [
            chance(7, 100, 71),
            chance(7, 30, 21, provider="lech", month="2026-12"),
            chance(2, 40, 30),
            chance(9, 50, 30, service="recovery"),
            chance(0, LEAST - 1, 0),
        ],
        [arrival(15, 10, 220), arrival(15, 5, 140, provider="lech"), arrival(60, 1, 95)],
        [],
    )
    assert (found.since, found.asked, found.left_out) == (None, 249, ())
    assert [
        (row.said_from, row.said_to, row.asked, row.accepted, row.verdict) for row in found.rows
    ] == [
        (0.0, 0.1, 29, 0, "too_little"),
        (0.2, 0.3, 40, 30, "more_than_said"),
        (0.7, 0.8, 130, 92, "as_said"),
        (0.9, 1.0, 50, 30, "less_than_said"),
    ]  # fmt: skip
    assert (found.rows[0].low, found.rows[0].high, found.rows[0].share) == (None, None, 0.0)
    seven = found.rows[2]
    assert seven.share == pytest.approx(92 / 130)
    assert (seven.low, seven.high) == share_interval(92, 130)
    assert [(row.said_from_min, row.said_to_min, row.arrived, row.mean_min)
            for row in found.arrivals] == [(15, 30, 15, 24.0), (60, None, 1, 95.0)]  # fmt: skip


def test_arrivals_of_each_travel_source_are_compared_by_themselves():
    """Forecasts by road minutes and by estimates are never in one row."""
    found = report(
        [],
        [arrival(15, 10, 220), arrival(15, 4, 60, travel_source="osrm"), arrival(30, 1, 40)],
        [],
    )
    assert [(row.travel_source, row.said_from_min, row.arrived, row.mean_min)
            for row in found.arrivals] == [
        ("crow_fly", 15, 10, 22.0), ("crow_fly", 30, 1, 40.0), ("osrm", 15, 4, 15.0),
    ]  # fmt: skip


def test_a_provider_is_compared_with_the_mean_of_its_own_chances():
    """Each provider and year has the mean forecast, the share of acceptances and the verdict."""
    found = report(
        [
            chance(7, 60, 45), chance(8, 40, 33, month="2026-12"),
            chance(9, 40, 20, provider="lech"), chance(4, 3, 3, month="2027-01"),
        ],
        [],
        [
            chance_sum(3, 1.2, year="2027"), chance_sum(100, 78.0),
            chance_sum(40, 38.0, provider="lech"),
        ],
    )  # fmt: skip
    assert [
        (row.year, row.provider, row.said, row.asked, row.accepted, row.share, row.verdict)
        for row in found.providers
    ] == [
        ("2026", "huber", 0.78, 100, 78, 0.78, "as_said"),
        ("2026", "lech", 0.95, 40, 20, 0.5, "less_than_said"),
        ("2027", "huber", pytest.approx(0.4), 3, 3, 1.0, "too_little"),
    ]


@pytest.mark.parametrize(
    ("since", "months", "years", "left_out"),
    [
        ("2026-01-01T00:00", 4, ["2026", "2027"], ()),
        ("2026-01-01T00:01", 3, ["2027"], ("2026", "2026-01")),
        ("2026-11-01T00:00", 3, ["2027"], ("2026",)),
        ("2026-11-15T00:00", 2, ["2027"], ("2026", "2026-11")),
        ("2026-12-31T23:00", 1, ["2027"], ("2026", "2026-12")),
        ("2027-01-01T00:00", 1, ["2027"], ()),
        ("2027-02-01T00:00", 0, [], ("2027",)),
    ],
)
def test_a_moment_that_divides_a_month_leaves_it_out_and_says_so(since, months, years, left_out):
    """Counts are kept by whole months, sums by whole years, of the centre's calendar."""
    moment = datetime.fromisoformat(since).replace(tzinfo=BERLIN)
    asked = ["2026-01", "2026-11", "2026-12", "2027-01"]
    found = report(
        [chance(7, 1, 1, month=month) for month in asked],
        [arrival(0, 1, 9, month=month) for month in asked],
        [chance_sum(3, 2.1), chance_sum(1, 0.7, year="2027")],
        moment,
    )
    assert (found.since, found.asked, found.left_out) == (moment, months, left_out)
    assert sum(row.arrived for row in found.arrivals) == months
    assert [row.year for row in found.providers] == years


def test_an_empty_log_gives_an_empty_report():
    """Without counts the report has no rows."""
    found = report([], [], [], datetime(2026, 11, 1, tzinfo=UTC))
    assert (found.asked, found.rows, found.arrivals, found.providers) == (0, (), (), ())


@given(st.floats(0, 1))
def test_every_chance_has_its_tenth(value):
    """A tenth includes its lower end; certainty is in the last."""
    tenth = tenth_of(value)
    assert 0 <= tenth <= 9
    assert tenth <= value * 10 <= tenth + 1
    assert tenth_of(0.7) == 7
    assert tenth_of(1.0) == 9


@pytest.mark.parametrize(
    ("minutes", "band"),
    [(-3, 0), (0, 0), (14, 0), (15, 15), (29, 15), (30, 30), (59, 30), (60, 60), (999, 60)],
)
def test_every_arrival_has_its_band(minutes, band):
    """A band includes its lower end; minutes below 0 after erasure are in the first."""
    assert band_of(minutes) == band
    assert band in BANDS_MIN


@given(st.integers(1, 60), st.data())
def test_each_bound_has_half_of_the_remaining_chance_outside(asked, data):
    """At each bound the tail has exactly half of the chance outside of the interval."""
    accepted = data.draw(st.integers(0, asked))
    low, high = share_interval(accepted, asked)
    rest = (1 - INTERVAL) / 2

    def chance_of(counts: range, share: float) -> float:
        exact = Fraction(share)
        terms = (comb(asked, k) * exact**k * (1 - exact) ** (asked - k) for k in counts)
        return float(sum(terms))

    if accepted:
        assert chance_of(range(accepted, asked + 1), low) == pytest.approx(rest, rel=1e-6)
    else:
        assert low == 0
    if accepted < asked:
        assert chance_of(range(accepted + 1), high) == pytest.approx(rest, rel=1e-6)
    else:
        assert high == 1
    assert low <= accepted / asked <= high


@pytest.mark.parametrize("asked", [LEAST, 130])
def test_the_interval_holds_the_true_share_with_the_stated_chance(asked):
    """For every true share in hundredths, the chance of an interval with it is large enough."""
    bounds = [share_interval(accepted, asked) for accepted in range(asked + 1)]
    for hundredths in range(1, 100):
        truth = hundredths / 100
        held = sum(
            comb(asked, k) * truth**k * (1 - truth) ** (asked - k)
            for k, (low, high) in enumerate(bounds)
            if low <= truth <= high
        )
        assert held >= INTERVAL
