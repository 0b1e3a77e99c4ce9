"""Reconstruct a place from all bases, the speed and all kept data."""

from collections.abc import Iterator
from datetime import timedelta
from math import cos, hypot, radians

from dispatch_cli.model import Place
from dispatch_cli.model.case import Case

KM_PER_DEGREE = 111.195
MIN_PER_KM = 1.3 / 50 * 60
GRID_KM = 0.5
REACH = 1.3
"""A region's reach is an estimate: places may lie somewhat farther out."""

Base = tuple[float, float]


def drive_min(base: Base, lat: float, lon: float) -> float:
    """Return the minutes from a base to a place, as the program estimates them."""
    return _km(base, lat, lon) * MIN_PER_KM


def possible_places(
    case: Case,
    bases: dict[str, Base],
    slack_min: float | None = None,
    *,
    by_forecast: bool = False,
) -> list[tuple[float, float]]:
    """List all points of a grid that agree with the kept data of a case.

    Without ``slack_min`` its drives are taken to be as coarse as erasure makes them. With
    ``by_forecast`` they are taken from the forecasts, which know nothing of traffic.
    """
    left = list(_forecasts(case) if by_forecast else _drives(case))
    if slack_min is None:
        drivers = len({provider for provider, _ in left})
        slack_min = (5 if drivers < 2 else 10 * drivers) / 2
    return [
        (lat, lon)
        for lat, lon in _grid(case.incident.place)
        if all(
            abs(drive_min(bases[provider], lat, lon) - minutes) <= slack_min
            for provider, minutes in left
        )
    ]


def apart_km(places: list[tuple[float, float]]) -> float:
    """Return the distance of the farthest two of them, along four directions."""
    if not places:
        return 0.0
    lat, lon = places[0]
    flat = [
        ((x - lon) * KM_PER_DEGREE * cos(radians(lat)), (y - lat) * KM_PER_DEGREE)
        for y, x in places
    ]
    along = [[x for x, _ in flat], [y for _, y in flat]]
    along += [[(x + y) / 2**0.5 for x, y in flat], [(x - y) / 2**0.5 for x, y in flat]]
    return max(max(each) - min(each) for each in along)


def _drives(case: Case) -> Iterator[tuple[str, float]]:
    """Return the minutes of each provider's drive, from every field that reveals them."""
    minute = timedelta(minutes=1)
    for offer in case.offers:
        if offer.answered_at is None:
            continue
        for moment in (offer.arrived_at, *(each.there_at for each in offer.promises)):
            if moment is not None:
                yield offer.provider, (moment - offer.answered_at) / minute
        for moment in (offer.booked_from, offer.booked_until):
            if moment is not None:
                yield offer.provider, (moment - offer.answered_at) / minute
    for service in case.services:
        for option in service.options:
            yield option.provider, option.arrival_min


def _forecasts(case: Case) -> Iterator[tuple[str, float]]:
    """Return each provider's forecast of the drive, from every field that reveals it."""
    for offer in case.offers:
        for minutes in (offer.base_min, offer.forecast_min):
            if minutes is not None:
                yield offer.provider, minutes


def _grid(region: Place) -> Iterator[tuple[float, float]]:
    reach_km = max(1.0, region.uncertainty_km * REACH)
    count = int(reach_km / GRID_KM) + 1
    for north in range(-count, count + 1):
        for east in range(-count, count + 1):
            lat = region.lat + north * GRID_KM / KM_PER_DEGREE
            lon = region.lon + east * GRID_KM / KM_PER_DEGREE / cos(radians(region.lat))
            if _km((region.lat, region.lon), lat, lon) <= reach_km:
                yield lat, lon


def _km(base: Base, lat: float, lon: float) -> float:
    east = (lon - base[1]) * cos(radians((lat + base[0]) / 2))
    return hypot(lat - base[0], east) * KM_PER_DEGREE
