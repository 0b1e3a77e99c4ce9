"""Put the kilometre posts of a motorway on its carriageways, and refuse those that contradict."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, floor, radians

from msgspec import Struct

from ..model.road_table import Post, distances_m
from .carriageway_lines import Line

_KILOMETRE = re.compile(r"\s*(?:km\s*)?([0-9]{1,4}(?:[.,][0-9]{1,3})?)\s*(?:km)?\s*", re.IGNORECASE)
_NEAR_M = 60.0
"""A post of the other carriageway counts if it is at most that far away: they share their posts."""
_SLACK_M = 150.0
_SLACK_SHARE = 0.15
"""How far a distance along the line may differ from that of two posts."""
_MOST_WRONG = 3
"""Consecutive posts that may be left out between two that agree."""
_CELL_DEGREES = 0.005
_MOST_CELLS = 200
"""A longer segment, some kilometres without a corner, is an error of the map: no post is near."""
_METRES_PER_DEGREE = 111_195.0


class KilometrePost(Struct, frozen=True):
    """A kilometre post on the map."""

    id: int
    lat: float
    lon: float
    km: float


def kilometre_of(text: str) -> float | None:
    """Read the kilometre of a post: "578.5", "578,5" or "km 578.5"; None for other texts."""
    match = _KILOMETRE.fullmatch(text)
    return float(match[1].replace(",", ".")) if match else None


def posts_on(
    lines: Sequence[Line], posts: Iterable[KilometrePost]
) -> list[tuple[tuple[Post, ...], ...]]:
    """Return the sections of posts of each line of one road.

    A line has the posts among its nodes, and at the nearest point those of the other carriageway.
    Between two posts of a section the distance along the line agrees with the kilometres.
    """
    by_id = {post.id: post for post in posts}
    return [_sections(_Measured(line).all_posts(by_id)) for line in lines]


class _Measured:
    """A line with the distances of its nodes, and its segments by cells of a grid."""

    def __init__(self, line: Line) -> None:
        self._ids = [node[0] for node in line.nodes]
        self._points = tuple((lat, lon) for _, lat, lon in line.nodes)
        self._corners_m = distances_m(self._points)
        self._cells: dict[tuple[int, int], set[int]] = defaultdict(set)
        for number, (one, other) in enumerate(pairwise(self._points)):
            (south, west), (north, east) = _cell(map(min, one, other)), _cell(map(max, one, other))
            if (north - south + 1) * (east - west + 1) > _MOST_CELLS:
                continue
            for row in range(south - 1, north + 2):
                for column in range(west - 1, east + 2):
                    self._cells[row, column].add(number)

    def all_posts(self, posts: "dict[int, KilometrePost]") -> list[Post]:
        """List the posts by distance from the start; one beside the line has its nearest point."""
        own: dict[float, Post] = {}
        for number, node in enumerate(self._ids):
            if node in posts:
                own.setdefault(posts[node].km, Post(posts[node].km, self._corners_m[number]))
        found = dict(own)
        for post in posts.values():
            near = None if post.km in own else self._nearest(post.lat, post.lon)
            if near is not None:
                found.setdefault(post.km, Post(post.km, near))
        return sorted(found.values(), key=lambda each: (each.at_m, each.km))

    def _nearest(self, lat: float, lon: float) -> float | None:
        """Return the distance from the start of the nearest point; None if it is too far away."""
        best: tuple[float, float | None] = (_NEAR_M, None)
        for number in self._cells.get(_cell((lat, lon)), ()):
            (lat1, lon1), (lat2, lon2) = self._points[number : number + 2]
            narrow = cos(radians(lat))
            x, y = (lon2 - lon1) * narrow, lat2 - lat1
            px, py = (lon - lon1) * narrow, lat - lat1
            square = x * x + y * y
            share = min(max((px * x + py * y) / square, 0.0), 1.0) if square else 0.0
            away_m = _METRES_PER_DEGREE * ((px - share * x) ** 2 + (py - share * y) ** 2) ** 0.5
            start, end = self._corners_m[number : number + 2]
            best = min(best, (away_m, start + share * (end - start)), key=lambda each: each[0])
        return best[1]


def _cell(point: Iterable[float]) -> tuple[int, int]:
    lat, lon = point
    return floor(lat / _CELL_DEGREES), floor(lon / _CELL_DEGREES)


def _sections(posts: Sequence[Post]) -> tuple[tuple[Post, ...], ...]:
    """Divide posts in the order of the line into sections in which distances and kilometres agree.

    Single posts that disagree with those before and behind them are left out. Whether the
    kilometres rise or fall is what more of the posts agree with.
    """
    found = [_divided(posts, sign) for sign in (1, -1)]
    return max(found, key=lambda sections: sum(map(len, sections)))


def _divided(posts: Sequence[Post], sign: int) -> tuple[tuple[Post, ...], ...]:
    sections: list[list[Post]] = []
    for post in posts:
        number = _continued(sections, post, sign)
        if number is None:
            sections.append([post])
        else:
            sections[number].append(post)
            del sections[number + 1 :]
    return tuple(tuple(section) for section in sections if len(section) > 1)


def _continued(sections: Sequence[Sequence[Post]], post: Post, sign: int) -> int | None:
    """Return the section that a post continues; between them only single posts are left out."""
    for number in range(len(sections) - 1, max(-1, len(sections) - 2 - _MOST_WRONG), -1):
        if _agree(sections[number][-1], post, sign):
            return number
        if len(sections[number]) > 1:
            return None
    return None


def _agree(one: Post, other: Post, sign: int) -> bool:
    by_km, along = 1000 * sign * (other.km - one.km), other.at_m - one.at_m
    return by_km > 0 and abs(by_km - along) <= _SLACK_M + _SLACK_SHARE * along
