"""Opening hours for a whole batch: each text worked out once for each stretch of weeks."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..desk import HolidayDates, hours_around
from ..eligibility import SEEN_AHEAD, HoursOf
from ..model import Phone, Provider, Timetable

STRETCH_S = 32 * 86400
_AHEAD_S = SEEN_AHEAD.days * 86400
# Holidays of another year may then decide, and which years are asked depends on the moment.
_SHIFTED = re.compile(r"PH [+-]")

Spans = tuple[list[int], list[bool]]
"""When each state begins, in seconds since the epoch, and whether it is closed then."""


class Opening:
    """When one provider is closed: its own timetable where that reaches, else its text."""

    __slots__ = ("_calendar", "_known", "whose")

    def __init__(self, calendar: "Calendar", whose: Provider | Phone, region: str) -> None:
        self._calendar, self._known = calendar, dict[int, Spans]()
        self.whose = (whose, region)

    @property
    def is_shifted(self) -> bool:
        """Whether the text counts days from a holiday, so that every moment is asked by itself."""
        return _SHIFTED.search(self.whose[0].hours or "") is not None

    def is_closed(self, at: float, when: datetime) -> bool:
        """Whether it is closed at a moment, given both ways."""
        stretch = int(at // STRETCH_S)
        known = self._known.get(stretch)
        if known is None:
            if self.is_shifted:
                return self._calendar.around(when)(*self.whose).span_at(when).state == "closed"
            known = self._known[stretch] = self.spans(stretch)
        starts, closed = known
        return closed[bisect_right(starts, at) - 1]

    def spans(self, stretch: int) -> Spans:
        """Work out a stretch: the own timetable and the text, each where the desk would ask it."""
        begin, end = stretch * STRETCH_S, (stretch + 1) * STRETCH_S
        whose, region = self.whose
        own = whose.timetable
        if own is None or not own.spans:
            return _clipped(self._calendar.worked_out(whose, region, stretch), begin, end)
        first = min(max(own.spans[0].start, begin), end)
        last = min(max(own.spans[-1].end - _AHEAD_S, first), end)
        parts: list[Spans] = []
        if begin < first or last < end:
            text = self._calendar.worked_out(whose, region, stretch)
            parts = [_clipped(text, begin, first), _clipped(text, last, end)]
        parts.insert(1, _clipped(own, first, last))
        return ([at for starts, _ in parts for at in starts],
                [state for _, closed in parts for state in closed])  # fmt: skip


def _clipped(timetable: Timetable, begin: int, end: int) -> Spans:
    kept = [span for span in timetable.spans if span.start < end and begin < span.end]
    if begin >= end:
        return [], []
    return [max(begin, span.start) for span in kept], [span.state == "closed" for span in kept]


class Calendar:
    """The worked-out hours of a provider file, shared by all incidents of a batch."""

    def __init__(self, timezone: str, holidays: HolidayDates) -> None:
        self._timezone, self._holidays = timezone, holidays
        self._openings: dict[tuple[str | None, str, int], Opening] = {}
        self._worked_out: dict[tuple[str | None, str, int], Timetable] = {}

    def opening(self, whose: Provider | Phone, region: str) -> Opening:
        """The opening hours of a provider or phone; those with the same hours share one."""
        text = whose.hours
        # Timetables are shared within a file: the same object, the same times.
        key = (text, region if text and "PH" in text else "", id(whose.timetable))
        opening = self._openings.get(key)
        if opening is None:
            opening = self._openings[key] = Opening(self, whose, region)
        return opening

    def worked_out(self, whose: Provider | Phone, region: str, stretch: int) -> Timetable:
        """Work out a text for a stretch, a day before it and the days that the desk sees ahead."""
        text = whose.hours
        dated = bool(region) and text is not None and "PH" in text
        key = (text, region if dated else "", stretch)
        if key not in self._worked_out:
            from .. import hours

            start = datetime.fromtimestamp(stretch * STRETCH_S, UTC) - timedelta(days=1)
            days = STRETCH_S // 86400 + SEEN_AHEAD.days + 3
            years = sorted({start.year, (start + timedelta(days=days)).year})
            self._worked_out[key] = hours.timetable(
                text,
                holidays=self._holidays(region, years) if dated else (),
                start=start,
                days=days,
                timezone=self._timezone,
            )
        return self._worked_out[key]

    def around(self, when: datetime) -> HoursOf:
        """Make what the gates ask for hours; the same states as ``desk.hours_around``."""
        exact = hours_around(when, self._timezone, self._holidays)

        def hours_of(whose: Provider | Phone, region: str) -> Timetable:
            own = whose.timetable
            if own is not None and own.covers(when, SEEN_AHEAD.days):
                return own
            if _SHIFTED.search(whose.hours or ""):
                return exact(whose, region)
            return self.worked_out(whose, region, int(when.timestamp() // STRETCH_S))

        return hours_of


def stretches(moments: Iterable[float]) -> list[int]:
    """The stretches in which some moments lie, in order."""
    return sorted({int(at // STRETCH_S) for at in moments})
