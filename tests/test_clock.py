"""Moments have zone, day, date and year only where the time alone would be ambiguous."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.cases.call_texts import spoken
from dispatch_cli.messages import Clock, time_of_day
from dispatch_cli.render import figures

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 10, 25, 0, 10, tzinfo=BERLIN)
"""In this night the clock goes back from 03:00 to 02:00."""

HOUR = timedelta(hours=1)


def later(moment: datetime, span: timedelta) -> datetime:
    """Return the local moment after a span of real time."""
    return (moment.astimezone(UTC) + span).astimezone(BERLIN)


@pytest.mark.parametrize(
    ("hours", "english", "german"),
    [
        (1, "01:10", "01:10"),
        (2, "02:10 CEST", "02:10 MESZ"),
        (3, "02:10 CET", "02:10 MEZ"),
        (4, "03:10", "03:10"),
    ],
)
def test_a_time_that_the_clock_shows_twice_names_its_zone(hours, english, german):
    """In a case, in a sentence and in a table the two hours of the night read differently."""
    at = later(SUNDAY, hours * HOUR)
    assert (str(Clock(at, SUNDAY)), spoken(Clock(at, SUNDAY), "de")) == (english, german)
    assert figures.clock(at, SUNDAY) == english


@pytest.mark.parametrize(
    ("days", "english", "german"),
    [
        (0, "12:10", "12:10"),
        (2, "Tue 12:10", "Di 12:10"),
        (-6, "Mon 12:10", "Mo 12:10"),
        (7, "Sun 01 Nov 12:10", "So 01.11. 12:10"),
        (60, "Thu 24 Dec 12:10", "Do 24.12. 12:10"),
        (425, "Fri 24 Dec 2027 12:10", "Fr 24.12.2027 12:10"),
        (-425, "Tue 26 Aug 2025 12:10", "Di 26.08.2025 12:10"),
    ],
)
def test_the_day_is_said_where_it_is_needed(days, english, german):
    """Another day has its weekday, another week its date, another year its year."""
    at = SUNDAY.replace(hour=12) + timedelta(days=days)
    assert (str(Clock(at, SUNDAY)), spoken(Clock(at, SUNDAY), "de")) == (english, german)


@given(st.integers(0, 3 * 24 * 60), st.integers(0, 5 * 60))
def test_no_two_minutes_of_a_day_read_alike(one, more):
    """Two moments of the same local date have the same text only if they are the same minute."""
    first = later(SUNDAY, timedelta(minutes=one) - 24 * HOUR)
    second = later(first, timedelta(minutes=more))
    if first.date() == second.date():
        assert (time_of_day(first) == time_of_day(second)) == (more == 0)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Sao_Paulo"])
def test_other_times_name_no_zone(zone):
    """Noon is noon, in every zone and also without one."""
    noon = datetime(2026, 10, 25, 12, 0)  # noqa: DTZ001 - without a zone on purpose
    assert time_of_day(noon) == time_of_day(noon.replace(tzinfo=ZoneInfo(zone))) == "12:00"
