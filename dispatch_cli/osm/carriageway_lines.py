"""Join the ways of motorways to carriageways, each in its direction of travel."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import atan2, cos, pi, radians

from msgspec import Struct

from .map_objects import MapWay

MOTORWAY, RAMP = "motorway", "motorway_link"
_REF = re.compile(r"\s*A\s*([0-9]{1,3})\s*")
Node = tuple[int, float, float]
"""Id, latitude and longitude."""


class Line(Struct, frozen=True):
    """A carriageway as a chain of nodes; ``signs`` are a node and a town for each destination."""

    road: str
    nodes: tuple[Node, ...]
    signs: tuple[tuple[int, str], ...]


def roads_of(ref: str) -> list[str]:
    """Return the motorways in a tag ``ref``: "A 5;A 67" is A5 and A67."""
    found = (_REF.fullmatch(part) for part in ref.split(";"))
    return [f"A{int(match[1])}" for match in found if match]


def destinations_of(text: str) -> list[str]:
    """Return the towns in a tag ``destination``."""
    return [name for part in text.split(";") if (name := " ".join(part.split()))]


def pieces(way: MapWay) -> Iterator[tuple[Node, ...]]:
    """Cut a way at nodes without a position; each piece has two nodes or more, as it is driven."""
    nodes = way.nodes[::-1] if way.tags.get("oneway") == "-1" else way.nodes
    piece: list[Node] = []
    for node in (*nodes, None):
        if node is not None:
            piece.append(node)
            continue
        if len(piece) > 1:
            yield tuple(piece)
        piece = []


def carriageway_lines(ways: Iterable[MapWay]) -> list[Line]:
    """Join the ways of each motorway to lines that are as long as possible.

    Where several ways continue a line, the straightest one does.
    """
    by_road: dict[str, list[tuple[tuple[Node, ...], tuple[str, ...]]]] = defaultdict(list)
    for way in sorted(ways, key=lambda each: each.id):
        if way.tags.get("highway") != MOTORWAY:
            continue
        towns = tuple(destinations_of(way.tags.get("destination", "")))
        for road in roads_of(way.tags.get("ref", "")):
            by_road[road] += [(nodes, towns) for nodes in pieces(way)]
    order = sorted(by_road, key=lambda road: int(road[1:]))
    return [line for road in order for line in _joined(road, by_road[road])]


def _joined(road: str, parts: Sequence[tuple[tuple[Node, ...], tuple[str, ...]]]) -> Iterator[Line]:
    starts: dict[int, list[int]] = defaultdict(list)
    for number, (nodes, _) in enumerate(parts):
        starts[nodes[0][0]].append(number)
    ends = {nodes[-1][0] for nodes, _ in parts}
    used: set[int] = set()
    # First those that continue no other part; what is left after them are circles.
    firsts = [each for each in range(len(parts)) if parts[each][0][0][0] not in ends]
    for first in (*firsts, *range(len(parts))):
        if first in used:
            continue
        chain, number = [first], first
        used.add(first)
        while following := [each for each in starts[parts[number][0][-1][0]] if each not in used]:
            last = parts[number][0]
            bends = [(_bend(last, parts[each][0]), each) for each in following]
            number = min(bends)[1]
            used.add(number)
            chain.append(number)
        rest = (node for each in chain[1:] for node in parts[each][0][1:])
        nodes = (*parts[first][0], *rest)
        signs = ((parts[each][0][0][0], town) for each in chain for town in parts[each][1])
        if any(before[1:] != after[1:] for before, after in pairwise(nodes)):
            yield Line(road, nodes, tuple(signs))


def _bend(before: Sequence[Node], after: Sequence[Node]) -> float:
    """Return the change of direction in radians where one part continues another."""
    turn = abs(_bearing(before[-2], before[-1]) - _bearing(after[0], after[1]))
    return min(turn, 2 * pi - turn)


def _bearing(one: Node, other: Node) -> float:
    return atan2((other[2] - one[2]) * cos(radians(one[1])), other[1] - one[1])
