"""Compute when availability gates stop providers, once for each stretch of 32 days.

An opening is the course of these gates over time; providers with the same facts share one.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from ..availability import (
    SEEN_AHEAD,
    AvailabilityBasis,
    HolidayDates,
    HoursOf,
    availability_at,
    changes,
    facts_behind,
    hours_around,
)
from ..eligibility import GATES, AvailabilityGate, Gate
from ..eligibility.facts import values_of, view
from ..model import Observations, Phone, Provider, Settings, Span, Timetable
from ..model.stamps import EPOCH, to_stamp
from .kernel_tables import Backend, HoursTable
from .offer_kernel import FOR_DESK

STRETCH_S = 32 * 86400
STRETCH_US = STRETCH_S * 1_000_000
NEVER_STOPPED = -1
_AHEAD_S = SEEN_AHEAD.days * 86400
# A day counted from a holiday may be in a year whose holidays are not read for the moment.
_SHIFTED = re.compile(r"PH [+-]")

Spans = tuple[list[int], list[int]]
"""The start of each span, in microseconds since 1970, and the number of the gate that stops the
provider in it: 0 for none, FOR_DESK if it can come after a wait."""


class TimeSteps:
    """The openings of a provider file, shared by all incidents of a batch."""

    def __init__(
        self,
        settings: Settings,
        holidays: HolidayDates,
        observations: Observations,
        gates: Sequence[Gate],
    ) -> None:
        self._settings, self._holidays, self._observations = settings, holidays, observations
        self._gates = [
            (number, gate)
            for number, gate in enumerate(gates, start=1)
            if isinstance(gate, AvailabilityGate)
        ]
        self._values = values_of(
            "provider", tuple(name for _, gate in self._gates for name in gate.provider)
        )
        # Other gates may read more, such as the time at which a provider opens.
        self._is_built_in = all(any(gate is one for one in GATES) for _, gate in self._gates)
        self._numbers: dict[tuple[object, ...], int] = {}
        self._openings: list[Provider] = []
        self._worked_out: dict[tuple[str | None, str, int], Timetable] = {}

    def __len__(self) -> int:
        """Return the number of openings."""
        return len(self._openings)

    def opening(self, provider: Provider) -> int:
        """Return the number of a provider's opening; NEVER_STOPPED if no gate ever stops it."""
        key = (*facts_behind(provider, self._observations), self._values(provider))
        if key not in self._numbers:
            is_free = self._is_always_free(provider)
            self._numbers[key] = NEVER_STOPPED if is_free else len(self._openings)
            if not is_free:
                self._openings.append(provider)
        return self._numbers[key]

    def needs_desk(self, opening: int) -> bool:
        """Return whether hours count days from a holiday, so that only the desk can decide."""
        if opening == NEVER_STOPPED:
            return False
        provider = self._openings[opening]
        texts = (provider.hours, *(phone.hours for phone in provider.phones))
        return any(_SHIFTED.search(text or "") is not None for text in texts)

    def spans(self, opening: int, stretch: int) -> Spans:
        """Compute an opening in a stretch: the availability wherever it may change."""
        provider = self._openings[opening]
        begin = datetime.fromtimestamp(stretch * STRETCH_S, UTC)
        end = begin + timedelta(seconds=STRETCH_S)

        known: dict[int, Timetable] = {}

        def hours_of(whose: Provider | Phone, region: str) -> Timetable:
            if id(whose) not in known:
                known[id(whose)] = self._hours_in(whose, region, stretch)
            return known[id(whose)]

        starts, codes = list[int](), list[int]()
        basis = AvailabilityBasis(hours_of, self._settings, self._observations)
        by_hours: dict[str, int] = {}
        is_by_hours = self._goes_by_hours(provider)
        for moment in (begin, *(each for each in changes(provider, basis) if begin < each < end)):
            state = hours_of(provider, provider.region).span_at(moment).state
            code = by_hours.get(state) if is_by_hours else None
            if code is None:
                code = by_hours[state] = self._code(provider, moment, basis)
            if not codes or codes[-1] != code:
                starts.append(to_stamp(moment))
                codes.append(code)
        return starts, codes

    def _code(self, provider: Provider, moment: datetime, basis: AvailabilityBasis) -> int:
        """Return the number of the gate that stops a provider at a moment, 0, or FOR_DESK."""
        stands = availability_at(provider, moment, basis)
        for number, gate in self._gates:
            if gate.fails(view("provider", gate.provider)(provider), stands):
                return number
        return FOR_DESK if stands.wait_min > 0 else 0

    def _goes_by_hours(self, provider: Provider) -> bool:
        """Return whether the state of the hours alone decides, so that it is computed once."""
        return (
            self._is_built_in
            and provider.id not in self._observations.known
            and provider.on_hold is None
            and all(phone.hours is None for phone in provider.phones)
        )

    def _is_always_free(self, provider: Provider) -> bool:
        """Return whether a provider is free at every moment."""
        if provider.hours not in (None, "24/7") or provider.on_hold is not None:
            return False
        if provider.id in self._observations.known:
            return False
        always = Timetable((Span(0, 1, "unknown" if provider.hours is None else "open"),))
        own = provider.timetable or always
        if any(span.state != always.spans[0].state for span in own.spans):
            return False
        basis = AvailabilityBasis(lambda *_: always, self._settings, self._observations)
        return self._code(provider, EPOCH, basis) == 0

    def _hours_in(self, whose: Provider | Phone, region: str, stretch: int) -> Timetable:
        """Return the opening hours in a stretch and SEEN_AHEAD after it.

        The timetable of the file counts where the desk uses it, else the text.
        """
        begin, end = stretch * STRETCH_S, (stretch + 1) * STRETCH_S
        own, text = whose.timetable, self._of_text(whose, region, stretch)
        if own is None or not own.spans:
            return text
        first = min(max(own.spans[0].start, begin), end)
        last = min(max(own.spans[-1].end - _AHEAD_S, first), end)
        return Timetable(
            (
                *_clipped(text, begin, first),
                *_clipped(own, first, last),
                *_clipped(text, last, end + _AHEAD_S),
            )
        )

    def _of_text(self, whose: Provider | Phone, region: str, stretch: int) -> Timetable:
        """Compute the hours of a text for a stretch, a day before it and SEEN_AHEAD after it."""
        text = whose.hours
        dated = bool(region) and text is not None and "PH" in text
        key = (text, region if dated else "", stretch)
        if key not in self._worked_out:
            from .. import hours

            start = datetime.fromtimestamp(stretch * STRETCH_S, UTC) - timedelta(days=1)
            days = STRETCH_S // 86400 + SEEN_AHEAD.days + 3
            years = sorted({start.year, (start + timedelta(days=days)).year})
            self._worked_out[key] = hours.evaluate_hours(
                text,
                holidays=self._holidays(region, years) if dated else (),
                start=start,
                days=days,
                timezone=self._settings.timezone,
            )
        return self._worked_out[key]

    def around(self, when: datetime) -> HoursOf:
        """Make the function for hours, with the same states as ``availability.hours_around``."""
        exact = hours_around(when, self._settings.timezone, self._holidays)

        def hours_of(whose: Provider | Phone, region: str) -> Timetable:
            own = whose.timetable
            if own is not None and own.covers(when, SEEN_AHEAD.days):
                return own
            if _SHIFTED.search(whose.hours or ""):
                return exact(whose, region)
            return self._of_text(whose, region, int(when.timestamp() // STRETCH_S))

        return hours_of

    def hours_in(self, stretches: Iterable[int], backend: Backend) -> HoursTable:
        """Make the columns of all openings in some stretches, in their order."""
        known = list(stretches)
        begin, end, starts, codes = [], [], list[int](), list[int]()
        for opening in range(len(self)):
            for stretch in known:
                spans = ([0], [0]) if self.needs_desk(opening) else self.spans(opening, stretch)
                begin.append(len(starts))
                starts += spans[0]
                codes += spans[1]
                end.append(len(starts))
        return HoursTable(
            backend.whole(begin), backend.whole(end), backend.whole(starts),
            backend.small(codes), len(known),
        )  # fmt: skip

    def lazy_hours(self) -> "LazyHours":
        """Make hours that are computed when the kernel first reads them; for lists only."""
        return LazyHours(self)


_MOST_STRETCHES = 1 << 20
"""More stretches than from the year 1 to the year 9999; 1970 is in the middle."""


class LazyHours:
    """A ``HoursTable`` whose spans are computed when their slot is first read."""

    def __init__(self, steps: TimeSteps) -> None:
        self._steps = steps
        self.begin, self.end = _Slots(self), dict[int, int]()
        self.start_us, self.code = list[int](), list[int]()
        self.stretches = _MOST_STRETCHES

    def fill(self, slot: int) -> int:
        """Compute a slot; returns the index of its first span."""
        opening, stretch = divmod(slot, _MOST_STRETCHES)
        starts, codes = self._steps.spans(opening, stretch - _MOST_STRETCHES // 2)
        begin = len(self.start_us)
        self.start_us += starts
        self.code += codes
        self.end[slot] = len(self.start_us)
        return begin


class _Slots(dict[int, int]):
    """The index of the first span of each slot, computed when it is read."""

    def __init__(self, hours: LazyHours) -> None:
        super().__init__()
        self._hours = hours

    def __missing__(self, slot: int) -> int:
        """Compute the slot."""
        begin = self[slot] = self._hours.fill(slot)
        return begin


def lazy_stretch(when: datetime) -> int:
    """Return the number of a moment's stretch in ``LazyHours``."""
    return int(when.timestamp() // STRETCH_S) + _MOST_STRETCHES // 2


def _clipped(timetable: Timetable, begin: int, end: int) -> list[Span]:
    """Cut spans to the time between two moments."""
    if begin >= end:
        return []
    return [
        Span(max(begin, span.start), min(end, span.end), span.state, span.comment)
        for span in timetable.spans
        if span.start < end and begin < span.end
    ]
