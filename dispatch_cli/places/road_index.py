"""Read road tables, and find in them the carriageways of a motorway."""

import os
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import msgspec

from ..errors import BadDataError, Problem
from ..model.road_table import Carriageway, RoadTable, distances_m, point_along

LARGEST_BYTES = 64 * 1024 * 1024
"""The table of all German motorways has about a tenth of it."""
_HINT = 'run "dispatch osm import" again; it writes a new road table'


class RoadLine:
    """A carriageway with the distances of its corners, which are computed once."""

    def __init__(self, carriageway: Carriageway) -> None:
        self.carriageway = carriageway

    @cached_property
    def _corners_m(self) -> list[float]:
        return distances_m(self.carriageway.line)

    def point(self, at_m: float) -> tuple[float, float]:
        """Return latitude and longitude at a distance from the start in metres."""
        return point_along(self.carriageway.line, self._corners_m, at_m)


class RoadIndex:
    """The carriageways of several road tables by motorway."""

    def __init__(self, tables: Sequence[RoadTable]) -> None:
        self.lines: dict[str, list[RoadLine]] = {}
        for table in tables:
            for carriageway in table.carriageways:
                lines = self.lines.setdefault(carriageway.road, [])
                # Comparing ends at the first difference; hashing would read all corners.
                if all(line.carriageway != carriageway for line in lines):
                    lines.append(RoadLine(carriageway))


def open_roads(paths: Sequence[str]) -> RoadIndex:
    """Open the road tables of a provider file; the last ones are kept while they do not change.

    Raises BadDataError for a missing or damaged one.
    """
    return _opened(tuple(paths), tuple(_stamp(path) for path in paths))


def check_roads(paths: Sequence[str]) -> None:
    """Read all road tables that exist; raises BadDataError with the problems of all of them."""
    problems: list[Problem] = []
    for path in paths:
        try:
            if os.path.exists(path):
                read_road_table(Path(path))
        except BadDataError as error:
            problems += error.problems
    if problems:
        raise BadDataError(*problems, hint=_HINT)


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _opened(paths: tuple[str, ...], _: tuple[tuple[int, int], ...]) -> RoadIndex:
    return RoadIndex([read_road_table(Path(path)) for path in paths])


def read_road_table(path: Path) -> RoadTable:
    """Read one road table; raises BadDataError for any other file."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        problem = Problem.at(
            path, "the road table cannot be read: {reason}", reason=error.strerror or error
        )
        raise BadDataError(problem, hint=_HINT) from None
    if len(content) > LARGEST_BYTES:
        raise BadDataError(
            Problem.at(
                path, "the road table is larger than {most_mb} MB", most_mb=LARGEST_BYTES // 1024**2
            )
        )
    try:
        table = msgspec.json.decode(content, type=RoadTable)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadDataError(
            Problem("it is not a road table of this version", file=str(path)), hint=_HINT
        ) from None
    if not all(map(_is_sound, table.carriageways)):
        raise BadDataError(Problem("the road table is damaged", file=str(path)), hint=_HINT)
    return table


def _is_sound(carriageway: Carriageway) -> bool:
    """Return whether all numbers are possible: positions, and posts in the order of the line."""
    posts = [post for section in carriageway.posts for post in section]
    return (
        len(carriageway.line) > 1
        and all(abs(lat) <= 90 and abs(lon) <= 180 for lat, lon in carriageway.line)
        and all(one.at_m <= other.at_m for one, other in pairwise(posts))
        and all(
            one.at_m < other.at_m and one.km != other.km for one, other in carriageway.neighbours()
        )
    )
