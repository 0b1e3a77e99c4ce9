"""Evaluate opening hours for a period.

The library knows only national holidays, so it gets none: PH then never applies. The state of a day
depends on that day and, for hours over midnight, on the day before. Therefore a day that is or
follows a holiday is evaluated by itself: in its text, PH is replaced by the weekdays of the day and
the day before that are holidays, or else by a weekday that is neither.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ..model import OpenState, Span, Timetable
from ..model.provider import SCHOOL_COMMENT
from .hour_words import WEEKDAYS
from .nights import split_nights
from .tokens import HoursError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opening_hours import OpeningHours

_STATES: dict[str, OpenState] = {"open": "open", "closed": "closed", "unknown": "unknown"}
# Texts in quotes are skipped. Group 1: number of days after the holiday (before, if negative).
_HOLIDAY = r'"[^"]*"|\bPH\b(?: ([+-][0-9]+) days?)?|\bSH\b'
_ONE_DAY = timedelta(days=1)


class _Change(Struct, frozen=True):
    """The state from a moment in local time until the next change."""

    start: datetime
    state: OpenState
    comment: str


def evaluate_hours(
    text: str | None, *, holidays: Iterable[date], start: datetime, days: int, timezone: str
) -> Timetable:
    """Evaluate a result of ``parse_hours`` for some days from the full minute of ``start``.

    ``holidays`` are all public holidays of the region, from the day before the period to the day
    after it: PH means these dates and no others. School holidays are not known: where they decide,
    the state is unknown. Without a text it is always unknown. A time of day that the clock shows
    twice is the second, one that it skips is the moment of the change.
    Raises HoursError for a text that ``parse_hours`` does not return.
    """
    if not 1900 < start.year < 9000:
        raise HoursError(
            "the year {year} is not between 1901 and 8999",
            year=start.year,
        )
    first = int(start.timestamp()) // 60 * 60
    last = first + days * 86400
    if text is None or text == "24/7":
        return Timetable((Span(first, last, "open" if text else "unknown"),))
    from zoneinfo import ZoneInfo  # 4 ms

    zone = ZoneInfo(timezone)
    changes = _HolidayEvaluator(text, holidays).changes(
        datetime.fromtimestamp(first, zone).date(), datetime.fromtimestamp(last, zone).date()
    )
    return Timetable(tuple(_spans(changes, zone, first, last)))


def _spans(changes: Iterable[_Change], zone: "ZoneInfo", first: int, last: int) -> Iterator[Span]:
    kept: list[tuple[int, _Change]] = []
    for change in changes:
        at = max(first, _epoch(change.start, zone))
        if at >= last:
            break
        if kept and kept[-1][0] == at:
            kept.pop()  # of length 0: it ends before the period, or in an hour that is skipped
        if not kept or (kept[-1][1].state, kept[-1][1].comment) != (change.state, change.comment):
            kept.append((at, change))
    ends = [at for at, _ in kept[1:]] + [last]
    for (at, change), end in zip(kept, ends, strict=True):
        yield Span(at, end, change.state, change.comment)


def _epoch(local: datetime, zone: "ZoneInfo") -> int:
    """Convert a local time to seconds; of two it is the second, a skipped one is the change."""
    after = local.replace(tzinfo=zone, fold=1)
    epoch = int(after.timestamp())
    offset = after.utcoffset()
    if offset == after.replace(fold=0).utcoffset():
        return epoch
    latest = int(after.replace(fold=0).timestamp())
    if latest < epoch:  # the clock shows it twice
        return epoch
    while latest - epoch > 1:  # skipped: find the change between the two
        middle = (epoch + latest) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            latest = middle
        else:
            epoch = middle
    return latest


class _HolidayEvaluator:
    """Evaluates a text with the public holidays of a region; each variant is parsed once."""

    def __init__(self, text: str, holidays: Iterable[date]) -> None:
        self._text = text = split_nights(text)
        self._parsed: dict[str, OpeningHours] = {}
        found = list(re.finditer(_HOLIDAY, text))
        self._school = any(match[0] == "SH" for match in found)
        # The library merges days that differ only in their comments.
        self._day_by_day = self._school or '"' in text
        shifts = {int(match[1] or 0) for match in found if match[0].startswith("PH")}
        self._holidays = frozenset(holidays) if shifts else frozenset()
        self._touched = {
            holiday + timedelta(days=days)
            for holiday in self._holidays
            for shift in shifts
            for days in (shift, shift + 1)
        }

    def changes(self, first: date, last: date) -> Iterator[_Change]:
        """Iterate over the changes on these days, inclusive; neighbours may have the same state."""
        day = first
        while day <= last:
            end = day + _ONE_DAY
            while end <= last and not (self._is_alone(day) or self._is_alone(end)):
                end += _ONE_DAY
            if self._school:
                before = day - _ONE_DAY
                guesses = [{before}, {day}, {before, day}, set[date]()]
                yield from _agreed([self._evaluated(day, end, guess) for guess in guesses])
            else:
                yield from self._evaluated(day, end, set())
            day = end

    def _is_alone(self, day: date) -> bool:
        return self._day_by_day or day in self._touched

    def _evaluated(self, day: date, end: date, school: set[date]) -> list[_Change]:
        text = self._text
        if self._school or day in self._touched:
            text = self._for_day(day, school)
        found = self._library(text).intervals(
            datetime.combine(day, time()), datetime.combine(end, time())
        )
        return [_Change(start, _STATES[str(state)], comment) for start, _, state, comment in found]

    def _for_day(self, day: date, school: set[date]) -> str:
        """Replace holidays in the text by weekdays that are right for this day only."""

        def weekdays(match: re.Match[str]) -> str:
            if match[0].startswith('"'):
                return match[0]
            dates = school if match[0] == "SH" else self._holidays
            shift = timedelta(days=int(match[1] or 0))
            meant = [one for one in (day - _ONE_DAY, day) if one - shift in dates]
            neither = day + 3 * _ONE_DAY
            return ",".join(WEEKDAYS[one.weekday()] for one in meant or [neither])

        return re.sub(_HOLIDAY, weekdays, self._text)

    def _library(self, text: str) -> "OpeningHours":
        if text not in self._parsed:
            from opening_hours import (  # type: ignore[attr-defined]  # its stubs lack the error
                OpeningHours,
                ParserError,
            )

            try:
                # Without a bound, the library may search for a change until the year 9999: 1.2 s.
                self._parsed[text] = OpeningHours(text, max_interval_days=366)
            except ParserError:
                raise HoursError('"{text}" is not parsed hours', text=self._text) from None
        return self._parsed[text]


def _agreed(guesses: list[list[_Change]]) -> list[_Change]:
    """Merge guesses: the state that all have, and unknown where they differ."""
    agreed: list[_Change] = []
    for start in sorted({change.start for guess in guesses for change in guess}):
        now = [next(c for c in reversed(guess) if c.start <= start) for guess in guesses]
        states = {(change.state, change.comment) for change in now}
        state, comment = states.pop() if len(states) == 1 else ("unknown", SCHOOL_COMMENT)
        agreed.append(_Change(start, state, comment))
    return agreed
