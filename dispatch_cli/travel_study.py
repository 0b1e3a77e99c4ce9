"""Compare crow-fly minutes with road minutes on random incidents round the user's own providers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import cos, radians, sqrt
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from . import eligibility, geo, plans, ranking
from .availability import HolidayDates
from .candidates import RatedProvider
from .eligibility import EligibleProvider, Need
from .errors import UsageError
from .model import Incident, Observations, Place, ServiceSettings, Settings
from .model.travel_engines import RoadTime, unit_kind_of
from .results.travel_results import (
    EstimateErrors,
    ServiceSpeed,
    TravelCalibration,
    TravelComparison,
)
from .road_ranking import NoRoadsError, RoadTables
from .speed_fit import Drive, fit_speed

if TYPE_CHECKING:
    from .catalog import Catalog

_AROUND_KM = 25.0
_KM_PER_DEGREE = 111.2
_TRIES_EACH = 6
"""Random points per incident: those in forests and lakes have no road."""
_FEWEST = 10


class SampledIncident(Struct, frozen=True):
    """A random incident: its need, the providers that can come, and their roads."""

    need: Need
    eligible: list[EligibleProvider]
    roads: list[RoadTime]


class Sample(Struct, frozen=True):
    """Random incidents, and how many points were replaced because they are on no road."""

    service: str
    incidents: list[SampledIncident]
    off_road: int


def draw_sample(
    catalog: "Catalog",
    roads: RoadTables,
    service: str,
    *,
    count: int,
    seed: int,
    now: datetime,
    holidays: HolidayDates,
) -> Sample:
    """Draw incidents within 25 km of random providers, with the roads of all that can come.

    The same seed gives the same points. The engine must be required, so that its failure is an
    error: UnavailableError. Raises UsageError if too few of the points can be used.
    """
    bases = [(each.lat, each.lon) for each in catalog.each() if service in each.services]
    if not bases:
        raise UsageError("no provider has the service {service}", service=service)
    found: list[SampledIncident] = []
    off_road = 0
    for at in _points(bases, Random(seed), count * _TRIES_EACH):  # noqa: S311 - no secret
        sampled = _sampled(catalog, roads, service, at, now=now, holidays=holidays)
        if sampled is None:
            off_road += 1
        else:
            found.append(sampled)
        if len(found) == count:
            break
    if len(found) < min(count, _FEWEST):
        raise UsageError(
            "only {found} of {count} random points are on roads of the engine {engine}",
            found=len(found),
            count=count,
            engine=roads.source,
            hint="its map must hold the area of the providers",
        )
    return Sample(service, found, off_road)


def compare(sample: Sample, roads: RoadTables, seed: int) -> TravelComparison:
    """Compare the settings of the file with the engine."""
    return TravelComparison(
        engine=roads.source,
        service=sample.service,
        seed=seed,
        off_road=sample.off_road,
        errors=errors_of(sample.incidents),
    )


def calibrate(sample: Sample, roads: RoadTables, seed: int) -> TravelCalibration:
    """Fit the speeds on every second incident, and measure them on the others.

    Raises UsageError for too few drives.
    """
    fitted, others = sample.incidents[::2], sample.incidents[1::2]
    settings = fitted[0].need.settings
    own = settings.of(sample.service)
    drives = [drive for each in fitted for drive in _drives(each)]
    speed = fit_speed(drives, own.detour)
    if not speed or not others:
        raise UsageError(
            "{count} drives are too few to fit speeds",
            count=len(drives),
            hint="use a larger --sample, or a service that more providers have",
        )
    after = _with_speed(settings, sample.service, replace(own, speed=speed))
    return TravelCalibration(
        engine=roads.source,
        service=sample.service,
        seed=seed,
        off_road=sample.off_road,
        detour=own.detour,
        fitted_incidents=len(fitted),
        fitted_drives=len(drives),
        speeds=_speeds(settings, sample.service, speed),
        before=errors_of(others),
        after=errors_of([_under(each, after) for each in others]),
    )


def errors_of(incidents: Sequence[SampledIncident]) -> EstimateErrors:
    """Measure the errors of crow-fly minutes on some incidents."""
    errors: list[float] = []
    shares: list[float] = []
    costs: list[tuple[float, float]] = []
    for each in incidents:
        for eligible, road in zip(each.eligible, each.roads, strict=True):
            if road.minutes is not None:
                error = _crow_fly_min(eligible, each.need) - road.minutes
                errors.append(error)
                shares.append(abs(error) / max(road.minutes, 1.0))
        costs += _cost(each)
    extra = [cost for cost, _ in costs]
    sizes = sorted(map(abs, errors))
    return EstimateErrors(
        incidents=len(costs),
        drives=len(errors),
        median_error_min=_quantile(sizes, 0.5),
        p90_error_min=_quantile(sizes, 0.9),
        median_error_share=_quantile(sorted(shares), 0.5),
        median_bias_min=_quantile(sorted(errors), 0.5),
        first_differs=_mean([float(cost > 0) for cost in extra]),
        cost_mean_min=_mean(extra),
        cost_p95_min=_quantile(sorted(extra), 0.95),
        cost_share=_mean([cost / best for cost, best in costs if best > 0]),
    )


def _points(
    bases: Sequence[tuple[float, float]], random: Random, count: int
) -> Iterator[tuple[float, float]]:
    """Yield points that are evenly spread in the circles round random bases."""
    for _ in range(count):
        lat, lon = random.choice(bases)
        while True:
            north, east = random.uniform(-1, 1), random.uniform(-1, 1)
            if sqrt(north * north + east * east) <= 1:
                break
        km_east = _KM_PER_DEGREE * cos(radians(lat))
        yield (
            round(lat + north * _AROUND_KM / _KM_PER_DEGREE, 6),
            round(lon + east * _AROUND_KM / km_east, 6),
        )


def _sampled(
    catalog: "Catalog",
    roads: RoadTables,
    service: str,
    at: tuple[float, float],
    *,
    now: datetime,
    holidays: HolidayDates,
) -> SampledIncident | None:
    """Make an incident at a point; None if no road is near, or no provider can come."""
    incident = Incident(kind=service, place=Place(lat=at[0], lon=at[1]), when=now)
    entries = plans.services_for(incident, catalog.rules)
    needs = eligibility.needs_of(catalog.rules, incident, entries, holidays, Observations())
    need = next(each for each in needs if each.entry.service == service)
    eligible = eligibility.split(catalog.near(incident.place), need).eligible
    if not eligible:
        return None
    bases = [(each.provider.lat, each.provider.lon) for each in eligible]
    try:
        found = list(roads(incident.place).times(bases, service))
    except NoRoadsError:
        return None
    if all(each.minutes is None for each in found):
        return None
    return SampledIncident(need, eligible, found)


def _crow_fly_min(eligible: EligibleProvider, need: Need) -> float:
    settings = need.settings.of(need.entry.service)
    return geo.crow_fly_min(eligible.distance_km, settings)


def _drives(sampled: SampledIncident) -> Iterator[Drive]:
    for eligible, road in zip(sampled.eligible, sampled.roads, strict=True):
        if road.minutes is not None:
            yield Drive(eligible.distance_km, road.minutes)


def _cost(sampled: SampledIncident) -> Iterator[tuple[float, float]]:
    """Yield the minutes by road that the first choice costs, and the best index by road.

    An incident without two providers that have roads is left out: there is nothing to choose.
    """
    need = sampled.need
    by_road: list[RatedProvider] = []
    by_air: list[RatedProvider] = []
    for eligible, road in zip(sampled.eligible, sampled.roads, strict=True):
        if road.minutes is not None:
            by_road.append(ranking.rate(eligible, need, road.minutes))
            by_air.append(ranking.rate(eligible, need, _crow_fly_min(eligible, need)))
    if len(by_road) < 2:
        return
    best = min(by_road, key=lambda each: ranking.asked_key(each, need))
    first = min(by_air, key=lambda each: ranking.asked_key(each, need)).eligible.provider.id
    chosen = next(each for each in by_road if each.eligible.provider.id == first)
    yield max(0.0, chosen.index_min - best.index_min), best.index_min


def _under(sampled: SampledIncident, settings: Settings) -> SampledIncident:
    need = replace(sampled.need, settings=settings)
    return SampledIncident(need, sampled.eligible, sampled.roads)


def _with_speed(settings: Settings, service: str, own: ServiceSettings) -> Settings:
    return replace(settings, services={**settings.services, service: own})


def _speeds(
    settings: Settings, service: str, speed: tuple[tuple[float, float], ...]
) -> tuple[ServiceSpeed, ...]:
    """Return the table of the service, or of all if the service has the values of all.

    Services for heavy vehicles keep how much slower they are than the others in the file.
    """
    if service in settings.services or unit_kind_of(service) == "heavy_truck":
        return (ServiceSpeed(service, speed),)
    found = [ServiceSpeed("", speed)]
    usual_kmh = _mean_kmh(settings.default)
    for name, own in sorted(settings.services.items()):
        if unit_kind_of(name) == "heavy_truck":
            share = _mean_kmh(own) / usual_kmh
            slower = tuple((km, round(kmh * share, 1)) for km, kmh in speed)
            found.append(ServiceSpeed(name, slower))
    return tuple(found)


def _mean_kmh(settings: ServiceSettings) -> float:
    """Return the speed over 20 km."""
    return 20 * settings.detour / geo.crow_fly_min(20, settings) * 60


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
