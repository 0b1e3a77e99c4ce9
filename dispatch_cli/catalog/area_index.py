"""Find the areas that may hold a place, without reading the areas.

Every circle and polygon has a box, rounded outward; every area of postcodes has its ranges. A query
returns a superset of the providers whose area holds the place within its uncertainty:

- A point of a circle with angular radius r round latitude b is at most r from it in latitude and
  asin(sin r / cos b) in longitude, or anywhere in longitude if the circle contains a pole.
- If a circle is within the uncertainty u of the place, some point of it is within u of the place,
  so that the box of the circle meets the box of the circle with radius u round the place.
- ``geo.fit`` measures polygons in a plane that touches the place. There a distance u is
  u / cos(latitude of the place) in longitude, which the box of the place also covers.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain
from math import asin, ceil, cos, degrees, floor, pi, radians, sin

from msgspec import Struct

from ..model import Circle, Country, Place, Polygon, Postcodes, Provider
from ..model.provider import Ring
from ..model.sphere import EARTH_RADIUS_KM

_PER_DEGREE = 100_000
_SLACK = 2
"""Steps of about a metre by which boxes are enlarged, against rounding."""
_FULL_TURN = 360 * _PER_DEGREE
# West of every longitude and east of every longitude plus a full turn.
_EVERYWHERE = (-180 * _PER_DEGREE - _SLACK, 540 * _PER_DEGREE + _SLACK)

Box = tuple[int, int, int, int]
"""South, north, west, east; west is in -180 … 180, east may lie beyond 180."""


class AreaIndex(Struct, frozen=True, array_like=True):
    """The boxes and ranges of all areas; the numbers are positions in the order of the file.

    The columns are four-byte integers as bytes, as they are stored. Boxes are sorted by their
    south side and ranges by their first code, so that a query can stop early.
    """

    south: bytes
    north: bytes
    west: bytes
    east: bytes
    box_of: bytes
    first: bytes
    last: bytes
    range_of: bytes
    everywhere: bytes
    """The numbers of the providers that serve the whole country."""

    def near(self, place: Place) -> list[int]:
        """List the numbers of areas that may hold a place within its uncertainty, in order."""
        found = set(_numbers(self.everywhere))
        found.update(self._by_box(place))
        codes = {int(code) for code in (place.postcode, *place.postcodes) if code.isdecimal()}
        if codes:
            found.update(self._by_postcode(codes))
        return sorted(found)

    def _by_box(self, place: Place) -> Iterable[int]:
        south, north, west, east = _box_round(place)
        souths = _numbers(self.south)
        stop = bisect_right(souths, north)
        if not stop:
            return
        rest = (self.north, self.west, self.east, self.box_of)
        norths, wests, easts, owners = (_numbers(packed)[:stop] for packed in rest)
        outer_west, outer_east = min(wests), max(easts)
        for turn in (-_FULL_TURN, 0, _FULL_TURN):
            from_west, to_east = west + turn, east + turn
            if outer_west <= to_east and from_west <= outer_east:
                boxes = zip(norths, wests, easts, owners, strict=True)
                yield from [
                    number
                    for n, w, e, number in boxes
                    if south <= n and w <= to_east and from_west <= e
                ]

    def _by_postcode(self, codes: set[int]) -> Iterable[int]:
        low, high = min(codes), max(codes)
        stop = bisect_right(_numbers(self.first), high)
        columns = (self.first, self.last, self.range_of)
        for first, last, number in zip(*(_numbers(c)[:stop] for c in columns), strict=True):
            if low <= last and any(first <= code <= last for code in codes):
                yield number


def _numbers(packed: bytes) -> "memoryview[int]":
    return memoryview(packed).cast("i")


def make_area_index(providers: Sequence[Provider]) -> AreaIndex:
    """Make the index of all areas."""
    boxes: list[tuple[int, ...]] = []
    ranges: list[tuple[int, ...]] = []
    everywhere: list[tuple[int, ...]] = []
    for number, provider in enumerate(providers):
        match provider.area:
            case Country():
                everywhere.append((number,))
            case Postcodes(ranges=found):
                ranges += ((int(first), int(last), number) for first, last in found)
            case Circle(radius_km=radius_km):
                boxes.append((*_circle_box(provider.lat, provider.lon, radius_km), number))
            case Polygon(polygons=polygons):
                boxes.append((*_polygon_box(chain.from_iterable(polygons)), number))
    return AreaIndex(*_columns(boxes, 5), *_columns(ranges, 3), *_columns(everywhere, 1))


def _columns(rows: list[tuple[int, ...]], width: int) -> list[bytes]:
    """Pack sorted rows column by column."""
    columns = zip(*sorted(rows), strict=True) if rows else [()] * width
    return [array("i", column).tobytes() for column in columns]


def _circle_box(lat: float, lon: float, radius_km: float, *, plane: bool = False) -> Box:
    """Make the box of a circle on the sphere; with ``plane`` also in the plane that touches it."""
    angle = min(radius_km / EARTH_RADIUS_KM, pi)
    reach = degrees(angle)
    south, north = lat - reach, lat + reach
    # Within a hundredth of a degree of a pole the box has all longitudes.
    if south <= -89.99 or north >= 89.99:
        return _outward(south, north, None)
    spread = degrees(asin(min(1.0, sin(angle) / cos(radians(lat)))))
    if plane:
        spread = max(spread, reach / cos(radians(lat)))
    return _outward(south, north, (lon - spread, lon + spread) if spread < 179 else None)


def _polygon_box(rings: Iterable[Ring]) -> Box:
    """Make the box of all corners; across the date line it has all longitudes."""
    corners = [corner for ring in rings for corner in ring]
    lats = [lat for lat, _ in corners]
    lons = [lon for _, lon in corners]
    west, east = min(lons), max(lons)
    return _outward(min(lats), max(lats), (west, east) if east - west < 179 else None)


def _box_round(place: Place) -> Box:
    return _circle_box(place.lat, place.lon, place.uncertainty_km, plane=True)


def _outward(south: float, north: float, lons: tuple[float, float] | None) -> Box:
    """Round a box outward to whole steps; without ``lons`` it has all longitudes."""
    s, n = floor(south * _PER_DEGREE) - _SLACK, ceil(north * _PER_DEGREE) + _SLACK
    if lons is None:
        return s, n, *_EVERYWHERE
    w, e = floor(lons[0] * _PER_DEGREE) - _SLACK, ceil(lons[1] * _PER_DEGREE) + _SLACK
    return s, n, w, e
