"""Motorways as a road table has them: carriageways with kilometre posts, exits and destinations."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from ..messages import Message
from .sphere import great_circle_km


class Post(Struct, frozen=True, array_like=True):
    """A kilometre post: its kilometre, and its distance from the start of the line in metres."""

    km: float
    at_m: float


class Exit(Struct, frozen=True, array_like=True):
    """An exit or junction where its ramp leaves the carriageway; number and name may be empty."""

    number: str
    name: str
    at_m: float


class Sign(Struct, frozen=True, array_like=True):
    """A destination that a sign on a carriageway or on a ramp to it names."""

    town: str
    at_m: float


class Carriageway(Struct, frozen=True):
    """One carriageway of a motorway, in the direction of travel.

    ``posts`` are sections: between two posts of one section the kilometre can be interpolated,
    between two sections it cannot. Within a section the kilometres rise or fall. ``line`` has the
    corners as (lat, lon).
    """

    road: str
    signs: tuple[Sign, ...]
    posts: tuple[tuple[Post, ...], ...]
    exits: tuple[Exit, ...]
    line: tuple[tuple[float, float], ...]

    def at_km(self, km: float) -> float | None:
        """Return the distance from the start in metres of a kilometre between two posts."""
        for before, after in self.neighbours():
            low, high = sorted((before.km, after.km))
            if low <= km <= high:
                share = (km - before.km) / (after.km - before.km)
                return before.at_m + share * (after.at_m - before.at_m)
        return None

    def neighbours(self) -> Iterator[tuple[Post, Post]]:
        """Iterate over all pairs of posts between which the kilometre can be interpolated."""
        for section in self.posts:
            yield from pairwise(section)


class RoadTable(Struct, frozen=True, tag_field="format", tag="dispatch.roads/1"):
    """The motorways of one file; ``as_of`` is the date of its data, or empty."""

    attribution: str
    as_of: str
    carriageways: tuple[Carriageway, ...]


class RoadPoint(Struct, frozen=True):
    """What a place on a motorway is called: road, direction, kilometre, exit.

    ``towards`` is the direction as it was typed. ``is_sure`` means that the road table knows the
    carriageway of that direction. ``km_to`` is the end of a stretch. ``exits`` are one exit, or the
    two between which the place is.
    """

    road: str
    km: float | None = None
    km_to: float | None = None
    towards: str = ""
    is_sure: bool = False
    exits: tuple[str, ...] = ()

    @property
    def name(self) -> Message:
        """The text for the place: motorway, kilometre or exit, and direction."""
        spot = self._spot
        if not self.towards:
            return spot
        return Message("{spot} towards {towards}", spot=spot, towards=self.towards)

    @property
    def roughly(self) -> Message:
        """The text without kilometre and exit, for a firm that has not accepted yet."""
        if not self.towards:
            return Message("{road}", road=self.road)
        return Message("{spot} towards {towards}", spot=self.road, towards=self.towards)

    @property
    def _spot(self) -> Message:
        if self.km_to is not None:
            template = "{road} between km {km:g} and {km_to:g}"
            return Message(template, road=self.road, km=self.km, km_to=self.km_to)
        if self.km is not None:
            return Message("{road} km {km:g}", road=self.road, km=self.km)
        if len(self.exits) == 2:
            first, second = self.exits
            template = "{road} between {first} and {second}"
            return Message(template, road=self.road, first=first, second=second)
        name = self.exits[0]
        if any(word in name.casefold() for word in ("kreuz", "dreieck")):
            return Message("{road}, {crossing}", road=self.road, crossing=name)
        return Message("{road} exit {exit}", road=self.road, exit=name)


def distances_m(line: tuple[tuple[float, float], ...]) -> list[float]:
    """Return the distance of each corner of a line from its start, in metres."""
    found = [0.0]
    for before, after in pairwise(line):
        found.append(found[-1] + 1000 * great_circle_km(*before, *after))
    return found


def point_along(
    line: tuple[tuple[float, float], ...], corners_m: list[float], at_m: float
) -> tuple[float, float]:
    """Return the point of a line at a distance from its start; a distance beyond it is cut off."""
    at = min(max(bisect_right(corners_m, at_m) - 1, 0), len(line) - 2)
    length = corners_m[at + 1] - corners_m[at]
    share = min(max((at_m - corners_m[at]) / length, 0.0), 1.0) if length else 0.0
    (lat1, lon1), (lat2, lon2) = line[at], line[at + 1]
    return lat1 + share * (lat2 - lat1), lon1 + share * (lon2 - lon1)
