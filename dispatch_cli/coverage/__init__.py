"""Find where and when too few providers can come, from hours, areas, holds and states.

Each postcode is counted separately: two providers with different parts of a region do not replace
each other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from ..availability import AvailabilityBasis
from ..eligibility import GATES, Gate, Verdicts, check_gates, without_hours
from ..model import Incident, Place, PlanEntry, Provider, Rules
from ..model.stamps import EPOCH
from ..model.words import EMERGENCY_SERVICES, SERVICES
from ..notation.centres import centres
from ..results.coverage_results import CoverageGap, CoveredPlaces, CoveredService
from .ground import Reach, reach_of
from .pieces import Timelines, timelines_of
from .scope import CoverageScope

_NOTHING_KNOWN = Incident(kind="", place=Place(lat=0.0, lon=0.0), when=EPOCH)

__all__ = ["CoverageResult", "CoverageScope", "find_gaps"]


class CoverageResult(Struct, frozen=True):
    """The served postcodes of each service and region, the coverage gaps, and the postcodes."""

    services: tuple[CoveredService, ...]
    gaps: tuple[CoverageGap, ...]
    places: tuple[CoveredPlaces, ...]


def find_gaps(
    providers: Sequence[Provider],
    scope: CoverageScope,
    *,
    basis: AvailabilityBasis,
    gates: Sequence[Gate] = GATES,
) -> CoverageResult:
    """Find where and when fewer than the minimum can come; a gap ends at any change.

    A provider can come to a postcode if the centre is in its area and no gate stops it for an
    incident of which only the service is known. Gates that need the vehicle or the client therefore
    stop no provider. Unknown hours do not count as open. A region or service that was named and
    that no provider serves is a gap over the whole time.
    """
    check_gates(gates, "coverage")
    timelines = timelines_of(providers, scope, basis, gates)
    verdicts = Verdicts(gates, timelines.providers, ("static", "limit"))
    reach = reach_of(timelines.providers, scope)
    # A named service without a named region counts in every region that a provider reaches.
    territory = {
        region
        for region, places in reach.regions.items()
        if any(reach.providers_of[place] for place in places)
    } or reach.regions.keys()
    services: list[CoveredService] = []
    gaps: list[CoverageGap] = []
    covered: list[CoveredPlaces] = []
    for service in SERVICES:
        if service in EMERGENCY_SERVICES or service not in (scope.services or SERVICES):
            continue
        failing = verdicts.first_failing(
            without_hours(_NOTHING_KNOWN, PlanEntry(service=service), Rules())
        )
        offering = [number for number, gate in enumerate(failing) if not gate]
        served = set[int]().union(*(reach.places_of[number] for number in offering))
        at_least = _counted(offering, reach, timelines, scope.minimum)
        is_named = service in scope.services or (bool(scope.regions) and bool(offering))
        by_count: dict[int, list[int]] = {}
        for region, places in reach.regions.items():
            here = [place for place in places if place in served]
            if here or (is_named and (scope.regions or region in territory)):
                services.append(CoveredService(region, service, len(places), len(here)))
                _count_places(by_count, places, served, at_least, timelines.all_pieces)
                here = here or places
                short = _short(here, at_least, set(offering), reach, timelines.all_pieces)
                gaps += _joined(_gaps_of(region, service, short, timelines, scope))
        if by_count:
            covered.append(_with_codes(service, by_count))
    # Sorting is stable: within a region the order of services and of time remains.
    return CoverageResult(
        tuple(sorted(services, key=lambda covered: covered.region)),
        tuple(sorted(gaps, key=lambda gap: gap.region)),
        tuple(covered),
    )


def _count_places(
    by_count: dict[int, list[int]],
    places: Iterable[int],
    served: Collection[int],
    at_least: Sequence[Sequence[int]],
    all_pieces: int,
) -> None:
    """Add places to the lists of the least number of providers that can come at any time."""
    for place in places:
        count = -1
        if place in served:
            count = sum(bits[place] == all_pieces for bits in at_least[1:])
        by_count.setdefault(count, []).append(place)


def _with_codes(service: str, by_count: Mapping[int, Iterable[int]]) -> CoveredPlaces:
    codes = [code for code, _, _ in centres().everything()]
    return CoveredPlaces(
        service,
        {count: tuple(codes[place] for place in by_count[count]) for count in sorted(by_count)},
    )


def _counted(
    offering: Iterable[int], reach: Reach, timelines: Timelines, minimum: int
) -> list[list[int]]:
    """Return the pieces when at least k can come, by k up to the minimum and by place."""
    at_least = [[timelines.all_pieces] * len(reach.providers_of)]
    at_least += [[0] * len(reach.providers_of) for _ in range(minimum)]
    pairs = [(at_least[k], at_least[k - 1]) for k in range(minimum, 0, -1)]
    for number in offering:
        opened, places = timelines.opened[number], reach.places_of[number]
        if opened:
            for more, fewer in pairs:
                for place in places:
                    more[place] |= fewer[place] & opened
    return at_least


class _Short(Struct, frozen=True):
    """A place with too few providers in the pieces ``lacking``, and the providers that reach it.

    ``at_least[k]`` has the pieces when at least k can come, from 0 up to the minimum.
    """

    numbers: list[int]
    at_least: list[int]
    lacking: int


def _short(
    places: Iterable[int],
    at_least: Sequence[Sequence[int]],
    offering: set[int],
    reach: Reach,
    all_pieces: int,
) -> list[_Short]:
    return [
        _Short(
            [number for number in reach.providers_of[place] if number in offering],
            [bits[place] for bits in at_least],
            all_pieces & ~at_least[-1][place],
        )
        for place in places
        if at_least[-1][place] != all_pieces
    ]


def _gaps_of(
    region: str, service: str, short: Sequence[_Short], timelines: Timelines, scope: CoverageScope
) -> Iterator[CoverageGap]:
    """Make the gaps of one service in one region, in order of time."""
    zone, providers = scope.start.tzinfo, timelines.providers
    for begin, end in _segments(short, timelines):
        thin = [found for found in short if found.lacking >> begin & 1]
        counts = [sum([bits >> begin & 1 for bits in found.at_least[1:]]) for found in thin]
        numbers = sorted(set[int]().union(*[found.numbers for found in thin]))
        opened = [n for n in numbers if timelines.opened[n] >> begin & 1]
        unknown = [n for n in numbers if timelines.unknown[n] >> begin & 1]
        worst = min(counts)
        yield CoverageGap(
            region=region,
            service=service,
            start=datetime.fromtimestamp(timelines.cuts[begin], zone),
            end=datetime.fromtimestamp(timelines.cuts[end], zone),
            count=worst,
            worst=counts.count(worst),
            postcodes=len(thin),
            providers=tuple([providers[n].id for n in opened]),
            unknown=tuple([providers[n].id for n in unknown]),
        )


def _segments(short: Sequence[_Short], timelines: Timelines) -> Iterator[tuple[int, int]]:
    """Join pieces with too few providers into segments in which nothing about the gap changes."""
    thin = changes = 0
    for found in short:
        own = found.lacking
        thin |= own
        changes |= own ^ own << 1
        # A bit for each piece that differs from its predecessor; it counts inside a gap only.
        differs = 0
        for bits in found.at_least[1:-1]:
            differs |= bits ^ bits << 1
        for number in found.numbers:
            opened, unknown = timelines.opened[number], timelines.unknown[number]
            differs |= (opened ^ opened << 1) | (unknown ^ unknown << 1)
        changes |= differs & own
    begin = -1
    # One index beyond the last piece, which ends a gap that lasts to the end.
    for piece in range(len(timelines.cuts)):
        if begin >= 0 and changes >> piece & 1:
            yield begin, piece
            begin = -1
        if begin < 0 and thin >> piece & 1:
            begin = piece


def _joined(gaps: Iterable[CoverageGap]) -> Iterator[CoverageGap]:
    """Join adjacent gaps with equal values; the postcodes may differ, but not their number."""
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
