"""The table of German postcodes: point, radius, Land, municipality and towns of each.

``tools/build_postcodes.py`` makes the file, which is available under the ODbL 1.0, from GeoNames
(CC BY 4.0) and OpenStreetMap (ODbL 1.0); docs/places.md describes it.
Points have steps of 1/10,000 degree, about 10 m, and are kept as whole numbers of such steps. The
names come last in the file and are unpacked at their first use.
"""

import os
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import ceil, floor

from msgspec import Struct

from ..errors import SentenceError

FILE = "postcodes.bin"
MAGIC = "dispatch-postcodes-1"
STEPS_PER_KM = 100
"""Radii and distances to the border are kept in steps of 10 m."""

_STEPS_PER_DEGREE = 10_000
_STEPS_PER_CELL = 1_000
_COLUMNS = "IiiHHHB"


class PostcodeArea(Struct, frozen=True, kw_only=True):
    """A row of the table.

    ``towns`` are the places in the postcode, the best known first. ``municipality`` is the city of
    its own in which it lies; it is empty in a Landkreis, where the source names only the Landkreis
    (``district``). ``border_km`` is the distance from the point to the nearest foreign place, at
    most 50.
    """

    postcode: str
    lat: float
    lon: float
    radius_km: float
    land: str
    border_km: float
    towns: tuple[str, ...]
    municipality: str
    district: str


def to_units(degrees: float) -> int:
    """Convert degrees to the steps of the tables."""
    return round(degrees * _STEPS_PER_DEGREE)


class PointGrid:
    """Points by latitude, in cells of a tenth of a degree that are made at their first use."""

    def __init__(self, lats: "array[int]", lons: "array[int]", by_lat: "Sequence[int]") -> None:
        self._lats, self._lons, self._by_lat = lats, lons, by_lat
        self._cells: dict[int, dict[int, list[int]]] = {}

    def at(self, number: int) -> tuple[float, float]:
        """Return the position of a point by its number, (lat, lon)."""
        return self._lats[number] / _STEPS_PER_DEGREE, self._lons[number] / _STEPS_PER_DEGREE

    def within(self, south: float, north: float, west: float, east: float) -> list[int]:
        """List the numbers of all points in a box in degrees, edges included."""
        if not self._by_lat:
            return []
        low, high = ceil(south * _STEPS_PER_DEGREE - 1e-6), floor(north * _STEPS_PER_DEGREE + 1e-6)
        left, right = ceil(west * _STEPS_PER_DEGREE - 1e-6), floor(east * _STEPS_PER_DEGREE + 1e-6)
        first, last = left // _STEPS_PER_CELL, right // _STEPS_PER_CELL
        found: list[int] = []
        for row in range(
            max(low, self._lats[self._by_lat[0]]) // _STEPS_PER_CELL,
            min(high, self._lats[self._by_lat[-1]]) // _STEPS_PER_CELL + 1,
        ):
            cells = self._cells.get(row) or self._cells.setdefault(row, self._cut(row))
            if last - first < len(cells):
                for cell in range(first, last + 1):
                    found += cells.get(cell, ())
            else:
                for each in cells.values():
                    found += each
        return [
            number
            for number in found
            if low <= self._lats[number] <= high and left <= self._lons[number] <= right
        ]

    def _cut(self, row: int) -> dict[int, list[int]]:
        lat_of = self._lats.__getitem__
        first = bisect_left(self._by_lat, row * _STEPS_PER_CELL, key=lat_of)
        last = bisect_left(self._by_lat, (row + 1) * _STEPS_PER_CELL, key=lat_of)
        cells: dict[int, list[int]] = {}
        for number in self._by_lat[first:last]:
            cells.setdefault(self._lons[number] // _STEPS_PER_CELL, []).append(number)
        return cells


class Centres:
    """The table, its rows by ascending postcode."""

    def __init__(
        self, dated: str, lands: Sequence[str], columns: "Sequence[array[int]]", names: bytes
    ) -> None:
        self.dated = dated
        """Day of the source, such as ``2026-03-30``."""
        self._lands, self._packed_names = lands, names
        self._codes, lats, lons, by_lat, self._radii, self._borders, self._land = columns
        self._points = PointGrid(lats, lons, by_lat)

    def _number(self, postcode: str) -> int | None:
        if not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
            return None
        number = bisect_left(self._codes, int(postcode))
        if number == len(self._codes) or self._codes[number] != int(postcode):
            return None
        return number

    def of(self, postcode: str) -> tuple[float, float] | None:
        """Return the centre of a postcode, (lat, lon), or None if it has no area."""
        number = self._number(postcode)
        return None if number is None else self._points.at(number)

    def radius_km(self, postcode: str) -> float:
        """Return the radius that holds nine of ten addresses; raises KeyError if it is unknown."""
        return self._radii[self._known(postcode)] / STEPS_PER_KM

    def border_km(self, postcode: str) -> float:
        """Return the distance to the nearest foreign place, at most 50 km; raises KeyError."""
        return self._borders[self._known(postcode)] / STEPS_PER_KM

    def land(self, postcode: str) -> str:
        """Return the Land of a postcode; of one without an area, that of the next smaller one."""
        return self._lands[self._land[bisect_left(self._codes, int(postcode) + 1) - 1]]

    def area(self, postcode: str) -> PostcodeArea | None:
        """Return the whole row of a postcode, or None if it has no area."""
        number = self._number(postcode)
        if number is None:
            return None
        lat, lon = self._points.at(number)
        municipality, district, *towns = self._names()[number].decode().split("\t")
        return PostcodeArea(
            postcode=postcode,
            lat=lat,
            lon=lon,
            radius_km=self.radius_km(postcode),
            land=self.land(postcode),
            border_km=self.border_km(postcode),
            towns=tuple(towns),
            municipality=municipality,
            district=district,
        )

    def all_towns(self) -> Iterator[tuple[str, list[str]]]:
        """Iterate over all postcodes with the names of their places, by code."""
        for code, row in zip(self._codes, self._names(), strict=True):
            yield f"{code:05d}", row.decode().split("\t")[2:]

    def within(
        self, south: float, north: float, west: float, east: float
    ) -> list[tuple[str, float, float]]:
        """List all (postcode, lat, lon) in a box in degrees, edges included."""
        return [self._row(number) for number in self._points.within(south, north, west, east)]

    def everything(self, prefix: str = "") -> Iterator[tuple[str, float, float]]:
        """Iterate over the (postcode, lat, lon) of all postcodes with a prefix, by code."""
        first = bisect_left(self._codes, int(prefix.ljust(5, "0")))
        last = bisect_left(self._codes, int(prefix.ljust(5, "9")) + 1)
        return map(self._row, range(first, last))

    def _row(self, number: int) -> tuple[str, float, float]:
        return (f"{self._codes[number]:05d}", *self._points.at(number))

    def _known(self, postcode: str) -> int:
        number = self._number(postcode)
        if number is None:
            raise KeyError(postcode)
        return number

    def _names(self) -> list[bytes]:
        return _unpacked_names(self._packed_names)


@cache
def _unpacked_names(packed: bytes) -> list[bytes]:
    import zlib

    return zlib.decompress(packed).split(b"\n")  # decoding all rows would take as long again


def read_columns(body: bytes, count: int, kinds: str) -> "tuple[list[array[int]], bytes]":
    """Read columns of little-endian integers; the second value has the bytes behind them."""
    columns: list[array[int]] = []
    ends = [0]
    for kind in kinds:
        column: array[int] = array(kind)
        ends.append(ends[-1] + count * column.itemsize)
        columns.append(column)
    for column, (start, end) in zip(columns, pairwise(ends), strict=True):
        column.frombytes(body[start:end])
        if sys.byteorder == "big":
            column.byteswap()
    return columns, body[ends[-1] :]


def read_carried(name: str, magic: str) -> tuple[list[str], bytes]:
    """Read a table that the package contains: the words of its first line, and its body.

    Raises ValueError if its first word is not ``magic``.
    """
    with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
        head, body = file.readline().decode().split(), file.read()
    if not head or head[0] != magic:
        raise SentenceError(
            "{table} does not begin with {magic}; install the program again",
            table=name,
            magic=magic,
        )
    return head[1:], body


def read_table() -> Centres:
    """Read the table of postcodes from its file."""
    (dated, count, lands), body = read_carried(FILE, MAGIC)
    columns, names = read_columns(body, int(count), _COLUMNS)
    return Centres(dated, lands.split(","), columns, names)


@cache
def centres() -> Centres:
    """Return the table of postcodes, read at its first use."""
    return read_table()
