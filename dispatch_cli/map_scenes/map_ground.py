"""Find what lies below the facts of a map: the roads that are known, and the larger towns."""

from collections.abc import Iterable

from ..notation.carried_towns import towns_within
from ..results.map_scene import MapBox, MapGround, MapTown, RoadLine, Roads

MOST_TOWNS = 40
"""The towns of a sheet, those with most inhabitants first; the drawing names those that fit."""

_MARGIN = 0.5


def ground_of(boxes: Iterable[MapBox], roads: Roads = Roads()) -> MapGround:
    """Return the ground of some sheets; roads that touch no sheet are left out."""
    wide = [box.grown(_MARGIN) for box in boxes]
    towns: dict[MapTown, None] = {}
    for box in wide:
        for town in towns_within(box.south, box.west, box.north, box.east, MOST_TOWNS):
            towns[MapTown(town.name, town.lat, town.lon, town.inhabitants)] = None
    near = tuple(road for road in roads.lines if any(_touches(road, box) for box in wide))
    return MapGround(Roads(near, roads.as_of) if near else Roads(), tuple(towns))


def _touches(road: RoadLine, box: MapBox) -> bool:
    """Return whether the box of a road meets a box."""
    lats, lons = [lat for lat, _ in road.points], [lon for _, lon in road.points]
    return (
        bool(lats)
        and min(lats) <= box.north
        and max(lats) >= box.south
        and min(lons) <= box.east
        and max(lons) >= box.west
    )
