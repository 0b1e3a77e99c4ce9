"""Estimate the country of a point from the places around it.

The table has the places with at least 500 inhabitants on both sides of the border (GeoNames,
CC BY 4.0). A point belongs to the country of the nearest place, in case of doubt to Germany.
docs/places.md has the error rate.
"""

from functools import cache
from math import cos, pi, radians

from msgspec import Struct

from ..model.sphere import EARTH_RADIUS_KM, great_circle_km
from .centres import PointGrid, read_carried, read_columns

FILE = "border_places.bin"
MAGIC = "dispatch-border-places-1"

DOUBT_KM = 1.0
"""A point is foreign only if a foreign place is nearer than every German one by more than this."""

_RINGS_KM = (4.0, 12.0, 30.0, 60.0)
_KM_PER_DEGREE = EARTH_RADIUS_KM * pi / 180
_COLUMNS = "iiB"

_Found = tuple[float, float, float]
"""Distance in km, latitude, longitude."""


class BorderSide(Struct, frozen=True):
    """The country of a point, "" if no place is near, and its distance beyond the border, else 0.

    The border is assumed half-way between the nearest German and the nearest foreign place.
    """

    country: str
    beyond_km: float


class _BorderPlaces:
    """The places of the table, by country."""

    def __init__(self) -> None:
        (count, countries), body = read_carried(FILE, MAGIC)
        (lats, lons, self._country), _ = read_columns(body, int(count), _COLUMNS)
        self._countries = countries.split(",")
        self._points = PointGrid(lats, lons, range(int(count)))

    def nearest(self, lat: float, lon: float) -> tuple[_Found | None, _Found | None, str]:
        """Find the nearest German and the nearest foreign place within 60 km, and its country."""
        for km in _RINGS_KM:
            rows = km / _KM_PER_DEGREE
            columns = rows / max(0.01, cos(radians(lat)))
            german: _Found | None = None
            foreign: _Found | None = None
            country = ""
            for number in self._points.within(lat - rows, lat + rows, lon - columns, lon + columns):
                at = self._points.at(number)
                found = (great_circle_km(lat, lon, *at), *at)
                here = self._countries[self._country[number]]
                if found[0] > km:
                    continue
                if here == "DE":
                    german = min(german or found, found)
                elif foreign is None or found < foreign:
                    foreign, country = found, here
            if german and foreign:
                break
        return german, foreign, country


@cache
def _places() -> _BorderPlaces:
    return _BorderPlaces()


def side_of(lat: float, lon: float) -> BorderSide:
    """Find the country of a point, in case of doubt Germany."""
    german, foreign, country = _places().nearest(lat, lon)
    if foreign is None:
        return BorderSide("DE" if german else "", 0.0)
    if german is None:
        return BorderSide(country, foreign[0])
    if foreign[0] + DOUBT_KM >= german[0]:
        return BorderSide("DE", 0.0)
    apart_km = great_circle_km(*german[1:], *foreign[1:])
    return BorderSide(country, (german[0] ** 2 - foreign[0] ** 2) / (2 * apart_km))


def surely_german_km(border_km: float) -> float:
    """Return the radius round a German place within which every point is German.

    ``border_km`` is the distance from it to the nearest foreign place: a point ``s`` from the
    German place is at least ``border_km - s`` from the foreign one.
    """
    return (border_km + DOUBT_KM) / 2
