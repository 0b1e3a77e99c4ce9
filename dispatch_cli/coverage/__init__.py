"""Where and when too few will be able to come: hours, areas, holds and states put together.

Every postcode centre is looked at by itself, because two providers who share a region between
them do not stand in for each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from ..eligibility import GATES, Gate, Verdicts, check_gates, without_hours
from ..model import Availability, Incident, Place, PlanEntry, Provider, Rules
from ..model.words import EMERGENCY_SERVICES, SERVICES
from ..results import CoverageGap, CoveredService
from .ground import Ground, ground_of
from .pieces import Coming, coming_of
from .pieces import HoursOf as HoursOfProvider
from .stretch import Stretch

_NOTHING_KNOWN = Incident(
    kind="", place=Place(lat=0.0, lon=0.0), when=datetime(1970, 1, 1, tzinfo=UTC)
)

__all__ = ["Covered", "Stretch", "find_gaps"]


class Covered(Struct, frozen=True):
    """What was found: how far each service reaches, and its gaps."""

    services: tuple[CoveredService, ...]
    gaps: tuple[CoverageGap, ...]


def find_gaps(
    providers: Sequence[Provider],
    stretch: Stretch,
    *,
    hours_of: HoursOfProvider,
    availability: Mapping[str, Availability],
    gates: Sequence[Gate] = GATES,
) -> Covered:
    """Find where and when fewer than the minimum can come, each gap from change to change.

    A provider can come to a postcode if its area holds the postcode's centre and every gate lets
    it pass for an incident of which nothing is known but the service: what an incident may ask
    beyond that, the vehicle and the client, refuses nobody. Unknown hours do not count.
    """
    check_gates(gates, "coverage")
    coming = coming_of(providers, stretch, hours_of, availability, gates)
    verdicts = Verdicts(gates, coming.who, ("static", "limit"))
    ground = ground_of(coming.who, stretch)
    services: list[CoveredService] = []
    gaps: list[CoverageGap] = []
    for service in SERVICES:
        if service in EMERGENCY_SERVICES or service not in (stretch.services or SERVICES):
            continue
        failing = verdicts.first_failing(
            without_hours(_NOTHING_KNOWN, PlanEntry(service=service), Rules())
        )
        offering = [number for number, gate in enumerate(failing) if not gate]
        served = set[int]().union(*(ground.reach[number] for number in offering))
        at_least = _counted(offering, ground, coming, stretch.minimum)
        for region, places in ground.regions.items():
            here = [place for place in places if place in served]
            if here:
                services.append(CoveredService(region, service, len(places), len(here)))
                short = _short(here, at_least, set(offering), ground, coming.everything)
                found = _gaps_of(region, service, short, coming, stretch)
                gaps += _joined(found)
    # In the order of the regions; within one, that of the services and of time stays.
    return Covered(
        tuple(sorted(services, key=lambda covered: covered.region)),
        tuple(sorted(gaps, key=lambda gap: gap.region)),
    )


def _counted(
    offering: Iterable[int], ground: Ground, coming: Coming, minimum: int
) -> list[list[int]]:
    """Say for each number up to the minimum and each place in which pieces so many can come."""
    at_least = [[coming.everything] * len(ground.near)]
    at_least += [[0] * len(ground.near) for _ in range(minimum)]
    pairs = [(at_least[k], at_least[k - 1]) for k in range(minimum, 0, -1)]
    for number in offering:
        sure, places = coming.sure[number], ground.reach[number]
        if sure:
            for more, fewer in pairs:
                for place in places:
                    more[place] |= fewer[place] & sure
    return at_least


class _Short(Struct, frozen=True):
    """A place that falls short in some pieces, and who reaches it.

    ``at_least[k]`` has the pieces in which at least k can come, from 0 up to the minimum.
    """

    numbers: list[int]
    at_least: list[int]
    lacking: int


def _short(
    places: Iterable[int],
    at_least: Sequence[Sequence[int]],
    offering: set[int],
    ground: Ground,
    everything: int,
) -> list[_Short]:
    return [
        _Short(
            [number for number in ground.near[place] if number in offering],
            [bits[place] for bits in at_least],
            everything & ~at_least[-1][place],
        )
        for place in places
        if at_least[-1][place] != everything
    ]


def _gaps_of(
    region: str, service: str, short: Sequence[_Short], coming: Coming, stretch: Stretch
) -> Iterator[CoverageGap]:
    """Make the gaps of one service in one region, in order of time."""
    zone, who = stretch.start.tzinfo, coming.who
    for begin, end in _segments(short, coming):
        thin = [found for found in short if found.lacking >> begin & 1]
        counts = [sum([bits >> begin & 1 for bits in found.at_least[1:]]) for found in thin]
        numbers = sorted(set[int]().union(*[found.numbers for found in thin]))
        worst = min(counts)
        yield CoverageGap(
            region=region,
            service=service,
            start=datetime.fromtimestamp(coming.cuts[begin], zone),
            end=datetime.fromtimestamp(coming.cuts[end], zone),
            count=worst,
            worst=counts.count(worst),
            postcodes=len(thin),
            providers=tuple([who[n].id for n in numbers if coming.sure[n] >> begin & 1]),
            unknown=tuple([who[n].id for n in numbers if coming.unknown[n] >> begin & 1]),
        )


def _segments(short: Sequence[_Short], coming: Coming) -> Iterator[tuple[int, int]]:
    """Join the pieces that fall short into stretches in which nothing about the gap changes."""
    thin = changes = 0
    for found in short:
        own = found.lacking
        thin |= own
        changes |= own ^ own << 1
        # A bit where a piece differs from the one before; what differs counts while it is too few.
        differs = 0
        for bits in found.at_least[1:-1]:
            differs |= bits ^ bits << 1
        for number in found.numbers:
            sure, unknown = coming.sure[number], coming.unknown[number]
            differs |= (sure ^ sure << 1) | (unknown ^ unknown << 1)
        changes |= differs & own
    begin = -1
    # One beyond the last piece, where whatever falls short until then changes, too.
    for piece in range(len(coming.cuts)):
        if begin >= 0 and changes >> piece & 1:
            yield begin, piece
            begin = -1
        if begin < 0 and thin >> piece & 1:
            begin = piece


def _joined(gaps: Iterable[CoverageGap]) -> Iterator[CoverageGap]:
    """Join neighbours that say the same: other postcodes may fall short, but as many."""
    last: CoverageGap | None = None
    for gap in gaps:
        if last is not None and last.end == gap.start:
            longer = replace(last, end=gap.end)
            if replace(gap, start=last.start) == longer:
                last = longer
                continue
        if last is not None:
            yield last
        last = gap
    if last is not None:
        yield last
