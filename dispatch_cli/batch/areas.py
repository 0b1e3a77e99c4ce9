"""Convert areas for the kernel: a kind, a bounding circle, and the corners of polygons."""

from collections.abc import Iterable
from math import inf

from ..model import Area, Circle, Country, Polygon, Postcodes, Provider
from ..model.sphere import great_circle_km
from . import offer_kernel

_SLACK_KM = 2.0
"""More than the difference between the plane, in which a polygon is measured, and the sphere."""
_FAR_DEG = 45.0


def kind_of(area: Area) -> int:
    """Return the kernel's number for the kind of an area."""
    match area:
        case Circle():
            return offer_kernel.CIRCLE
        case Postcodes():
            return offer_kernel.POSTCODES
        case Polygon():
            return offer_kernel.POLYGON
        case Country():
            return offer_kernel.COUNTRY


def bounding_radius_km(provider: Provider) -> float:
    """Return the radius of a circle round the base that contains the area; it may be infinite.

    A place in a polygon is in the box of its corners. On a side of a box the distance from a point
    is largest at an end, if all of it is nearer than a quarter of the earth's circumference. Whole
    postcodes have no radius: a place has the list of its postcodes.
    """
    area = provider.area
    if isinstance(area, Circle):
        return area.radius_km
    if not isinstance(area, Polygon):
        return inf
    corners = [corner for rings in area.polygons for corner in rings[0]]
    lats = [lat for lat, _ in corners]
    turns = [(lon - provider.lon + 180) % 360 - 180 for _, lon in corners]
    if max(map(abs, turns)) > _FAR_DEG or max(map(abs, lats)) > 2 * _FAR_DEG - 5:
        return inf
    return _SLACK_KM + max(
        great_circle_km(provider.lat, 0.0, lat, turn)
        for lat in (min(lats), max(lats))
        for turn in (min(turns), max(turns))
    )


class AreaCorners:
    """The corners of the polygons of some areas, in columns.

    The polygons of area ``a`` are ``polygon_begin[a]`` up to ``polygon_begin[a + 1]``; the rings of
    a polygon and the corners of a ring follow the same rule.
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        self.polygon_begin, self.ring_begin, self.corner_begin = [0], [0], [0]
        self.corners: list[tuple[float, float]] = []
        for area in areas:
            polygons = area.polygons if isinstance(area, Polygon) else ()
            for rings in polygons:
                for ring in rings:
                    self.corners += ring
                    self.corner_begin.append(len(self.corners))
                self.ring_begin.append(len(self.corner_begin) - 1)
            self.polygon_begin.append(len(self.ring_begin) - 1)
