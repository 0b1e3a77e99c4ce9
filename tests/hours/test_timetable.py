"""Golden timetables, each computed by hand; all in Berlin, 2026 and 2027."""

import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.hours import LONGEST, HoursError, evaluate_hours, parse_hours
from dispatch_cli.model import Span, Timetable

BERLIN = ZoneInfo("Europe/Berlin")
EPIPHANY = date(2027, 1, 6)  # a Wednesday; in BY, not in BE


def _table(
    text: str | None, first: date, days: int = 1, holidays: Iterable[date] = ()
) -> Timetable:
    start = datetime(first.year, first.month, first.day, tzinfo=BERLIN)
    return evaluate_hours(text, holidays=holidays, start=start, days=days, timezone="Europe/Berlin")


def _utc(span: Span) -> tuple[str, str]:
    return (
        f"{datetime.fromtimestamp(span.start, UTC):%d %H:%M}",
        f"{datetime.fromtimestamp(span.end, UTC):%d %H:%M}",
    )


def _open(table: Timetable) -> list[tuple[str, str]]:
    return [_utc(span) for span in table.spans if span.state == "open"]


def _local(table: Timetable) -> str:
    """Return starts and states of the spans in Berlin, e.g. ``00:00 closed 08:00 open``."""
    return " ".join(
        f"{datetime.fromtimestamp(span.start, BERLIN):%H:%M} {span.state}" for span in table.spans
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Saturday 24 October 22:00 CEST is 20:00 UTC, Sunday 06:00 CET is 05:00 UTC: nine hours.
        ("Sa 22:00-06:00", [("24 20:00", "25 05:00")]),
        # 02:30 is shown twice; the second is CET, 01:30 UTC.
        ("Sa 22:00-02:30", [("24 20:00", "25 01:30")]),
        ("Su 02:30-05:00", [("25 01:30", "25 04:00")]),
        # The whole Sunday has 25 hours: 24 October 22:00 UTC to 25 October 23:00 UTC.
        ("Su", [("24 22:00", "25 23:00")]),
    ],
)
def test_the_night_that_has_an_hour_twice(text: str, expected: list[tuple[str, str]]) -> None:
    """On 25 October 2026 at 03:00 CEST the clock goes back to 02:00 CET."""
    assert _open(_table(text, date(2026, 10, 24), 3)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Saturday 27 March 22:00 CET is 21:00 UTC, Sunday 06:00 CEST is 04:00 UTC: seven hours.
        ("Sa 22:00-06:00", [("27 21:00", "28 04:00")]),
        # 02:30 does not come; the clock jumps at 01:00 UTC.
        ("Sa 22:00-02:30", [("27 21:00", "28 01:00")]),
        ("Su 02:30-05:00", [("28 01:00", "28 03:00")]),
        ("Su 02:10-02:50", []),
        # The whole Sunday has 23 hours.
        ("Su", [("27 23:00", "28 22:00")]),
    ],
)
def test_the_night_that_lacks_an_hour(text: str, expected: list[tuple[str, str]]) -> None:
    """On 28 March 2027 at 02:00 CET the clock goes on to 03:00 CEST."""
    assert _open(_table(text, date(2027, 3, 27), 3)) == expected


def test_a_holiday_of_one_land_only() -> None:
    """Fronleichnam (27 May 2027, a Thursday) closes in BY, whose list has it, and not in BE."""
    whit_monday, fronleichnam = date(2027, 5, 17), date(2027, 5, 27)
    text = "Mo-Fr 08:00-18:00; PH off"
    in_by = _table(text, fronleichnam, holidays=[whit_monday, fronleichnam])
    in_be = _table(text, fronleichnam, holidays=[whit_monday])
    assert _local(in_by) == "00:00 closed"
    assert _local(in_be) == "00:00 closed 08:00 open 18:00 closed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Fr 08:00-18:00", "00:00 closed 08:00 open 18:00 closed"),
        ("Mo-Fr 08:00-18:00; PH off", "00:00 closed"),
        ('Mo-Fr 08:00-18:00; PH off "Feiertag"', "00:00 closed"),
        ("Mo-Fr 08:00-18:00; PH unknown", "00:00 unknown"),
        ("Mo-Fr 08:00-18:00; PH 10:00-12:00", "00:00 closed 10:00 open 12:00 closed"),
        ("Mo-Fr 08:00-18:00; Sa,PH 10:00-12:00", "00:00 closed 10:00 open 12:00 closed"),
        ("Mo-Fr 08:00-18:00; PH,Sa 10:00-12:00", "00:00 closed 10:00 open 12:00 closed"),
        ("Su,PH off; Mo-Fr 08:00-18:00", "00:00 closed 08:00 open 18:00 closed"),
        ("Mo-Tu,PH 08:00-12:00", "00:00 closed 08:00 open 12:00 closed"),
        ("Mo-Fr 08:00-18:00; PH 12:00-13:00 off", "00:00 closed 08:00 open 12:00 closed "
         "13:00 open 18:00 closed"),
        ("Mo-Fr 08:00-18:00, PH 20:00-22:00", "00:00 closed 08:00 open 18:00 closed "
         "20:00 open 22:00 closed"),
        # 6 January is not the day before or after a holiday.
        ("Mo-Fr 08:00-18:00; PH -1 day off", "00:00 closed 08:00 open 18:00 closed"),
        ("Jan PH 10:00-12:00", "00:00 closed 10:00 open 12:00 closed"),
        ("Feb PH 10:00-12:00", "00:00 closed"),
        # Tuesday's night ends at midnight where the holiday is closed all day, and goes on to
        # 06:00 where holidays are like any other day.
        ("Mo-Fr 22:00-06:00; PH off", "00:00 closed"),
        ("Mo-Su,PH 22:00-06:00", "00:00 open 06:00 closed 22:00 open"),
        ('"PH off"', "00:00 unknown"),
    ],
)  # fmt: skip
def test_ph_on_a_wednesday(text: str, expected: str) -> None:
    """PH at each position of a rule, on 6 January 2027 in Bavaria."""
    assert _local(_table(parse_hours(text), EPIPHANY, holidays=[EPIPHANY])) == expected


def test_the_night_after_a_holiday() -> None:
    """The night of a holiday ends on Thursday 06:00 (05:00 UTC); its eve has other hours."""
    table = _table("PH 22:00-06:00", date(2027, 1, 5), 3, holidays=[EPIPHANY])
    assert _open(table) == [("06 21:00", "07 05:00")]
    eve = _table("PH -1 day 08:00-12:00", date(2027, 1, 4), 4, holidays=[EPIPHANY])
    assert _open(eve) == [("05 07:00", "05 11:00")]


def test_hours_over_midnight() -> None:
    """Friday 20:00 to Saturday 04:00 is 19:00 to 03:00 UTC, one span across the dates."""
    assert _open(_table("Fr 20:00-04:00", date(2027, 1, 8), 3)) == [("08 19:00", "09 03:00")]


@pytest.mark.parametrize(
    ("text", "sunday"),
    [
        # The rule for every day has a say on Sunday and leaves the morning after Saturday alone.
        ("Mo-Su 08:00-18:00; Fr-Sa 08:00-02:00", "00:00 open 02:00 closed 08:00 open 18:00 closed"),
        ("Mo-Su 08:00-18:00, Fr-Sa 20:00-02:00", "00:00 open 02:00 closed 08:00 open 18:00 closed"),
        # A later rule takes over Sunday with its morning.
        ("Fr-Sa 08:00-02:00; Su 10:00-12:00", "00:00 closed 10:00 open 12:00 closed"),
        ("Fr-Sa 08:00-02:00, Su 10:00-12:00", "00:00 open 02:00 closed 10:00 open 12:00 closed"),
        # "off" only takes the times that it names: here all of Sunday.
        ("Fr-Sa 08:00-02:00; Su off", "00:00 closed"),
    ],
)
def test_the_morning_after(text: str, sunday: str) -> None:
    """The first hours after a night follow the rule that the specification names."""
    assert _local(_table(text, date(2027, 1, 10))) == sunday


def test_semicolon_replaces_and_comma_adds() -> None:
    """On a Monday, a semicolon replaces the hours of a rule and a comma adds to them."""
    monday = date(2027, 1, 4)
    replaced = _table("Mo-Fr 08:00-18:00; Mo-Su 18:00-22:00 unknown", monday)
    added = _table("Mo-Fr 08:00-18:00, Mo-Su 18:00-22:00 unknown", monday)
    assert _local(replaced) == "00:00 closed 18:00 unknown 22:00 closed"
    assert _local(added) == "00:00 closed 08:00 open 18:00 unknown 22:00 closed"


def test_open_end_is_open_until_midnight() -> None:
    """An open end is open for the rest of the day and closed afterwards."""
    table = _table("Mo 18:00+", date(2027, 1, 4), 2)
    assert _local(table) == "00:00 closed 18:00 open 00:00 closed"


def test_unknown_and_comments() -> None:
    """A comment without a state gives an unknown span with that comment."""
    table = _table(parse_hours('Mo "A"; Tu "B"; We off "C"; Th open "D"'), date(2027, 1, 4), 4)
    assert [(span.state, span.comment) for span in table.spans] == [
        ("unknown", "A"), ("unknown", "B"), ("closed", "C"), ("open", "D"),
    ]  # fmt: skip


def test_without_a_text_all_is_unknown() -> None:
    """Without a text there is one unknown span over the whole period."""
    monday = datetime(2027, 1, 4, tzinfo=BERLIN)
    assert _table(None, date(2027, 1, 4), 14) == Timetable(
        (Span(int(monday.timestamp()), int(monday.timestamp()) + 14 * 86400, "unknown"),)
    )


def test_school_holidays_are_unknown_only_where_they_decide() -> None:
    """With ``SH off`` the hours of a weekday are unknown, and the nights stay closed."""
    assert _local(_table("Mo-Fr 08:00-18:00; SH off", date(2027, 1, 4))) == (
        "00:00 closed 08:00 unknown 18:00 closed"
    )
    assert _local(_table("Mo 08:00-18:00; SH 10:00-12:00", date(2027, 1, 4))) == (
        "00:00 closed 08:00 unknown 10:00 open 12:00 unknown 18:00 closed"
    )
    # On a holiday the later rule decides, school or not.
    table = _table("Mo-Fr 08:00-18:00; SH off; PH 09:00-10:00", EPIPHANY, holidays=[EPIPHANY])
    assert _local(table) == "00:00 closed 09:00 open 10:00 closed"


def test_the_period_starts_at_the_minute_and_lasts_whole_days() -> None:
    """A start at 12:00:59.5 is floored to 12:00, and the last span ends 14 x 86,400 s later."""
    start = datetime(2027, 1, 4, 12, 0, 59, 500_000, tzinfo=BERLIN)
    table = evaluate_hours(
        "Mo-Fr 08:00-18:00", holidays=[], start=start, days=14, timezone="Europe/Berlin"
    )
    assert _utc(table.spans[0]) == ("04 11:00", "04 17:00")
    assert table.spans[-1].end == table.spans[0].start + 14 * 86400
    assert table.covers(start, 13)


@pytest.mark.parametrize("text", ["Mo-Fr 8-18", "Mo-Fr,Xx 08:00-09:00", 'Mo "', ""])
def test_unparsed_texts_are_refused(text: str) -> None:
    """A text that ``parse_hours`` does not return raises HoursError."""
    with pytest.raises(HoursError, match="is not parsed hours"):
        _table(text, date(2027, 1, 4))


@pytest.mark.parametrize("year", [1900, 9000])
def test_far_years_are_refused(year: int) -> None:
    """A year for which the library has no calendar is refused."""
    with pytest.raises(HoursError, match=str(year)):
        _table("Mo 08:00-09:00", date(year, 1, 1))


ZONES = ("Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata")
HOURS = (
    "24/7", "Mo-Su 22:00-03:00", "00:00-00:30,23:00-24:00", "Mo-Fr 02:15-02:45; PH off",
    'Mo "A"; PH,SH 01:00-03:00', "Sa 00:00-24:00", "Mo-Fr 08:00-18:00; Fr 18:00-02:30; Sa off",
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(HOURS),
    st.sampled_from(ZONES),
    st.integers(0, 2 * 365 * 1440),
    st.integers(1, 15),
)
def test_spans_are_contiguous_and_differ(text: str, zone: str, minute: int, days: int) -> None:
    """Spans have no gap and no overlap, also where clocks change at midnight."""
    begins = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC) + timedelta(minutes=minute)
    holidays = [(begins + timedelta(days=2)).date()]
    spans = evaluate_hours(text, holidays=holidays, start=begins, days=days, timezone=zone).spans
    assert spans[0].start == int(begins.timestamp()) // 60 * 60
    assert spans[-1].end == spans[0].start + days * 86400
    assert all(span.start < span.end for span in spans)
    for before, after in pairwise(spans):
        assert before.end == after.start
        assert (before.state, before.comment) != (after.state, after.comment)


def test_looking_up_needs_no_library() -> None:
    """Importing the package and asking a timetable load neither the library nor time zones."""
    script = (
        "import sys, dispatch_cli.hours as h, dispatch_cli.model as m\n"
        "from datetime import datetime, UTC\n"
        "table = m.Timetable((m.Span(0, 60, 'open'),))\n"
        "assert table.span_at(datetime.fromtimestamp(30, UTC)).state == 'open'\n"
        "print([name for name in ('opening_hours', 'zoneinfo', 'holidays') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "text",
    ['SH 08:00-09:00 "x"; ' * 95, "SH,PH +1 day 08:00-09:00, " * 76, "08:00-09:00," * 166,
     "Mo 22:00-21:00; " * 124, "PH off; " * 249, "Mo[5]," * 330 + "Mo[5] off", "easter," * 280],
)  # fmt: skip
def test_the_longest_texts_do_not_stall(text: str) -> None:
    """The slowest texts within the limit take a fraction of a second (measured: 0.25 s)."""
    assert len(text) <= LONGEST
    began = time.perf_counter()
    with suppress(HoursError):  # refusing is as good
        _table(parse_hours(text.rstrip(", ")), EPIPHANY, 14, holidays=[EPIPHANY])
    assert time.perf_counter() - began < 3
