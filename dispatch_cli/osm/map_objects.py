"""The objects of a map that an import needs, without their library."""

from collections.abc import Mapping

from msgspec import Struct

Tags = Mapping[str, str]


class MapObject(Struct, frozen=True):
    """A node, or the centre of a closed way or multipolygon; ``id`` is like ``n123``.

    Without a position (an open line, a group of objects) ``lat`` and ``lon`` are None.
    """

    id: str
    tags: Tags
    lat: float | None
    lon: float | None


class MapNode(Struct, frozen=True):
    """A kilometre post or an exit of a motorway."""

    id: int
    lat: float
    lon: float
    tags: Tags


class MapWay(Struct, frozen=True):
    """A piece of a motorway or ramp; None stands for a node whose position the file lacks."""

    id: int
    nodes: tuple[tuple[int, float, float] | None, ...]
    tags: Tags


class MapContent(Struct, frozen=True):
    """All objects of a file that an import needs; ``as_of`` is the date of its data, or empty."""

    as_of: str
    objects: tuple[MapObject, ...]
    road_nodes: tuple[MapNode, ...]
    ways: tuple[MapWay, ...]
