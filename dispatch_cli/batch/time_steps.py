"""When the availability gates of a table stop providers, worked out once for each stretch of weeks.

An opening is what these gates make of a provider over time: those with the same facts share one.
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
from .kernel_tables import Backend, Hours
from .offer_kernel import FOR_DESK

STRETCH_S = 32 * 86400
STRETCH_US = STRETCH_S * 1_000_000
NEVER_STOPPED = -1
_AHEAD_S = SEEN_AHEAD.days * 86400
# Holidays of another year may then decide, and which years are asked depends on the moment.
_SHIFTED = re.compile(r"PH [+-]")

Spans = tuple[list[int], list[int]]
"""When each piece begins, in microseconds since the epoch, and the number of the gate that stops
the provider then: 0 for none, FOR_DESK if it can come after a wait."""


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
        # Other gates may ask for more, such as when a provider opens.
        self._is_built_in = all(any(gate is one for one in GATES) for _, gate in self._gates)
        self._numbers: dict[tuple[object, ...], int] = {}
        self._openings: list[Provider] = []
        self._worked_out: dict[tuple[str | None, str, int], Timetable] = {}

    def __len__(self) -> int:
        """How many openings there are."""
        return len(self._openings)

    def opening(self, provider: Provider) -> int:
        """Number what the gates make of a provider; NEVER_STOPPED if they always let it pass."""
        key = (*facts_behind(provider, self._observations), self._values(provider))
        if key not in self._numbers:
            is_free = self._is_always_free(provider)
            self._numbers[key] = NEVER_STOPPED if is_free else len(self._openings)
            if not is_free:
                self._openings.append(provider)
        return self._numbers[key]

    def is_odd(self, opening: int) -> bool:
        """Whether its hours count days from a holiday, so that every moment is asked by itself."""
        if opening == NEVER_STOPPED:
            return False
        provider = self._openings[opening]
        texts = (provider.hours, *(phone.hours for phone in provider.phones))
        return any(_SHIFTED.search(text or "") is not None for text in texts)

    def spans(self, opening: int, stretch: int) -> Spans:
        """Work an opening out for a stretch: the availability wherever it may change."""
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
                starts.append((moment - _EPOCH) // _MICROSECOND)
                codes.append(code)
        return starts, codes

    def _code(self, provider: Provider, moment: datetime, basis: AvailabilityBasis) -> int:
        """The number of the gate that stops a provider at a moment, 0, or FOR_DESK."""
        stands = availability_at(provider, moment, basis)
        for number, gate in self._gates:
            if gate.fails(view("provider", gate.provider)(provider), stands):
                return number
        return FOR_DESK if stands.wait_min > 0 else 0

    def _goes_by_hours(self, provider: Provider) -> bool:
        """Whether open, closed or unknown alone decides, so that each has to be asked once."""
        return (
            self._is_built_in
            and provider.id not in self._observations.known
            and provider.on_hold is None
            and all(phone.hours is None for phone in provider.phones)
        )

    def _is_always_free(self, provider: Provider) -> bool:
        """Whether a provider is free at every moment."""
        if provider.hours not in (None, "24/7") or provider.on_hold is not None:
            return False
        if provider.id in self._observations.known:
            return False
        always = Timetable((Span(0, 1, "unknown" if provider.hours is None else "open"),))
        own = provider.timetable or always
        if any(span.state != always.spans[0].state for span in own.spans):
            return False
        basis = AvailabilityBasis(lambda *_: always, self._settings, self._observations)
        return self._code(provider, _EPOCH, basis) == 0

    def _hours_in(self, whose: Provider | Phone, region: str, stretch: int) -> Timetable:
        """The opening hours in a stretch and the days seen ahead of it.

        The own timetable counts where the desk asks it, else the text.
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
        """Work out a text for a stretch, a day before it and the days that the desk sees ahead."""
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
        """Make what the gates ask for hours; the same states as ``availability.hours_around``."""
        exact = hours_around(when, self._settings.timezone, self._holidays)

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
        begin, end, starts, codes = [], [], list[int](), list[int]()
        for opening in range(len(self)):
            for stretch in known:
                spans = ([0], [0]) if self.is_odd(opening) else self.spans(opening, stretch)
                begin.append(len(starts))
                starts += spans[0]
                codes += spans[1]
                end.append(len(starts))
        return Hours(
            backend.whole(begin), backend.whole(end), backend.whole(starts),
            backend.small(codes), len(known),
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
        self.start_us, self.code = list[int](), list[int]()
        self.stretches = _MOST_STRETCHES

    def fill(self, slot: int) -> int:
        """Work out a slot; returns where its spans begin."""
        opening, stretch = divmod(slot, _MOST_STRETCHES)
        starts, codes = self._steps.spans(opening, stretch - _MOST_STRETCHES // 2)
        begin = len(self.start_us)
        self.start_us += starts
        self.code += codes
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


_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def _clipped(timetable: Timetable, begin: int, end: int) -> list[Span]:
    """The spans between two moments, cut to them."""
    if begin >= end:
        return []
    return [
        Span(max(begin, span.start), min(end, span.end), span.state, span.comment)
        for span in timetable.spans
        if span.start < end and begin < span.end
    ]
