"""Choose the part of the earth that a map shows, so that one far point does not shrink the rest."""

from collections.abc import Iterable, Sequence
from math import cos, radians

from ..model.sphere import great_circle_km
from ..results.map_scene import KM_PER_DEGREE, MapBox, Position

LEAST_KM = 4.0
"""The least height and width of a map."""

FAR_FACTOR = 3.0
"""A firm that is farther than this many times the median distance stands at the edge."""

LEAST_REACH_KM = 5.0
_SHARE_OF_DOTS = 0.9
_POLE = 85.0
_TOP_COSINE = 0.05


def box_round(middle: Position, others: Sequence[Position], uncertainty_km: float = 0.0) -> MapBox:
    """Return the box of a place and of all points that are not far from it.

    The reach is ``FAR_FACTOR`` times the (lower) median distance, at least 5 km and at least the
    uncertainty of the place.
    """
    distances = sorted(great_circle_km(*middle, *each) for each in others)
    median_km = distances[(len(distances) - 1) // 2] if distances else 0.0
    reach_km = max(FAR_FACTOR * median_km, LEAST_REACH_KM, uncertainty_km)
    near = [each for each in others if great_circle_km(*middle, *each) <= reach_km]
    return _box([middle, *near, *_round_trip(middle, uncertainty_km)], middle[1])


def box_of_dots(points: Iterable[Position]) -> MapBox:
    """Return the box of many points without stray ones; a world's middle without any point.

    A stray point is farther from the median point than three times as far as nine of ten are.
    """
    found = list(points)
    if not found:
        return _box([(51.0, 10.0)], 10.0)
    half = len(found) // 2
    middle = sorted(lat for lat, _ in found)[half], sorted(lon for _, lon in found)[half]
    distances = sorted(great_circle_km(*middle, *each) for each in found)
    nine_km = distances[int(_SHARE_OF_DOTS * (len(distances) - 1))]
    reach_km = max(FAR_FACTOR * nine_km, LEAST_REACH_KM)
    return _box([p for p in found if great_circle_km(*middle, *p) <= reach_km], middle[1])


def _round_trip(middle: Position, radius_km: float) -> list[Position]:
    """Return the points north, south, west and east of a place at a distance."""
    lat, lon = middle
    up = radius_km / KM_PER_DEGREE
    out = up / max(_TOP_COSINE, cos(radians(lat)))
    return [(lat - up, lon), (lat + up, lon), (lat, lon - out), (lat, lon + out)]


def _box(points: Sequence[Position], middle_lon: float) -> MapBox:
    """Return the box of some points, at least ``LEAST_KM`` high and wide."""
    lats = [max(-_POLE, min(_POLE, lat)) for lat, _ in points]
    # Each longitude on the near side of the earth, so that the 180th meridian divides no map.
    lons = [middle_lon + (lon - middle_lon + 180) % 360 - 180 for _, lon in points]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    lat, lon = (south + north) / 2, (west + east) / 2
    up = max((north - south) / 2, LEAST_KM / 2 / KM_PER_DEGREE)
    out = max((east - west) / 2, LEAST_KM / 2 / KM_PER_DEGREE / cos(radians(lat)))
    return MapBox(lat - up, lon - out, lat + up, lon + out)
