"""Who reaches what: every postcode centre, held against every area.

A place is the number of a postcode in the table of all centres.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import cos, degrees, pi

from msgspec import Struct

from .. import geo
from ..model import Area, Circle, Country, Place, Postcodes, Provider
from ..model.sphere import EARTH_RADIUS_KM, great_circle_km
from ..notation.centres import centres
from ..notation.postcodes import unit_vector
from .stretch import Stretch

_SLACK = 2e-7
"""Radians, about a metre: nearer than that to its edge, a circle is measured as the gates do."""


_Row = tuple[float, int, float, float, float, float]
"""Latitude, place, longitude, and the point on the unit sphere."""


class _Centres:
    """All postcode centres, for many areas to be held against."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        rows: list[_Row] = []
        for place, (code, lat, lon) in enumerate(centres().everything()):
            self.codes.append(code)
            rows.append((lat, place, lon, *unit_vector(lat, lon)))
        self._rows = sorted(rows)
        self._lats = [row[0] for row in self._rows]

    def held(self, area: Area, lat: float, lon: float) -> Iterator[int]:
        """The places whose centres lie in an area, as ``geo.fit`` judges a point there."""
        match area:
            case Country():
                yield from range(len(self.codes))
            case Postcodes(ranges=ranges):
                for first, last in ranges:  # a longer code sorts right behind the last
                    begin, end = bisect_left(self.codes, first), bisect_left(self.codes, last + "0")
                    yield from range(begin, end)
            case Circle(radius_km=radius_km):
                yield from self._in_circle(lat, lon, radius_km)
            case _:
                corners = [corner for rings in area.polygons for corner in rings[0]]
                for row in self._between(min(corners)[0], max(corners)[0]):
                    place_lat, place, place_lon = row[:3]
                    if geo.fit(area, lat, lon, Place(lat=place_lat, lon=place_lon))[0] == "inside":
                        yield place

    def _between(self, south: float, north: float) -> list[_Row]:
        return self._rows[bisect_left(self._lats, south) : bisect_right(self._lats, north)]

    def _in_circle(self, lat: float, lon: float, radius_km: float) -> list[int]:
        angle = radius_km / EARTH_RADIUS_KM
        reach = degrees(angle + _SLACK)
        a, b, c = unit_vector(lat, lon)
        outside, inside = cos(min(pi, angle + _SLACK)), cos(max(0.0, angle - _SLACK))
        # The dot product is the cosine of the angle between the two.
        near = [
            (nearness > inside, place, place_lat, place_lon)
            for place_lat, place, place_lon, x, y, z in self._between(lat - reach, lat + reach)
            if (nearness := a * x + b * y + c * z) > outside
        ]
        return [
            place
            for is_sure, place, place_lat, place_lon in near
            if is_sure or great_circle_km(lat, lon, place_lat, place_lon) <= radius_km
        ]


class Ground(Struct, frozen=True):
    """Who reaches what; a place is the number of a postcode in the table of all centres."""

    regions: dict[str, list[int]]
    reach: list[list[int]]
    """By provider: the places."""
    near: list[list[int]]
    """By place: the providers."""


def ground_of(who: Sequence[Provider], stretch: Stretch) -> Ground:
    """Find out who reaches which postcodes of the regions."""
    known: dict[tuple[Area, float, float], list[int]] = {}
    centres_by_code = _Centres()
    reach = []
    for provider in who:
        key = (provider.area, provider.lat, provider.lon)
        if key not in known:
            known[key] = sorted(set(centres_by_code.held(*key)))  # ranges may overlap
        reach.append(known[key])
    near: list[list[int]] = [[] for _ in centres_by_code.codes]
    for number, places in enumerate(reach):
        for place in places:
            near[place].append(number)
    regions: dict[str, list[int]] = {}
    for place, code in enumerate(centres_by_code.codes):
        region = stretch.region_of(code)
        if region is not None:
            regions.setdefault(region, []).append(place)
    return Ground(regions, reach, near)
