"""When the time gates of a table are closed, worked out once for each stretch of weeks.

An opening is what one time gate makes of a provider: those with the same declared facts share one.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ..eligibility import SEEN_AHEAD, HolidayDates, HoursOf, TimeGate, hours_around
from ..eligibility.facts import values_of
from ..model import Phone, Provider, Span, Timetable
from .kernel_tables import Backend, Hours

STRETCH_S = 32 * 86400
STRETCH_US = STRETCH_S * 1_000_000
NEVER_CLOSED = -1
_AHEAD_S = SEEN_AHEAD.days * 86400
# Holidays of another year may then decide, and which years are asked depends on the moment.
_SHIFTED = re.compile(r"PH [+-]")

Spans = tuple[list[int], list[bool]]
"""When each state begins, in microseconds since the epoch, and whether it is closed then."""


class TimeSteps:
    """The openings of a provider file, shared by all incidents of a batch."""

    def __init__(self, timezone: str, holidays: HolidayDates) -> None:
        self._timezone, self._holidays = timezone, holidays
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._openings: list[tuple[TimeGate, Provider]] = []
        self._worked_out: dict[tuple[str | None, str, int], Timetable] = {}

    def __len__(self) -> int:
        """How many openings there are."""
        return len(self._openings)

    def opening(self, gate: TimeGate, provider: Provider) -> int:
        """Number what a gate makes of a provider; NEVER_CLOSED where it always lets it pass."""
        values = values_of("provider", gate.provider)(provider)
        # Timetables are shared within a file: the same object, the same times.
        key = (gate.reason, *(id(one) if isinstance(one, Timetable) else one for one in values))
        if key not in self._numbers:
            is_never_closed = gate.timetable_of(provider, lambda: _OPEN) is None
            self._numbers[key] = NEVER_CLOSED if is_never_closed else len(self._openings)
            if not is_never_closed:
                self._openings.append((gate, provider))
        return self._numbers[key]

    def is_odd(self, opening: int) -> bool:
        """Whether its hours count days from a holiday, so that every moment is asked by itself."""
        if opening == NEVER_CLOSED:
            return False
        gate, provider = self._openings[opening]
        return "hours" in gate.provider and _SHIFTED.search(provider.hours or "") is not None

    def spans(self, opening: int, stretch: int) -> Spans:
        """Work an opening out for a stretch: the timetable of its gate, where the desk asks it."""
        gate, provider = self._openings[opening]
        begin, end = stretch * STRETCH_S, (stretch + 1) * STRETCH_S
        timetable = gate.timetable_of(provider, lambda: self._hours_in(provider, stretch))
        assert timetable is not None  # noqa: S101 - such an opening has no number
        kept = _clipped(timetable, begin, end) or [
            timetable.span_at(datetime.fromtimestamp(begin, UTC))
        ]
        return [span.start * 1_000_000 for span in kept], [span.state == "closed" for span in kept]

    def _hours_in(self, provider: Provider, stretch: int) -> Timetable:
        """The opening hours in a stretch: the own timetable where it reaches, else the text."""
        begin, end = stretch * STRETCH_S, (stretch + 1) * STRETCH_S
        own, region = provider.timetable, provider.region
        if own is None or not own.spans:
            return self._of_text(provider, region, stretch)
        first = min(max(own.spans[0].start, begin), end)
        last = min(max(own.spans[-1].end - _AHEAD_S, first), end)
        spans = _clipped(own, first, last)
        if begin < first or last < end:
            text = self._of_text(provider, region, stretch)
            spans = [*_clipped(text, begin, first), *spans, *_clipped(text, last, end)]
        return Timetable(tuple(spans))

    def _of_text(self, whose: Provider | Phone, region: str, stretch: int) -> Timetable:
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
        """Make what the gates ask for hours; the same states as ``eligibility.hours_around``."""
        exact = hours_around(when, self._timezone, self._holidays)

        def hours_of(whose: Provider | Phone, region: str) -> Timetable:
            own = whose.timetable
            if own is not None and own.covers(when, SEEN_AHEAD.days):
                return own
            if _SHIFTED.search(whose.hours or ""):
                return exact(whose, region)
            return self._of_text(whose, region, int(when.timestamp() // STRETCH_S))

        return hours_of

    def hours_in(self, stretches: Iterable[int], backend: Backend) -> Hours:
        """Lay out all openings in some stretches of weeks, numbered in the order given."""
        known = list(stretches)
        begin, end, starts, closed = [], [], list[int](), list[bool]()
        for opening in range(len(self)):
            for stretch in known:
                spans = ([0], [False]) if self.is_odd(opening) else self.spans(opening, stretch)
                begin.append(len(starts))
                starts += spans[0]
                closed += spans[1]
                end.append(len(starts))
        return Hours(
            backend.whole(begin), backend.whole(end), backend.whole(starts),
            backend.small(closed), len(known),
        )  # fmt: skip

    def lazy_hours(self) -> "LazyHours":
        """Lay out an opening in a stretch when the kernel first looks at it; for lists only."""
        return LazyHours(self)


_MOST_STRETCHES = 1 << 20
"""More stretches than there are from the year 1 to the year 9999; the epoch is in the middle."""


class LazyHours:
    """The same as ``Hours``; the spans of a slot are worked out when its beginning is asked for."""

    def __init__(self, steps: TimeSteps) -> None:
        self._steps = steps
        self.begin, self.end = _Slots(self), dict[int, int]()
        self.start_us, self.closed = list[int](), list[bool]()
        self.stretches = _MOST_STRETCHES

    def fill(self, slot: int) -> int:
        """Work out a slot; returns where its spans begin."""
        opening, stretch = divmod(slot, _MOST_STRETCHES)
        starts, closed = self._steps.spans(opening, stretch - _MOST_STRETCHES // 2)
        begin = len(self.start_us)
        self.start_us += starts
        self.closed += closed
        self.end[slot] = len(self.start_us)
        return begin


class _Slots(dict[int, int]):
    """Where the spans of each slot begin."""

    def __init__(self, hours: LazyHours) -> None:
        super().__init__()
        self._hours = hours

    def __missing__(self, slot: int) -> int:
        """Work the slot out."""
        begin = self[slot] = self._hours.fill(slot)
        return begin


def lazy_stretch(when: datetime) -> int:
    """The number that ``LazyHours`` has for the stretch of a moment."""
    return int(when.timestamp() // STRETCH_S) + _MOST_STRETCHES // 2


_OPEN = Timetable((Span(0, 1, "open"),))


def _clipped(timetable: Timetable, begin: int, end: int) -> list[Span]:
    """The spans between two moments, cut to them."""
    if begin >= end:
        return []
    return [
        Span(max(begin, span.start), min(end, span.end), span.state)
        for span in timetable.spans
        if span.start < end and begin < span.end
    ]
