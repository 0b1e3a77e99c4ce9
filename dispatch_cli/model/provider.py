"""A firm or public service that can be sent, as the ranking sees it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from math import ceil
from typing import Literal

from msgspec import Struct

OpenState = Literal["open", "closed", "unknown"]
CheckState = Literal["up", "busy", "degraded", "down", "unknown"]
AvailabilityState = Literal["free", "later", "overdue", "unknown", "none"]
Source = Literal["file", "hours", "hold", "case", "phone", "check"]
"""What an availability is known from; a case has booked units, a check has looked."""


class Span(Struct, frozen=True, array_like=True):
    """A stretch of time with one state, ``[start, end)`` in whole seconds since the epoch."""

    start: int
    end: int
    state: OpenState
    comment: str = ""


class Timetable(Struct, frozen=True, array_like=True):
    """Opening hours worked out for a stretch of time: spans in order, without gaps.

    Neighbouring spans differ in state or comment, so that the end of a span is a real change,
    but for the last one, which only ends where the stretch does.
    """

    spans: tuple[Span, ...]

    def covers(self, when: datetime, days: int = 0) -> bool:
        """Whether it says something about that moment and the days after."""
        at = when.timestamp()
        return bool(self.spans) and (
            self.spans[0].start <= at and at + days * 86400 < self.spans[-1].end
        )

    def span_at(self, when: datetime) -> Span:
        """The span that holds a moment; before the first and after the last span, that one."""
        at = when.timestamp()
        return self.spans[max(0, bisect_right(self.spans, at, key=lambda span: span.start) - 1)]

    def ends_at(self, span: Span) -> datetime | None:
        """When a span ends (UTC), or None if it does not end as far as can be seen."""
        return None if span is self.spans[-1] else datetime.fromtimestamp(span.end, UTC)

    def opens_after(self, when: datetime) -> datetime | None:
        """When it is next open (UTC) after a moment at which it is not, or None if never seen."""
        at = when.timestamp()
        for span in self.spans:
            if span.start > at and span.state == "open":
                return datetime.fromtimestamp(span.start, UTC)
        return None


HolidayDates = Callable[[str, Sequence[int]], Iterable[date]]
"""Lists all public holidays of a region in some years."""


class Circle(Struct, frozen=True, tag="circle"):
    """Everything within a distance of the base."""

    radius_km: float


class Postcodes(Struct, frozen=True, tag="postcodes"):
    """Whole postcodes, as inclusive ranges of five-digit codes; ``text`` is what the file says."""

    ranges: tuple[tuple[str, str], ...]
    text: str = ""

    def holds(self, postcode: str) -> bool:
        """Whether a five-digit code lies in one of the ranges."""
        return any(first <= postcode <= last for first, last in self.ranges)


Ring = tuple[tuple[float, float], ...]
"""Corners as (lat, lon), the first not repeated at the end."""


class Polygon(Struct, frozen=True, tag="polygon"):
    """Polygons, each an outer ring and its holes; what is inside any of them is inside."""

    polygons: tuple[tuple[Ring, ...], ...]
    text: str = ""


class Country(Struct, frozen=True, tag="country"):
    """All of Germany: every place within 30 km of a postcode centre."""


Area = Circle | Postcodes | Polygon | Country


class Phone(Struct, frozen=True):
    """A number that can be dialled, and when it is answered.

    ``number`` is E.164 (``+498999998114``) or a short code as it is; ``shown`` is the number in
    the groups in which people dial it. ``hours`` None: always.
    """

    number: str
    shown: str
    label: str = ""
    hours: str | None = None
    timetable: Timetable | None = None


class Hold(Struct, frozen=True):
    """Why a provider is not to be asked for now, and until when (None: until further notice).

    The end counts in whole seconds, rounded up, as every change of a timetable does.
    """

    reason: str
    until: datetime | None = None

    def is_on(self, moment: datetime) -> bool:
        """Whether it still holds at a moment."""
        return self.until is None or moment.timestamp() < ceil(self.until.timestamp())


class Provider(Struct, frozen=True, kw_only=True):
    """A provider; None in a limit means that the file does not say, and nothing is refused for it.

    ``hours`` is the OpenStreetMap text after the German spellings were rewritten, None if unknown;
    ``timetable`` holds it worked out for the days round the moment at which the file was read.
    """

    id: str
    name: str
    phones: tuple[Phone, ...]
    services: tuple[str, ...]
    lat: float
    lon: float
    area: Area
    hours: str | None = None
    region: str = ""
    timetable: Timetable | None = None
    units: int = 1
    vehicle_classes: tuple[str, ...] | None = None
    max_weight_t: float | None = None
    max_height_m: float | None = None
    height_m: float | None = None
    seats: int | None = None
    pets: bool | None = None
    equipment: tuple[str, ...] | None = None
    clients: tuple[str, ...] | None = None
    turnout_min: float | None = None
    acceptance: float | None = None
    answer_min: float | None = None
    on_hold: Hold | None = None
    tags: tuple[str, ...] = ()
    notes: str = ""


class Availability(Struct, frozen=True, kw_only=True):
    """Whether a provider can send a unit at one moment, and when, with reason and source.

    ``free``: at once. ``later``: in ``wait_min``, at ``free_at`` if the end is known. ``overdue``:
    every unit is booked, and one should be back since ``since``. ``unknown``: ranked and marked.
    ``none``: not at all; ``reason`` is that of the gate: ``on_hold``, ``closed_now``, ``no_unit``,
    ``down``. ``seen`` is what looks and the phone say. ``next_at`` is the begin of the next booking
    of the unit that would be sent, ``due_at`` when an overdue one should have been back,
    ``opens_at`` the next opening of a closed provider, ``call_at`` the same if it is soon and
    no other gate stops the provider. ``open_until`` is None if the provider is closed, or closes
    later than can be seen.
    """

    state: AvailabilityState = "free"
    reason: str = ""
    source: Source = "file"
    wait_min: float = 0.0
    free_at: datetime | None = None
    since: datetime | None = None
    why: str = ""
    seen: CheckState = "up"
    next_at: datetime | None = None
    due_at: datetime | None = None
    hours: Span = Span(0, 0, "open")
    open_until: datetime | None = None
    opens_at: datetime | None = None
    call_at: datetime | None = None

    @property
    def mark(self) -> CheckState | Literal["overdue"]:
        """The state that a row shows: what is seen, or that a unit is overdue."""
        return "overdue" if self.state == "overdue" else self.seen
