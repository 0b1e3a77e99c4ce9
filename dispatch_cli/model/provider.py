"""A provider (a firm or public service that can be sent), with its area, hours and phones."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from math import ceil
from typing import Literal

from msgspec import Struct

from ..messages import Message, marked

OpenState = Literal["open", "closed", "unknown"]
CheckState = Literal["up", "busy", "degraded", "down", "unknown"]
AvailabilityState = Literal["free", "later", "overdue", "unknown", "none"]
Source = Literal["file", "hours", "hold", "case", "phone", "check"]
"""The source of an availability: the file, its hours or hold, a booking, the phone, a check."""


SCHOOL_COMMENT = marked("school holidays not known")
"""The comment of hours that depend on school holidays."""


class Span(Struct, frozen=True, array_like=True):
    """A period with one opening state, ``[start, end)`` in whole seconds since the epoch."""

    start: int
    end: int
    state: OpenState
    comment: str = ""

    @property
    def remark(self) -> Message | str:
        """The comment of the provider file, or our own sentence."""
        return Message(self.comment) if self.comment == SCHOOL_COMMENT else self.comment


class Timetable(Struct, frozen=True, array_like=True):
    """The opening hours of a limited period: spans in order, without gaps.

    Neighbouring spans differ in state or comment, so that the end of a span is a real change. The
    last span ends where the period ends; its state may continue after that.
    """

    spans: tuple[Span, ...]

    def covers(self, when: datetime, days: int = 0) -> bool:
        """Return whether the timetable includes a moment and the ``days`` after it."""
        at = when.timestamp()
        return bool(self.spans) and (
            self.spans[0].start <= at and at + days * 86400 < self.spans[-1].end
        )

    def span_at(self, when: datetime) -> Span:
        """Return the span of a moment; the first or last span for a moment outside all."""
        at = when.timestamp()
        return self.spans[max(0, bisect_right(self.spans, at, key=lambda span: span.start) - 1)]

    def ends_at(self, span: Span) -> datetime | None:
        """Return the end of a span (UTC); None for the last span, whose real end is not known."""
        return None if span is self.spans[-1] else datetime.fromtimestamp(span.end, UTC)

    def opens_after(self, when: datetime) -> datetime | None:
        """Return the next opening (UTC) after a moment; None if the timetable has none."""
        at = when.timestamp()
        for span in self.spans:
            if span.start > at and span.state == "open":
                return datetime.fromtimestamp(span.start, UTC)
        return None


HolidayDates = Callable[[str, Sequence[int]], Iterable[date]]
"""Lists all public holidays of a region in some years."""


class Circle(Struct, frozen=True, tag="circle"):
    """All places within a distance of the base."""

    radius_km: float


class Postcodes(Struct, frozen=True, tag="postcodes"):
    """Postcodes as inclusive ranges of five-digit codes; ``text`` is their text in the file."""

    ranges: tuple[tuple[str, str], ...]
    text: str = ""

    def holds(self, postcode: str) -> bool:
        """Return whether a five-digit code lies in one of the ranges."""
        return any(first <= postcode <= last for first, last in self.ranges)


Ring = tuple[tuple[float, float], ...]
"""Corners as (lat, lon), the first not repeated at the end."""


class Polygon(Struct, frozen=True, tag="polygon"):
    """Polygons, each an outer ring and its holes; the area is their union."""

    polygons: tuple[tuple[Ring, ...], ...]
    text: str = ""


class Country(Struct, frozen=True, tag="country"):
    """All of Germany: every place within 30 km of a postcode centre."""


Area = Circle | Postcodes | Polygon | Country


class Phone(Struct, frozen=True):
    """A phone number and the hours in which it is answered.

    ``number`` is E.164 (``+498999998114``) or a short code; ``shown`` is the number in groups of
    digits, for dialling. ``hours`` None: always.
    """

    number: str
    shown: str
    label: str = ""
    hours: str | None = None
    timetable: Timetable | None = None


class Hold(Struct, frozen=True):
    """Why a provider must not be asked, and until when (None: until further notice).

    The end is rounded up to whole seconds, as every change of a timetable is.
    """

    reason: str
    until: datetime | None = None

    def is_on(self, moment: datetime) -> bool:
        """Return whether the hold is in force at a moment."""
        return self.until is None or moment.timestamp() < ceil(self.until.timestamp())


class Provider(Struct, frozen=True, kw_only=True):
    """A provider of the file; a limit of None is unknown, and no gate excludes the provider for it.

    ``hours`` is the OpenStreetMap text after German spellings were rewritten, None if unknown;
    ``timetable`` has the same hours for the days around the moment at which the file was read.
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
    every unit is booked, and one was due back at ``due_at``. ``unknown``: ranked and marked.
    ``none``: not at all; ``reason`` is that of the gate: ``on_hold``, ``closed_now``, ``no_unit``,
    ``down``. ``seen`` is the state by checks and phone reports. ``next_at`` is the start of the
    next booking of the unit that would be sent; ``since`` is the start of the state.
    ``opens_at`` is the next opening of a closed provider; ``call_at`` is the same if it is soon and
    the provider passes all other gates. ``open_until`` is None if the provider is closed or the
    timetable does not reach its closing.
    """

    state: AvailabilityState = "free"
    reason: str = ""
    source: Source = "file"
    wait_min: float = 0.0
    free_at: datetime | None = None
    since: datetime | None = None
    why: Message | str = ""
    seen: CheckState = "up"
    next_at: datetime | None = None
    due_at: datetime | None = None
    hours: Span = Span(0, 0, "open")
    open_until: datetime | None = None
    opens_at: datetime | None = None
    call_at: datetime | None = None

    @property
    def mark(self) -> CheckState | Literal["overdue"]:
        """The state that a row of the cascade shows: ``overdue``, else the state by checks."""
        return "overdue" if self.state == "overdue" else self.seen
