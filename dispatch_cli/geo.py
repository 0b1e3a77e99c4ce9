"""Compute distances, the position of a place to an area, and crow-fly minutes on the road."""

from math import cos, hypot, inf, radians
from typing import Literal

from .model import Area, Circle, Place, Polygon, Postcodes, ServiceSettings
from .model.provider import Ring
from .model.sphere import EARTH_RADIUS_KM, great_circle_km
from .model.travel_engines import CROW_FLY

__all__ = ["TRAVEL_SOURCE", "AreaFit", "crow_fly_min", "fit", "great_circle_km"]

AreaFit = Literal["inside", "edge", "outside"]

TRAVEL_SOURCE = CROW_FLY
"""The default source of travel minutes; lateness that was learned with another does not count."""


def crow_fly_min(distance_km: float, settings: ServiceSettings) -> float:
    """Estimate driving minutes from a great-circle distance.

    The road is ``detour`` times as long and driven leg by leg at the speeds of the table, so that
    minutes never fall with distance.
    """
    left_km = distance_km * settings.detour
    begin_km = minutes = 0.0
    for end_km, speed_kmh in settings.speed[:-1]:
        leg_km = min(left_km, end_km - begin_km)
        minutes += leg_km / speed_kmh * 60
        left_km -= leg_km
        begin_km = end_km
        if left_km <= 0:
            return minutes
    return minutes + left_km / settings.speed[-1][1] * 60


def fit(area: Area, lat: float, lon: float, place: Place) -> tuple[AreaFit, float]:
    """Find whether a place lies in the area of a provider, and how far outside.

    ``lat`` and ``lon`` are the base of the provider, the middle of a circle. "edge" means that the
    place may lie inside within its uncertainty. The second value is the distance to the area in
    kilometres: 0 unless outside, infinite for areas of postcodes.
    """
    match area:
        case Postcodes():
            if place.postcode and area.holds(place.postcode):
                return "inside", 0.0
            if any(area.holds(postcode) for postcode in place.postcodes):
                return "edge", 0.0
            return "outside", inf
        case Circle(radius_km=radius_km):
            beyond_km = great_circle_km(lat, lon, place.lat, place.lon) - radius_km
        case Polygon(polygons=polygons):
            beyond_km = min(_outside_polygon_km(p, place.lat, place.lon) for p in polygons)
        case _:  # all of the country
            if place.foreign_km and not place.surely_abroad_km:
                return "edge", 0.0
            beyond_km = place.foreign_km
    if beyond_km <= 0:
        return "inside", 0.0
    short_km = beyond_km - place.uncertainty_km
    return ("edge", 0.0) if short_km <= 0 else ("outside", short_km)


def _outside_polygon_km(rings: tuple[Ring, ...], lat: float, lon: float) -> float:
    """Measure the distance to the nearest edge, 0 inside, in a plane that touches the place.

    The plane (equirectangular round the place) is exact at the place and accurate to about 0.1 %
    within a few tens of kilometres, where the difference between inside and outside matters.
    """
    km_north = radians(1) * EARTH_RADIUS_KM
    km_east = km_north * cos(radians(lat))
    inside = False
    nearest_km = float("inf")
    for ring in rings:
        corners, turn, before = [], 0.0, lon
        for corner_lat, corner_lon in ring:
            # From corner to corner, so that a ring stays whole on the other side of the earth.
            turn += _wrapped(corner_lon - before)
            corners.append((turn * km_east, (corner_lat - lat) * km_north))
            before = corner_lon
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y1 > 0) != (y2 > 0) and x1 + (x2 - x1) * (0 - y1) / (y2 - y1) > 0:
                inside = not inside
            nearest_km = min(nearest_km, _to_segment_km(x1, y1, x2, y2))
    return 0.0 if inside else nearest_km


def _wrapped(degrees: float) -> float:
    """Return the same angle between -180 and 180, so that a ring may cross the date line."""
    return (degrees + 180) % 360 - 180


def _to_segment_km(x1: float, y1: float, x2: float, y2: float) -> float:
    """Return the distance from the origin to a segment."""
    dx, dy = x2 - x1, y2 - y1
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length2))
    return hypot(x1 + along * dx, y1 + along * dy)
