"""Find the points at which the rings of a polygon cross or touch, in n log n steps.

A line sweeps the plane from west to east and keeps the edges that it meets in their order from
south to north: two edges that meet are neighbours before (Shamos & Hoey, FOCS 1976). Coordinates
are whole numbers of a common fraction of a degree, so that each turn has its exact sign.
"""

from collections.abc import Iterator, Sequence
from functools import cmp_to_key
from itertools import pairwise

from msgspec import Struct

from ..messages import Message, marked
from ..model.provider import Ring

_Point = tuple[int, int]
"""(lon, lat) in units of ``1 / scale`` degrees; such points have the order of the sweep."""
_Path = list[_Point]


class _Edge:
    """An edge from its western end to its eastern one; it begins at corner ``number``."""

    __slots__ = ("left", "number", "right", "ring")

    def __init__(self, start: _Point, end: _Point, ring: int, number: int) -> None:
        self.left, self.right = (start, end) if start < end else (end, start)
        self.ring, self.number = ring, number


class _Meeting(Struct, frozen=True):
    """A point where two edges meet, and how: they "cross", "touch" or lie "along" each other."""

    kind: str
    one: int
    other: int
    lon: float
    lat: float


def ring_faults(rings: Sequence[Ring]) -> list[Message]:
    """List the reasons why an outer ring and its holes are not an area, with their points.

    A ring encloses an area, and neither crosses nor touches itself. Holes lie in the outer ring.
    Two rings may touch in single points. Corners that follow each other and are equal count once.
    Of crossings only the westernmost one is listed.
    """
    scale = max(each.as_integer_ratio()[1] for ring in rings for corner in ring for each in corner)
    near_lon = rings[0][0][1]
    paths = [_path(ring, near_lon, scale) for ring in rings]
    faults = [fault for number, path in enumerate(paths) for fault in _own(path, number, scale)]
    if faults:
        return faults
    meeting, outside = _sweep(paths, scale)
    meeting = meeting or _crossing_corner(paths, scale)
    if meeting is not None:
        return [_worded(meeting)]
    return [
        Message(
            "{hole} lies outside the outer ring, at {point}",
            hole=_name(number),
            point=_shown(min(paths[number]), scale),
        )
        for number in outside
    ]


def _path(ring: Ring, near_lon: float, scale: int) -> _Path:
    """List the corners, equal neighbours once, whole on both sides of the date line."""
    path: _Path = []
    turn, before = 0, near_lon
    for lat, lon in ring:
        turn += 360 if lon - before < -180 else -360 if lon - before > 180 else 0
        before = lon
        point = (_whole(lon, scale) + turn * scale, _whole(lat, scale))
        if not path or point != path[-1]:
            path.append(point)
    while len(path) > 1 and path[0] == path[-1]:
        path.pop()
    return path


def _whole(degrees: float, scale: int) -> int:
    over, under = degrees.as_integer_ratio()
    return over * (scale // under)


def _own(path: _Path, number: int, scale: int) -> Iterator[Message]:
    """Find the faults of one ring that need no sweep: it has no area, or a corner twice."""
    far = max(path)
    if all(_turn(path[0], far, each) == 0 and _turn(min(path), far, each) == 0 for each in path):
        template = "{ring} has no area: all its points lie on one line, at {point}"
        yield Message(template, ring=_name(number), point=_shown(path[0], scale))
        return
    seen: set[_Point] = set()
    for point in path:
        if point in seen:
            template = "{ring} goes twice through the point {point}"
            yield Message(template, ring=_name(number), point=_shown(point, scale))
            return
        seen.add(point)


def _sweep(paths: Sequence[_Path], scale: int) -> tuple[_Meeting | None, list[int]]:
    """Find the westernmost edges that cross, or overlap, or touch within one ring.

    Without them the second value lists the holes that lie outside: south of the first edge of a
    hole, an even number of edges of the outer ring cross the sweeping line.
    """
    edges = [
        _Edge(start, end, ring, number)
        for ring, path in enumerate(paths)
        for number, (start, end) in enumerate(pairwise([*path, path[0]]))
    ]
    # At one point the edges that end there leave before those that begin there come.
    ends = [(edge.right, 0, place) for place, edge in enumerate(edges)]
    begins = [(edge.left, 1, place) for place, edge in enumerate(edges)]
    order: list[_Edge] = []
    outside: list[int] = []
    met = {0}
    for _, begins_here, place in sorted(ends + begins):
        edge = edges[place]
        if begins_here:
            at = _place(order, edge, edge.left, edge.right)
            order.insert(at, edge)
            if edge.ring not in met:
                met.add(edge.ring)
                if sum(each.ring == 0 for each in order[:at]) % 2 == 0:
                    outside.append(edge.ring)
            pairs = [order[max(0, at - 1) : at + 1], order[at : at + 2]]
        else:
            at = _place(order, edge, edge.right, edge.left)
            at = at if at < len(order) and order[at] is edge else order.index(edge)
            del order[at]
            pairs = [order[max(0, at - 1) : at + 1]]
        for pair in pairs:
            meeting = _meeting(pair[0], pair[1], paths, scale) if len(pair) == 2 else None
            if meeting is not None:
                return meeting, []
    return None, sorted(outside)


def _place(order: Sequence[_Edge], edge: _Edge, point: _Point, end: _Point) -> int:
    """Find the place of an edge in the order at one of its ends; ``end`` is the other one."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        other = order[middle]
        if other is edge:
            return middle
        side = _turn(other.left, other.right, point) or _turn(other.left, other.right, end)
        if side == 0:  # on one line: they overlap, which the caller finds
            return middle
        if side > 0:
            low = middle + 1
        else:
            high = middle
    return low


def _turn(start: _Point, end: _Point, point: _Point) -> int:
    """Return a number above 0 if a point lies left of a line, below 0 if right, 0 if on it."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _meeting(one: _Edge, other: _Edge, paths: Sequence[_Path], scale: int) -> _Meeting | None:
    """Find how two edges meet; common ends, and touching points of two rings, are none."""
    left, right = _turn(one.left, one.right, other.left), _turn(one.left, one.right, other.right)
    if left == right == 0:
        west = max(one.left, other.left)
        is_along = west < min(one.right, other.right)
        return _met("along", one, other, west, scale) if is_along else None
    begin, end = _turn(other.left, other.right, one.left), _turn(other.left, other.right, one.right)
    if (left < 0 < right or right < 0 < left) and (begin < 0 < end or end < 0 < begin):
        share = begin / (begin - end)
        lon = one.left[0] / scale + share * ((one.right[0] - one.left[0]) / scale)
        lat = one.left[1] / scale + share * ((one.right[1] - one.left[1]) / scale)
        return _Meeting("cross", *_in_order(one.ring, other.ring), lon, lat)
    for side, point, whole, edge in (
        (left, other.left, one, other),
        (right, other.right, one, other),
        (begin, one.left, other, one),
        (end, one.right, other, one),
    ):
        if side == 0 and whole.left < point < whole.right:
            if edge.ring == whole.ring:
                return _met("touch", one, other, point, scale)
            if _passes_through(paths[edge.ring], edge.number, point, whole):
                return _met("cross", one, other, point, scale)
    return None


def _passes_through(path: _Path, number: int, point: _Point, edge: _Edge) -> bool:
    """Return whether a path changes the side of an edge at a corner on it."""
    at = number if path[number] == point else (number + 1) % len(path)
    before = _turn(edge.left, edge.right, path[at - 1])
    behind = _turn(edge.left, edge.right, path[(at + 1) % len(path)])
    return before < 0 < behind or behind < 0 < before


def _met(kind: str, one: _Edge, other: _Edge, point: _Point, scale: int) -> _Meeting:
    rings = _in_order(one.ring, other.ring)
    return _Meeting(kind, *rings, point[0] / scale, point[1] / scale)


def _in_order(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _crossing_corner(paths: Sequence[_Path], scale: int) -> _Meeting | None:
    """Find a common corner where two rings cross; elsewhere they meet nowhere."""
    corners: dict[_Point, list[tuple[int, int]]] = {}
    for ring, path in enumerate(paths if len(paths) > 1 else ()):
        for number, point in enumerate(path):
            corners.setdefault(point, []).append((ring, number))
    for point, found in corners.items():
        if len(found) > 1:
            ways = [
                (way, ring)
                for ring, number in found
                for way in (paths[ring][number - 1], paths[ring][(number + 1) % len(paths[ring])])
            ]
            crossed = _interleaved(point, ways)
            if crossed:
                rings = _in_order(*crossed)
                return _Meeting("cross", *rings, point[0] / scale, point[1] / scale)
    return None


def _interleaved(point: _Point, ways: list[tuple[_Point, int]]) -> tuple[int, int] | None:
    """Find two rings whose ways from a point, two each, alternate around it."""

    def half(way: _Point) -> bool:
        return way > point

    def compare(one: tuple[_Point, int], other: tuple[_Point, int]) -> int:
        if half(one[0]) != half(other[0]):
            return -1 if half(one[0]) else 1
        turn = _turn(point, one[0], other[0])
        return -1 if turn > 0 else int(turn < 0)

    opened: list[int] = []
    for _, ring in sorted(ways, key=cmp_to_key(compare)):
        if opened and opened[-1] == ring:
            opened.pop()
        else:
            opened.append(ring)
    return (opened[0], opened[1]) if opened else None


_SENTENCES = {
    ("cross", True): marked("{ring} crosses itself at {point}"),
    ("touch", True): marked("{ring} touches itself at {point}"),
    ("along", True): marked("{ring} runs twice along the same line at {point}"),
    ("cross", False): marked("{other} crosses {ring} at {point}"),
    ("along", False): marked("{other} runs along {ring} at {point}"),
}


def _worded(meeting: _Meeting) -> Message:
    values = {"ring": _name(meeting.one), "point": _position(meeting.lon, meeting.lat)}
    is_own = meeting.one == meeting.other
    if not is_own:
        values["other"] = _name(meeting.other)
    return Message(_SENTENCES[meeting.kind, is_own], **values)


def _name(number: int) -> Message:
    return Message("hole {number}", number=number) if number else Message("the outer ring")


def _shown(point: _Point, scale: int) -> Message:
    return _position(point[0] / scale, point[1] / scale)


def _position(lon: float, lat: float) -> Message:
    """Make a position in the order of GeoJSON, rounded to a tenth of a metre."""
    return Message("lon {lon:.9g}, lat {lat:.9g}", lon=round(lon, 6), lat=round(lat, 6))
