"""Read a file of OpenStreetMap with the library osmium, which the extra "osm" installs."""

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from ..errors import BadDataError, Problem, UnavailableError
from ..messages import Message
from .map_objects import MapContent, MapNode, MapObject, MapWay

Progress = Callable[[float | None], None]
"""Takes the share of the file that is read, 0 to 1; None if the system does not tell it (any
more: the file is closed before its last objects are handled)."""

_ROAD_NODES = (("highway", "milestone"), ("highway", "motorway_junction"))
_ROAD_WAYS = (("highway", "motorway"), ("highway", "motorway_link"))
_MISSING = "this command needs the library osmium"
_HINT = "pip install 'roadside-dispatch[osm]'"
_FORMATS = "use an extract in the format .osm.pbf, such as those of download.geofabrik.de"
_EVERY = 500
"""Objects between two reports of the progress."""


def read_map(path: Path, kinds: Collection[tuple[str, str]], progress: Progress) -> MapContent:
    """Read the objects with one of the tags ``kinds``, and the motorways with their posts.

    Raises UnavailableError without the library osmium, BadDataError for a file that cannot be read
    to its end.
    """
    try:
        import osmium
    except ImportError:
        raise UnavailableError(_MISSING, hint=_HINT) from None
    _check_file(path)
    wanted = set(kinds)
    objects: list[MapObject] = []
    nodes: list[MapNode] = []
    ways: list[MapWay] = []
    newest = ""
    left_over: dict[str, dict[str, str]] = {}
    try:
        for each in _entities(path, kinds, progress):
            tags = dict(each.tags)
            road = ("highway", tags.get("highway", ""))
            if each.is_node() and road in _ROAD_NODES:
                nodes.append(MapNode(each.id, each.location.lat, each.location.lon, tags))
            elif each.is_way() and road in _ROAD_WAYS:
                ways.append(MapWay(each.id, tuple(map(_node, each.nodes)), tags))
            if wanted.isdisjoint(tags.items()):
                continue
            newest = max(newest, f"{each.timestamp:%Y-%m-%d}")
            if each.is_node():
                objects.append(MapObject(f"n{each.id}", tags, each.lat, each.lon))
            elif each.is_area():
                name = f"{'w' if each.from_way() else 'r'}{each.orig_id()}"
                left_over.pop(name, None)
                objects.append(MapObject(name, tags, *_centre(each)))
            else:
                left_over[f"{each.type_str()}{each.id}"] = tags
        with osmium.io.Reader(os.fspath(path)) as reader:
            as_of = reader.header().get("osmosis_replication_timestamp")[:10]
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise _unreadable(path, error) from None
    objects += [MapObject(name, tags, None, None) for name, tags in left_over.items()]
    newest = "" if newest.startswith("1970") else newest
    return MapContent(as_of or newest, tuple(objects), tuple(nodes), tuple(ways))


def _entities(path: Path, kinds: Collection[tuple[str, str]], progress: Progress) -> Iterator[Any]:
    """Iterate over all objects that are needed, and report the progress."""
    import osmium

    found = (
        osmium.FileProcessor(os.fspath(path))
        .with_areas(osmium.filter.TagFilter(*kinds))
        .with_filter(osmium.filter.TagFilter(*kinds, *_ROAD_NODES, *_ROAD_WAYS))
    )
    size = path.stat().st_size
    for number, each in enumerate(found):
        if number % _EVERY == 0:
            progress(share_read(path, size))
        yield each


def share_read(path: Path, size: int) -> float | None:
    """Return the share of a file that this process has read, where the system tells it (Linux)."""
    try:
        for name in os.listdir("/proc/self/fd"):
            if os.path.samefile(f"/proc/self/fd/{name}", path):
                with open(f"/proc/self/fdinfo/{name}", encoding="ascii") as info:
                    return min(int(info.readline().split()[1]) / max(size, 1), 1.0)
    except (OSError, ValueError, IndexError):
        pass
    return None


def _node(node: Any) -> tuple[int, float, float] | None:
    return (node.ref, node.lat, node.lon) if node.location.valid() else None


def _centre(area: Any) -> tuple[float, float]:
    """Return the middle of the box round the outer rings of an area."""
    points = [(node.lat, node.lon) for ring in area.outer_rings() for node in ring]
    lats, lons = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _check_file(path: Path) -> None:
    """Refuse what is no readable regular file; the library would not say why."""
    try:
        if not path.is_file():
            missing = "it is not a regular file" if path.exists() else "there is no such file"
            raise BadDataError(Problem(missing, file=str(path)))
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        raise BadDataError(
            Problem.at(path, "it cannot be read: {reason}", reason=error.strerror or error)
        ) from None
    if is_empty:
        raise BadDataError(Problem("it is empty", file=str(path)), hint=_FORMATS)


def _unreadable(path: Path, error: Exception) -> BadDataError:
    text = str(error)
    if any(part in text for part in ("unexpected EOF", "no element found", "unclosed token")):
        problem = Problem("the file ends too early: it was not downloaded whole", file=str(path))
        return BadDataError(problem, hint="download it again")
    if "format" in text and "filename" in text:
        problem = Problem("its name does not end in .osm.pbf or .osm", file=str(path))
        return BadDataError(problem, hint=_FORMATS)
    reason = Message("it is not a readable file of OpenStreetMap: {reason}", reason=text)
    return BadDataError(Problem(reason, file=str(path)), hint=_FORMATS)
