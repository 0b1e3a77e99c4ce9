"""Place badges and labels on a map so that none covers another one.

Everything is a box in units of the drawing. Greedy: what is placed first keeps the best place. The
same input gives the same places.
"""

from collections.abc import Iterator
from itertools import chain
from math import cos, hypot, pi, sin

from msgspec import Struct

from .projection import Point

_GAP = 3.0
_FARTHEST = 260.0
_GRID = 12.0
_TILE = 48.0


class Box(Struct, frozen=True):
    """A rectangle by its edges; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def round(cls, x: float, y: float, width: float, height: float) -> "Box":
        """Return a box round its middle."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def meets(self, other: "Box", gap: float = 0.0) -> bool:
        """Return whether two boxes are nearer to each other than a gap."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )


class Placement:
    """The boxes that are taken on a sheet, by the tiles that they touch."""

    def __init__(self, width: float, height: float) -> None:
        self._sheet = Box(0, 0, width, height)
        self._taken: dict[tuple[int, int], list[Box]] = {}

    def is_free(self, box: Box, gap: float = 0.0) -> bool:
        """Return whether a box lies on the sheet and meets no taken one."""
        sheet = self._sheet
        is_inside = (
            box.left >= sheet.left + _GAP
            and box.top >= sheet.top + _GAP
            and box.right <= sheet.right - _GAP
            and box.bottom <= sheet.bottom - _GAP
        )
        return is_inside and not any(
            box.meets(each, gap) for tile in _tiles(box, gap) for each in self._taken.get(tile, ())
        )

    def take(self, box: Box) -> Box:
        """Take a box, whether it is free or not."""
        for tile in _tiles(box, 0.0):
            self._taken.setdefault(tile, []).append(box)
        return box

    def badge(self, at: Point, size: float) -> Point:
        """Take the free square that is nearest to a point; returns its middle.

        Where the sheet is full, the square covers the point.
        """
        for x, y in chain([at], _rings(at, size + _GAP, _FARTHEST)):
            box = Box.round(x, y, size, size)
            if self.is_free(box):
                self.take(box)
                return x, y
        self.take(Box.round(*at, size, size))
        return at

    def label(
        self, at: Point, width: float, height: float, distance: float, *, is_needed: bool
    ) -> Box | None:
        """Take a free box beside a point: right, left, above, below, then farther away.

        One that is needed may stand anywhere on the sheet; None if no box is free.
        """
        places = _beside(at, width, height, distance)
        if is_needed:
            places = chain(places, self._anywhere(at, width, height))
        for box in places:
            if self.is_free(box, gap=1.0):
                return self.take(box)
        return None

    def _anywhere(self, at: Point, width: float, height: float) -> Iterator[Box]:
        """Yield boxes ever farther from a point, then those of a grid over the whole sheet."""
        for x, y in _rings(at, 30.0, _FARTHEST):
            yield Box.round(x, y, width, height)
        sheet = self._sheet
        columns = int((sheet.right - width) / _GRID) + 1
        rows = int((sheet.bottom - height) / _GRID) + 1
        spots = [
            (column * _GRID + width / 2, row * _GRID + height / 2)
            for column in range(columns)
            for row in range(rows)
        ]
        for x, y in sorted(spots, key=lambda spot: hypot(spot[0] - at[0], spot[1] - at[1])):
            yield Box.round(x, y, width, height)


def _tiles(box: Box, gap: float) -> Iterator[tuple[int, int]]:
    """Yield the tiles that a box touches with a gap around it."""
    first, last = int((box.left - gap) // _TILE), int((box.right + gap) // _TILE)
    top, bottom = int((box.top - gap) // _TILE), int((box.bottom + gap) // _TILE)
    for column in range(first, last + 1):
        for row in range(top, bottom + 1):
            yield column, row


def _beside(at: Point, width: float, height: float, distance: float) -> Iterator[Box]:
    """Yield the eight places round a point that touch it."""
    x, y = at
    out, up, slant = distance + width / 2, distance + height / 2, distance * 0.7
    yield Box.round(x + out, y, width, height)
    yield Box.round(x - out, y, width, height)
    for side in (1, -1):
        for way in (-1, 1):
            yield Box.round(
                x + side * (slant + width / 2), y + way * (slant + height / 2), width, height
            )
    for way in (-1, 1):
        yield Box.round(x, y + way * up, width, height)


def _rings(at: Point, first: float, last: float) -> Iterator[Point]:
    """Yield points on ever larger circles round a point."""
    x, y = at
    radius = first
    while radius <= last:
        count = max(8, int(2 * pi * radius / 14))
        for number in range(count):
            turn = 2 * pi * number / count - pi / 4
            yield x + radius * cos(turn), y + radius * sin(turn)
        radius += 8


_NARROW, _WIDE = frozenset("fijlrtI.,:;'|!()[]/ -"), frozenset("mwMWQ@%&…~")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate the width of a text in a sans-serif font, rather too wide than too narrow.

    No browser is asked: fonts differ. The widths are those of DejaVu Sans, a wide font.
    """
    from ..layout import cells

    units = 0.0
    for sign in text:
        if not sign.isascii() and cells(sign) == 2:
            units += 1.05
        elif sign in _NARROW:
            units += 0.4
        elif sign in _WIDE:
            units += 1.0
        else:
            units += 0.72 if sign.isupper() else 0.64
    return units * size * (1.1 if bold else 1.0)
