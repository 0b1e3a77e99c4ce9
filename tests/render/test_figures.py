"""How numbers and times are rounded for the screen."""

from datetime import UTC, datetime, timedelta
from math import inf, nan
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.render import figures

from .screens import BERLIN, NOON, candidate


@pytest.mark.parametrize(
    ("value", "shown"),
    [(29.96, "30.0"), (-0.04, "0.0"), (-8.0, "-8.0"), (inf, "never"), (nan, "?")],
)
def test_minutes(value, shown):
    """Minutes have one decimal and no negative zero; other values are words."""
    assert figures.minutes(value) == shown


@pytest.mark.parametrize(
    ("chance", "decimals", "shown"),
    [
        (1 - 0.2 * 0.3 * 0.4 * 0.5, 1, "98.8%"),
        (1 - 0.2 * 0.3 * 0.4 * 0.5, 0, "98%"),
        (0.999999999999, 0, "99%"),
        (0.999999999999, 1, "99.9%"),
        (1.0, 0, "100%"),
        (0.0, 0, "0%"),
        (0.29, 0, "29%"),
        (nan, 0, "?"),
    ],
)
def test_chances_are_rounded_down(chance, decimals, shown):
    """No chance is shown too high: 100 % only if it is certain."""
    assert figures.percent_down(chance, decimals=decimals) == shown


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOON, "12:03"),
        (NOON + timedelta(seconds=1), "12:04"),
        (NOON.astimezone(UTC), "12:03"),
        (NOON + timedelta(hours=12), "Sat 00:03"),
        (NOON - timedelta(days=1), "Thu 12:03"),
        (NOON + timedelta(days=6), "Thu 12:03"),
        (NOON + timedelta(days=7), "Fri 04 Dec 12:03"),
        (NOON.replace(hour=23, minute=59, second=30), "Sat 00:00"),
    ],
)
def test_clock(moment, shown):
    """The incident's own time, with weekday or date where it is another day, never too early."""
    assert figures.clock(moment, NOON) == shown


@settings(deadline=None)
@given(st.integers(0, 3000), st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]))
def test_the_clock_is_never_early(seconds, timezone):
    """At the shown minute the moment has come, and it has not come more than a minute before."""
    zone = ZoneInfo(timezone)
    when = datetime(2026, 10, 25, 0, 30, 17, tzinfo=zone)
    moment = when.astimezone(UTC) + timedelta(seconds=seconds)
    minute = int(figures.clock(moment, when)[-2:])
    assert minute == (moment + timedelta(seconds=59)).minute


def test_parts_of_the_arrival_add_up():
    """8.5 + 4.5 + 10.4 = 23.4 is shown as 23 = 8 + 4 + 11: the drive takes what rounding leaves."""
    one = candidate(arrival_min=23.4, wait_min=8.5, turnout_min=4.5, travel_min=10.4)
    assert figures.arrival_parts(one) == ("23", "8", "4", "11")
    endless = candidate(arrival_min=inf, travel_min=inf)
    assert figures.arrival_parts(endless) == ("never", "0", "5", "never")


def test_unknown_figures_are_marked():
    """Unknown hours are "?", hours without an end "24 h", crow-fly distances have "~"."""
    assert figures.until(candidate(open_state="unknown"), NOON) == "?"
    assert figures.until(candidate(), NOON) == "24 h"
    end = datetime(2026, 11, 28, 6, 0, tzinfo=BERLIN)
    assert figures.until(candidate(open_until=end), NOON) == "Sat 06:00"
    assert figures.kilometres(candidate(distance_km=9.6)) == "~10"
    assert figures.kilometres(candidate(distance_km=7.1, road_km=9.6, travel_source="osrm")) == "10"


def test_extremes_are_words():
    """A last resort that never comes and an acceptance of 0 raise no error."""
    assert figures.last_resort_at(NOON, 11.0, 120.0) == "14:14"
    for fallback_min in (inf, nan, 1e300, 1e10):
        assert figures.last_resort_at(NOON, 11.0, fallback_min) == "never"
    assert figures.answer_cost(candidate(acceptance=0.0)) == "never"
    assert figures.answer_cost(candidate(acceptance=0.5, answer_min=4.0)) == "8.0"
