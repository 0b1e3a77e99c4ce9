"""Where and when too few will be able to come: hours, areas, holds and states put together.

Every postcode centre is looked at by itself, because two providers who share a region between
them do not stand in for each other. A stretch of time is cut where anybody opens or closes, and
who is open in which piece is one integer with a bit per piece: so all pieces are counted at once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from . import geo
from .model import (
    Area,
    Availability,
    Circle,
    Country,
    Place,
    Polygon,
    Postcodes,
    Provider,
    Timetable,
)
from .model.words import EMERGENCY_SERVICES, SERVICES
from .notation.centres import centres
from .notation.postcodes import centres_within
from .results import CoverageGap, CoveredService

REGION_DIGITS = 2
"""A region is named by the first digits of its postcodes."""


class Stretch(Struct, frozen=True, kw_only=True):
    """The time that is looked at, and what is asked of it.

    States count from the start for ``near_min``: today's outage says nothing about next week.
    ``regions`` are leading digits of postcodes; none: the first two of every postcode. No
    ``services``: all but those of 110 and 112.
    """

    start: datetime
    days: int
    minimum: int = 2
    near_min: float = 60.0
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def end(self) -> datetime:
        """So many days of 24 hours later, in the zone of the start."""
        # Adding to a local time moves the hands of the clock; what passes is time.
        return datetime.fromtimestamp(self.start.timestamp() + self.days * 86400, self.start.tzinfo)

    def region_of(self, postcode: str) -> str | None:
        """The region in which a postcode is counted, None if it is in none that was asked for."""
        if not self.regions:
            return postcode[:REGION_DIGITS]
        fitting = [region for region in self.regions if postcode.startswith(region)]
        return max(fitting, key=len, default=None)


class Covered(Struct, frozen=True):
    """What was found: how far each service reaches, and its gaps."""

    services: tuple[CoveredService, ...]
    gaps: tuple[CoverageGap, ...]


HoursOf = Callable[[Provider], Timetable]
"""Works out the opening hours of a provider for all of the stretch."""


def find_gaps(
    providers: Sequence[Provider],
    stretch: Stretch,
    *,
    hours_of: HoursOf,
    availability: Mapping[str, Availability],
) -> Covered:
    """Find where and when fewer than the minimum can come, each gap from change to change.

    Somebody can come to a postcode if the area holds its centre, they offer the service, are open
    (unknown hours do not count), not on hold, have a unit and are not known to be down or without
    a free unit. What an incident asks beyond that, the vehicle and the client, is not looked at.
    """
    coming = _coming(providers, stretch, hours_of, availability)
    services: list[CoveredService] = []
    gaps: list[CoverageGap] = []
    for region, codes in _reached(coming.who, stretch).items():
        by_service: dict[str, list[list[int]]] = {}
        for numbers in codes:
            offered: dict[str, list[int]] = {}
            for number in numbers:
                for service in coming.who[number].services:
                    offered.setdefault(service, []).append(number)
            for service, offering in offered.items():
                by_service.setdefault(service, []).append(offering)
        for service in _asked(by_service, stretch):
            reached = by_service[service]
            services.append(
                CoveredService(
                    region=region,
                    service=service,
                    postcodes=len(codes),
                    served=len(reached),
                    providers=len({number for offering in reached for number in offering}),
                )
            )
            gaps += _joined(_gaps_of(region, service, reached, coming, stretch))
    return Covered(tuple(services), tuple(gaps))


def _asked(offered: Iterable[str], stretch: Stretch) -> list[str]:
    """The services to be looked at, in the order of the closed set."""
    wanted = stretch.services or tuple(SERVICES)
    return [
        service
        for service in SERVICES
        if service in offered and service in wanted and service not in EMERGENCY_SERVICES
    ]


class _Coming(Struct, frozen=True):
    """Who can come when: a bit per piece of time, the first piece lowest."""

    who: list[Provider]
    cuts: list[float]
    """Where the pieces begin, in seconds since the epoch, and where the last one ends."""
    sure: list[int]
    unknown: list[int]


def _coming(
    providers: Iterable[Provider],
    stretch: Stretch,
    hours_of: HoursOf,
    availability: Mapping[str, Availability],
) -> _Coming:
    first, last = stretch.start.timestamp(), stretch.end.timestamp()
    near = (stretch.start + timedelta(minutes=stretch.near_min)).timestamp()
    who, tables, back = [], [], []
    for provider in providers:
        if provider.units > 0:
            who.append(provider)
            tables.append(hours_of(provider))
            back.append(_back_at(provider, availability.get(provider.id), first, near))
    points = {first, last}
    for table in {id(table): table for table in tables}.values():
        points.update(span.start for span in table.spans)
    points.update(back)
    cuts = sorted(point for point in points if first <= point <= last)
    masks: dict[tuple[int, float], tuple[int, int]] = {}
    sure, unknown = [], []
    for table, since in zip(tables, back, strict=True):
        key = (id(table), since)
        if key not in masks:
            masks[key] = _bits(table, since, cuts)
        sure.append(masks[key][0])
        unknown.append(masks[key][1])
    return _Coming(who, cuts, sure, unknown)


def _back_at(
    provider: Provider, known: Availability | None, first: float, near: float
) -> float:
    """From when on nothing but the hours stands in somebody's way; infinite if never seen."""
    since = first
    if provider.on_hold is not None:
        until = provider.on_hold.until
        since = max(since, until.timestamp()) if until is not None else float("inf")
    if known is not None and (
        known.state == "down" or (known.free == 0 and known.wait_min is None)
    ):
        since = max(since, near)
    return since


def _bits(table: Timetable, since: float, cuts: Sequence[float]) -> tuple[int, int]:
    """The pieces in which somebody is open, and those in which nobody knows."""
    sure = unknown = 0
    pieces = len(cuts) - 1
    for span in table.spans:
        if span.state == "closed":
            continue
        begin = bisect_left(cuts, max(span.start, since))
        end = min(bisect_left(cuts, span.end), pieces)
        if begin < end:
            bits = (1 << end) - (1 << begin)
            if span.state == "open":
                sure |= bits
            else:
                unknown |= bits
    return sure, unknown


def _reached(who: Sequence[Provider], stretch: Stretch) -> dict[str, list[list[int]]]:
    """For every region that anybody reaches: for each of its postcodes, the numbers of who do."""
    table = list(centres().everything())
    codes = [code for code, _, _ in table]
    at: list[list[int]] = [[] for _ in codes]
    number_of = {code: number for number, code in enumerate(codes)}
    known: dict[tuple[Area, float, float], list[int]] = {}
    for number, provider in enumerate(who):
        key = (provider.area, provider.lat, provider.lon)
        if key not in known:
            held = set(_held(*key, codes))  # ranges may overlap
            known[key] = [number_of[code] for code in held]
        for place in known[key]:
            at[place].append(number)
    regions: dict[str, list[list[int]]] = {}
    for code, numbers in zip(codes, at, strict=True):
        region = stretch.region_of(code)
        if region is not None:
            regions.setdefault(region, []).append(numbers)
    return {region: places for region, places in regions.items() if any(places)}


def _held(area: Area, lat: float, lon: float, codes: Sequence[str]) -> Iterator[str]:
    """The postcodes whose centres lie in an area."""
    match area:
        case Country():
            yield from codes
        case Postcodes(ranges=ranges):
            for first, last in ranges:  # a longer code sorts right behind the last
                yield from codes[bisect_left(codes, first) : bisect_left(codes, last + "0")]
        case Circle(radius_km=radius_km):
            yield from (code for _, code in centres_within(lat, lon, radius_km))
        case Polygon(polygons=polygons):
            corners = [corner for rings in polygons for corner in rings[0]]
            lats, lons = [lat for lat, _ in corners], [lon for _, lon in corners]
            box = centres().within(min(lats), max(lats), min(lons), max(lons))
            for code, place_lat, place_lon in box:
                place = Place(lat=place_lat, lon=place_lon, postcode=code, postcodes=(code,))
                if geo.fit(area, lat, lon, place)[0] == "inside":
                    yield code


def _joined(gaps: Iterable[CoverageGap]) -> Iterator[CoverageGap]:
    """Join neighbours that say the same: other postcodes may fall short, but as many."""
    last: CoverageGap | None = None
    for gap in gaps:
        if last is not None and gap == replace(last, start=gap.start, end=gap.end):
            if gap.start == last.end:
                last = replace(last, end=gap.end)
                continue
        if last is not None:
            yield last
        last = gap
    if last is not None:
        yield last


class _Short(Struct, frozen=True):
    """A postcode that falls short in some pieces: who reaches it, and the pieces by count.

    ``at_least[k]`` has the pieces in which at least k can come, from 0 up to the minimum.
    """

    numbers: list[int]
    at_least: list[int]

    def count(self, piece: int) -> int:
        return sum(bits >> piece & 1 for bits in self.at_least[1:])


def _gaps_of(
    region: str, service: str, reached: Iterable[list[int]], coming: _Coming, stretch: Stretch
) -> Iterator[CoverageGap]:
    """Make the gaps of one service in one region, in order of time."""
    everything = (1 << (len(coming.cuts) - 1)) - 1
    short = [
        found
        for found in _counted(reached, coming.sure, stretch.minimum, everything)
        if found.at_least[-1] != everything
    ]
    for begin, end in _segments(short, coming, everything):
        thin = [found for found in short if not found.at_least[-1] >> begin & 1]
        near = sorted({number for found in thin for number in found.numbers})
        yield CoverageGap(
            region=region,
            service=service,
            start=datetime.fromtimestamp(coming.cuts[begin], stretch.start.tzinfo),
            end=datetime.fromtimestamp(coming.cuts[end], stretch.start.tzinfo),
            count=min(found.count(begin) for found in thin),
            postcodes=len(thin),
            providers=tuple(coming.who[n].id for n in near if coming.sure[n] >> begin & 1),
            unknown=tuple(coming.who[n].id for n in near if coming.unknown[n] >> begin & 1),
        )


def _counted(
    reached: Iterable[list[int]], sure: Sequence[int], minimum: int, everything: int
) -> Iterator[_Short]:
    """Count for each postcode in which pieces one, two, … can come."""
    known: dict[tuple[int, ...], list[int]] = {}
    for numbers in reached:
        key = tuple(numbers)
        at_least = known.get(key)
        if at_least is None:
            at_least = [everything] + [0] * minimum
            for number in numbers:
                for k in range(minimum, 0, -1):
                    at_least[k] |= at_least[k - 1] & sure[number]
                if at_least[minimum] == everything:
                    break
            known[key] = at_least
        yield _Short(numbers, at_least)


def _segments(
    short: Sequence[_Short], coming: _Coming, everything: int
) -> Iterator[tuple[int, int]]:
    """Join the pieces that fall short into stretches in which nothing about the gap changes."""
    thin = changes = 0
    for found in short:
        own = everything & ~found.at_least[-1]
        thin |= own
        # A bit where a piece differs from the one before; who can come counts only while it is
        # too few, or in the piece after that.
        near = own | own << 1
        for bits in found.at_least[1:]:
            changes |= bits ^ bits << 1
        for number in found.numbers:
            for bits in (coming.sure[number], coming.unknown[number]):
                changes |= (bits ^ bits << 1) & near
    changes |= thin ^ thin << 1
    begin = -1
    for piece in range(len(coming.cuts)):
        if begin >= 0 and changes >> piece & 1:
            yield begin, piece
            begin = -1
        if begin < 0 and thin >> piece & 1:
            begin = piece
    if begin >= 0:
        yield begin, len(coming.cuts) - 1
