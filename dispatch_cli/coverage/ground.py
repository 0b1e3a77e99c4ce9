"""Find the postcodes that each provider reaches: those whose centre lies in its area.

A place is the index of a postcode in the table of all centres.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import cos, degrees, pi

from msgspec import Struct

from .. import geo
from ..model import Area, Circle, Country, Place, Postcodes, Provider
from ..model.sphere import EARTH_RADIUS_KM, great_circle_km
from ..notation.centres import centres
from ..notation.postcode_search import unit_vector
from .scope import CoverageScope

_SLACK = 2e-7
"""Radians, about a metre. A centre nearer to the edge of a circle is measured as by the gates."""


_Row = tuple[float, int, float, float, float, float]
"""Latitude, place, longitude, and x, y, z of the point on the unit sphere."""


class _CentreIndex:
    """All postcode centres, sorted by latitude."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        rows: list[_Row] = []
        for place, (code, lat, lon) in enumerate(centres().everything()):
            self.codes.append(code)
            rows.append((lat, place, lon, *unit_vector(lat, lon)))
        self._rows = sorted(rows)
        self._lats = [row[0] for row in self._rows]

    def places_in(self, area: Area, lat: float, lon: float) -> Iterator[int]:
        """Yield the places whose centres are inside an area, with the result of ``geo.fit``.

        ``lat`` and ``lon`` are the provider's position, in degrees.
        """
        match area:
            case Country():
                yield from range(len(self.codes))
            case Postcodes(ranges=ranges):
                for first, last in ranges:  # "0" after the last code finds the end of the range
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


class Reach(Struct, frozen=True):
    """The places of each region, the places of each provider, and the providers of each place.

    Providers are their indexes in the list given to ``reach_of``.
    """

    regions: dict[str, list[int]]
    places_of: list[list[int]]
    providers_of: list[list[int]]


def reach_of(providers: Sequence[Provider], scope: CoverageScope) -> Reach:
    """Find the places that each provider reaches, and the places of the regions."""
    known: dict[tuple[Area, float, float], list[int]] = {}
    centres_by_code = _CentreIndex()
    places_of = []
    for provider in providers:
        key = (provider.area, provider.lat, provider.lon)
        if key not in known:
            known[key] = sorted(set(centres_by_code.places_in(*key)))  # ranges may overlap
        places_of.append(known[key])
    providers_of: list[list[int]] = [[] for _ in centres_by_code.codes]
    for number, places in enumerate(places_of):
        for place in places:
            providers_of[place].append(number)
    regions: dict[str, list[int]] = {}
    for place, code in enumerate(centres_by_code.codes):
        region = scope.region_of(code)
        if region is not None:
            regions.setdefault(region, []).append(place)
    return Reach(regions, places_of, providers_of)
