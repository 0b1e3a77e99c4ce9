"""Project positions to the drawing: Web Mercator on a sphere, as on most maps of the web.

The drawing is conformal: directions and small shapes are true. Its scale grows with the latitude by
1 / cos; the scale bar holds in the middle of the sheet.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import asin, atan, atan2, cos, degrees, exp, floor, log, log10, pi, radians, sin, tan

from msgspec import Struct

from ...results.map_scene import KM_PER_DEGREE, MapBox, MapCircle, Position, Ring

Point = tuple[float, float]
"""x to the right and y downwards, in units of the drawing (CSS pixels at its natural size)."""

_POLE = 85.05
_CORNERS = 72
_CUT = 20.0
"""Paths are cut off this far outside the sheet, so that the cut is not visible."""


class View(Struct, frozen=True):
    """A sheet of ``width`` x ``height`` with a middle.

    ``scale`` is the units of a radian at the equator.
    """

    lat: float
    lon: float
    scale: float
    width: float
    height: float

    def at(self, lat: float, lon: float) -> Point:
        """Return where a position lies on the drawing, also outside the sheet."""
        east = (lon - self.lon + 180) % 360 - 180
        x = self.width / 2 + self.scale * radians(east)
        return x, self.height / 2 - self.scale * (_mercator(lat) - _mercator(self.lat))

    def per_km(self) -> float:
        """Return the units of a kilometre in the middle of the sheet."""
        return self.scale / cos(radians(self.lat)) * radians(1) / KM_PER_DEGREE

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Return whether a point lies on the sheet, at least ``margin`` from its edges."""
        x, y = point
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def box(self) -> MapBox:
        """Return the part of the earth that the sheet shows."""
        out = degrees(self.width / 2 / self.scale)
        up = self.height / 2 / self.scale
        middle = _mercator(self.lat)
        return MapBox(
            _latitude(middle - up), self.lon - out, _latitude(middle + up), self.lon + out
        )


def fit_view(box: MapBox, width: float, height: float, margin: float) -> View:
    """Return the view that shows a box as large as possible, with a margin in units."""
    south, north = _mercator(box.south), _mercator(box.north)
    across = radians(box.east - box.west)
    scale = min((width - 2 * margin) / across, (height - 2 * margin) / (north - south))
    return View(_latitude((south + north) / 2), (box.west + box.east) / 2, scale, width, height)


def _mercator(lat: float) -> float:
    return log(tan(pi / 4 + radians(max(-_POLE, min(_POLE, lat))) / 2))


def _latitude(mercator: float) -> float:
    return degrees(2 * atan(exp(mercator)) - pi / 2)


def ring_of(circle: MapCircle, corners: int = _CORNERS) -> Ring:
    """Return a circle on the earth as a ring of positions, against the clock from the north."""
    lat, angle = radians(circle.lat), radians(circle.radius_km / KM_PER_DEGREE)
    found: list[Position] = []
    for number in range(corners):
        turn = -2 * pi * number / corners
        north = asin(sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(turn))
        east = atan2(sin(turn) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sin(north))
        found.append((degrees(north), circle.lon + degrees(east)))
    return tuple(found)


def clipped_ring(points: Sequence[Point], view: View) -> list[Point]:
    """Cut a ring to the sheet and a margin (Sutherland and Hodgman), so that no path is huge."""
    found = list(points)
    sides = ((0, -_CUT, 1), (0, view.width + _CUT, -1),
             (1, -_CUT, 1), (1, view.height + _CUT, -1))  # fmt: skip
    for axis, edge, sign in sides:
        found = list(_cut(found, axis, edge, sign))
        if not found:
            break
    return found


def is_whole_sheet(ring: Sequence[Point], view: View) -> bool:
    """Return whether all edges of a clipped ring come from the cut, outside the sheet."""
    ends = (-_CUT, view.width + _CUT), (-_CUT, view.height + _CUT)
    return all(
        any(
            abs(here[axis] - end) < 0.01 and abs(ring[number - 1][axis] - end) < 0.01
            for axis in (0, 1)
            for end in ends[axis]
        )
        for number, here in enumerate(ring)
    )


def _cut(points: Sequence[Point], axis: int, edge: float, sign: int) -> Iterator[Point]:
    """Yield the part of a ring on one side of a vertical (axis 0) or horizontal line."""
    for number, here in enumerate(points):
        before = points[number - 1]
        is_in, was_in = ((each[axis] - edge) * sign >= 0 for each in (here, before))
        if is_in != was_in:
            share = (edge - before[axis]) / (here[axis] - before[axis])
            crossing = [a + share * (b - a) for a, b in zip(before, here, strict=True)]
            yield crossing[0], crossing[1]
        if is_in:
            yield here


def thinned(points: Iterable[Point], least: float = 0.8) -> list[Point]:
    """Leave out points that are nearer than ``least`` units to the last one kept."""
    found: list[Point] = []
    for x, y in points:
        if not found or abs(x - found[-1][0]) >= least or abs(y - found[-1][1]) >= least:
            found.append((x, y))
    return found


def round_length(most: float) -> float:
    """Return the longest round number, 1, 2 or 5 times a power of ten, up to ``most``."""
    power: float = 10.0 ** floor(log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))


def path_of(rings: Iterable[Iterable[Point]], *, closed: bool) -> str:
    """Return the data of a path, to a tenth of a unit."""
    end = "Z" if closed else ""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + end
        for ring in map(list, rings)
        if ring
    )


def pin(kind: str, at: Point, more: str = "") -> str:
    """Open a group that keeps its size when a reader enlarges the map; its origin is a point."""
    x, y = at
    return (
        f'<g class="pin {kind}" data-x="{x:.1f}" data-y="{y:.1f}"{more}'
        f' transform="translate({x:.1f} {y:.1f})">'
    )
