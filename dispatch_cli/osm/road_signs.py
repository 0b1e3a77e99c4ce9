"""Find the destinations of carriageways: signs on their own ways, and on ramps that lead to one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from .carriageway_lines import RAMP, Line, Node, destinations_of, pieces, roads_of
from .map_objects import MapWay

_MOST_RAMPS = 40
"""How many ramps are followed from one sign; an interchange has fewer."""

NumberedSign = tuple[int, int, str]
"""The number of a line, the number of a node on it, and the town."""
_Place = tuple[int, int]
"""The number of a line, and the number of a node on it."""


def signs_on(lines: Sequence[Line], ways: Sequence[MapWay]) -> set[NumberedSign]:
    """Return all signs of all lines.

    A sign on a ramp counts if the map has all that follows the ramp, and only one carriageway: of
    the motorway that its tag ``destination:ref`` names, or without that tag of any motorway. The
    signs of an exit do not count for the carriageway that it leaves, even where the map has a ramp
    behind the exit that leads back to it.
    """
    found: set[NumberedSign] = set()
    for number, line in enumerate(lines):
        positions = {node[0]: position for position, node in enumerate(line.nodes)}
        found |= {(number, positions[node], town) for node, town in line.signs}
    ramps = _Ramps(lines, ways)
    for way, piece in ramps.all:
        towns = destinations_of(way.tags.get("destination", ""))
        if towns:
            found |= {(*place, town) for place in ramps.led_to(way, piece) for town in towns}
    return found


class _Ramps:
    """The ramps of a map, and where they meet carriageways."""

    def __init__(self, lines: Sequence[Line], ways: Sequence[MapWay]) -> None:
        self._lines = lines
        self._on_line: dict[int, list[_Place]] = defaultdict(list)
        for number, line in enumerate(lines):
            for position, node in enumerate(line.nodes):
                self._on_line[node[0]].append((number, position))
        self.all = [
            (way, piece)
            for way in sorted(ways, key=lambda each: each.id)
            if way.tags.get("highway") == RAMP
            for piece in pieces(way)
        ]
        self._ends: dict[int, list[int]] = defaultdict(list)
        self._starts: dict[tuple[int, str], list[int]] = defaultdict(list)
        for way, piece in self.all:
            first, last = piece[0][0], piece[-1][0]
            self._ends[first].append(last)
            self._starts[last, way.tags.get("destination", "")].append(first)

    def led_to(self, way: MapWay, piece: Sequence[Node]) -> Iterator[_Place]:
        """Yield where the sign of a ramp counts: at most one carriageway."""
        reached = self._reached(piece[-1][0])
        named = way.tags.get("destination:ref")
        if named is not None:
            roads = roads_of(named)
            reached = {place for place in reached if self._lines[place[0]].road in roads}
        left = self._left(piece[0][0], way.tags["destination"])
        if len({number for number, _ in reached}) == 1:
            yield from (place for place in reached if place[0] not in left)

    def _reached(self, node: int) -> set[_Place]:
        """Return where the ramps from a node lead; nowhere if one of them ends off the map."""
        reached: set[_Place] = set()
        seen, waiting = {node}, [node]
        while waiting:
            here = waiting.pop()
            if here in self._on_line:
                reached.update(self._on_line[here])
                continue
            following = self._ends.get(here, [])
            if not following or len(seen) > _MOST_RAMPS:
                return set()
            waiting += [each for each in following if each not in seen]
            seen.update(following)
        return reached

    def _left(self, node: int, destination: str) -> set[int]:
        """Return the carriageways that a ramp, or ramps before it with the same sign, leave."""
        left: set[int] = set()
        seen, waiting = {node}, [node]
        while waiting:
            here = waiting.pop()
            left.update(number for number, _ in self._on_line.get(here, ()))
            before = [each for each in self._starts.get((here, destination), ())
                      if each not in seen]  # fmt: skip
            waiting += before
            seen.update(before)
        return left
