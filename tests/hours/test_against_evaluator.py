"""The library behind our PH and clock handling, against a slow evaluator written from the rules.

The evaluator knows a small grammar (days x times x holidays x state, semicolons and commas) and
asks minute by minute; it shares no code with the package under test.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from dispatch_cli.hours import evaluate_hours, parse_hours

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY = 1440


class Rule(Struct, frozen=True):
    """``times`` are minutes from midnight; an end beyond 1440 is on the next morning."""

    weekdays: tuple[int, ...]
    on_holidays: bool
    times: tuple[tuple[int, int], ...]
    state: str
    adds: bool

    def text(self) -> str:
        days = [NAMES[day] for day in self.weekdays] + ["PH"] * self.on_holidays
        spans = [f"{_clock(start)}-{_clock(end % DAY or DAY)}" for start, end in self.times]
        # Without times a state must stand, or "Mo, Tu 08:00-12:00" would be one rule.
        state = {"closed": "off", "open": "" if self.times else "open"}.get(self.state, "unknown")
        return " ".join(part for part in (",".join(days), ",".join(spans), state) if part)

    def applies(self, day: date, holidays: Sequence[date]) -> bool:
        return day.weekday() in self.weekdays or (self.on_holidays and day in holidays)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _text(rules: Sequence[Rule]) -> str:
    text = rules[0].text()
    for rule in rules[1:]:
        text += (", " if rule.adds else "; ") + rule.text()
    return text


def _minutes(rules: Sequence[Rule], day: date, holidays: Sequence[date]) -> list[str]:
    """Return the state of each minute of a day of 24 hours by the wall clock.

    After a semicolon a rule takes over the days on which it applies, with the morning after a night
    of an earlier rule; "off" only closes its times.
    """
    states = ["closed"] * DAY
    for rule in rules:
        today = rule.applies(day, holidays)
        yesterday = rule.applies(day - timedelta(days=1), holidays)
        if today and not rule.adds and rule.state != "closed":
            states = ["closed"] * DAY
        for start, end in rule.times or ((0, DAY),):
            if yesterday and end > DAY:
                states[: end - DAY] = [rule.state] * (end - DAY)
            if today:
                stop = min(end, DAY)
                states[start:stop] = [rule.state] * (stop - start)
    return states


WEEKDAYS = st.one_of(
    st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from([(0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)]),
)
TIMES = st.tuples(st.integers(0, 95), st.integers(1, 95)).map(
    lambda pair: (pair[0] * 15, (pair[0] + pair[1]) * 15)
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    on_holidays = draw(st.booleans())
    weekdays = draw(st.just(()) if on_holidays and draw(st.booleans()) else WEEKDAYS)
    times = draw(st.lists(TIMES, max_size=2).map(tuple))
    state = draw(st.sampled_from(["open", "open", "closed", "unknown"]))
    return Rule(tuple(weekdays), on_holidays, times, state, draw(st.booleans()))


STARTS = st.sampled_from([date(2026, 10, 22), date(2026, 12, 22), date(2027, 3, 25)])


def _check(world: Sequence[Rule], holidays: Sequence[date], first: date, days: int) -> None:
    text = parse_hours(_text(world))
    start = datetime(first.year, first.month, first.day, tzinfo=BERLIN)
    table = evaluate_hours(
        text, holidays=holidays, start=start, days=days, timezone="Europe/Berlin"
    )
    assert table.covers(start, days - 1)
    for offset in range(days):
        day = first + timedelta(days=offset)
        expected = _minutes(world, day, holidays)
        for minute in range(0, DAY, 15):
            wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=BERLIN)
            if wall.replace(fold=1).utcoffset() != wall.utcoffset():
                continue  # shown twice or skipped: test_timetable.py has these by hand
            moment = wall.astimezone(UTC)
            if moment >= start.astimezone(UTC) + timedelta(days=days):
                continue  # 14 days are not 14 dates when the clock changes
            assert table.span_at(moment).state == expected[minute], (text, wall)


@pytest.mark.parametrize("examples", [60, pytest.param(2000, marks=pytest.mark.ci)])
def test_agrees_with_the_evaluator_at_every_quarter(examples: int) -> None:
    """The library and a slow evaluator agree on days, nights, PH, semicolons and commas."""

    @settings(max_examples=examples, deadline=None)
    @example(  # a holiday in the middle of a night shift that holds on holidays
        [Rule((0, 1, 2, 3, 4, 5, 6), True, ((1320, 1800),), "open", False)], [1], date(2027, 3, 25)
    )
    @example(  # a holiday rule that replaces the day
        [
            Rule((0, 1, 2, 3, 4), False, ((480, 1080),), "open", False),
            Rule((5,), True, ((600, 720),), "open", False),
        ],
        [1, 4],
        date(2027, 3, 25),
    )
    @given(
        st.lists(rules(), min_size=1, max_size=4),
        st.lists(st.integers(-1, 7), max_size=3),
        STARTS,
    )
    def agrees(world: list[Rule], holidays: list[int], first: date) -> None:
        _check(world, [first + timedelta(days=day) for day in holidays], first, 6)

    agrees()
