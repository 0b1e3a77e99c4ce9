"""Find a place on a motorway in road tables: by its kilometre, or by one exit or two."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import product
from typing import NoReturn

from msgspec.structs import replace

from ..errors import UsageError
from ..messages import Message, quoted
from ..model import Place
from ..model.near_words import suggestion
from ..model.road_table import RoadPoint
from ..model.sphere import great_circle_km
from ..notation import place_at
from ..notation.place_names import fold_name
from ..notation.position import place_error
from ..notation.roads import RoadText
from .road_directions import Spot, spots_towards
from .road_exits import FoundExit, exits_named, same_exits
from .road_index import RoadIndex, RoadLine, open_roads

POST_KM = 0.06
"""The uncertainty of a kilometre: each post of A 5 is predicted from its neighbours within it."""
EXIT_KM = 0.3
"""The uncertainty of an exit: its ramps are that long."""


def road_place(road: RoadText, text: str, tables: Sequence[str]) -> Place:
    """Find the place of a text that ``read_road`` has divided, in the road tables at some paths.

    Without a direction, or with one that no sign tells, it is the middle between both
    carriageways. Raises UsageError for a place that the tables do not have, BadDataError for a
    damaged table.
    """
    if not tables:
        raise place_error(
            text,
            "no road table tells where it is",
            hint='write the next town or position; "dispatch osm import FILE.osm.pbf --output'
            ' FILE.toml" makes a road table',
        )
    index = open_roads(tables)
    if road.road and road.road not in index.lines:
        known = ", ".join(index.lines) or Message("no motorway")
        raise place_error(
            text,
            "the road table has no {road}; it has {known}",
            road=road.road,
            known=known,
            hint="write the next town or position",
        )
    if road.km is not None and road.exits:
        return _between_numbers(road, text, index)
    if road.km is not None:
        return _at_kilometre(road, text, index)
    if len(road.exits) == 2:
        return _between_exits(road, text, index)
    return _at_exit(road, text, index)


def _between_numbers(road: RoadText, text: str, index: RoadIndex) -> Place:
    """Find the stretch between two kilometres or two exits: the table may have only one of them."""
    by_km, by_exits = replace(road, exits=()), replace(road, km=None, km_to=None)
    found: list[Place] = []
    with suppress(UsageError):
        found.append(_at_kilometre(by_km, text, index))
    with suppress(UsageError):
        found.append(_between_exits(by_exits, text, index))
    if not found:  # The error names the nearest posts.
        return _at_kilometre(by_km, text, index)
    if len(found) > 1:
        first, second = road.exits
        raise place_error(
            text,
            "{first} and {second} may be kilometres or exits",
            first=first,
            second=second,
            hint=Message(
                'write "{by_km}" or "{by_exits}"',
                by_km=f"{road.road} km {first}-{second}",
                by_exits=f"{road.road} zwischen Ausfahrt {first} und Ausfahrt {second}",
            ),
        )
    return found[0]


def _at_kilometre(road: RoadText, text: str, index: RoadIndex) -> Place:
    """Interpolate a kilometre, or the middle of two, between the posts next to it."""
    lines = index.lines[road.road]
    assert road.km is not None  # noqa: S101
    middle = road.km if road.km_to is None else (road.km + road.km_to) / 2
    spots = _spots(lines, middle)
    for km in (road.km, road.km_to):
        if km is not None and not _spots(lines, km):
            _refuse_outside(text, road.road, km, lines)
    if not spots:
        _refuse_outside(text, road.road, middle, lines)
    half_km = 0.0 if road.km_to is None else (road.km_to - road.km) / 2
    point = RoadPoint(road=road.road, km=road.km, km_to=road.km_to, towards=road.towards)
    return _place(spots, point, text, POST_KM + half_km)


def _spots(lines: Iterable[RoadLine], km: float) -> list[Spot]:
    found = ((line, line.carriageway.at_km(km)) for line in lines)
    return [(line, at_m) for line, at_m in found if at_m is not None]


def _refuse_outside(text: str, road: str, km: float, lines: Sequence[RoadLine]) -> NoReturn:
    """Raise the error for a kilometre that is not between two posts; it names the nearest ones."""
    posts = sorted({post.km for line in lines for part in line.carriageway.posts for post in part})
    if not posts:
        raise place_error(
            text,
            "the road table has no kilometre posts of {road}",
            road=road,
            hint=Message('write an exit, such as "{example}"', example=_example(road, lines)),
        )
    below = [Message("km {km:g}", km=each) for each in posts if each <= km][-1:]
    above = [Message("km {km:g}", km=each) for each in posts if each >= km][:1]
    nearest = [*below, *above]
    named = (
        nearest[0]
        if len(nearest) == 1
        else Message("{one} and {other}", one=nearest[0], other=nearest[1])
    )
    raise place_error(
        text,
        "km {km:g} of {road} is not between two known posts; nearest: {nearest}",
        km=km,
        road=road,
        nearest=named,
        hint="ask for the kilometre again, or write the next exit or town",
    )


def _example(road: str, lines: Iterable[RoadLine]) -> str:
    names = [each.name or each.number for line in lines for each in line.carriageway.exits]
    return f"{road} Ausfahrt {names[0]}" if names else "86150"


def _at_exit(road: RoadText, text: str, index: RoadIndex) -> Place:
    """Find one exit; of several motorways that cross there it is the middle."""
    groups = _exits(road, road.exits[0], text, index)
    if len(groups) > 1:
        _refuse_choices(text, groups)
    found = groups[0]
    roads = list(dict.fromkeys(each.line.carriageway.road for each in found))
    point = RoadPoint(road=", ".join(roads), towards=road.towards, exits=(found[0].title,))
    return _place([(each.line, each.at_m) for each in found], point, text, EXIT_KM)


def _between_exits(road: RoadText, text: str, index: RoadIndex) -> Place:
    """Find the middle of the carriageway between two exits of one motorway."""
    firsts, seconds = (_exits(road, name, text, index, several=True) for name in road.exits)
    pairs = [
        (one, other)
        for one, other in product(firsts, seconds)
        if one[0].title != other[0].title and _common(one, other)
    ]
    if not pairs:
        raise place_error(
            text,
            "{first} and {second} are not two exits of one motorway in the road table",
            first=road.exits[0],
            second=road.exits[1],
        )
    best = min(one[0].rank + other[0].rank for one, other in pairs)
    pairs = [pair for pair in pairs if pair[0][0].rank + pair[1][0].rank == best]
    if len(pairs) > 1:
        _refuse_choices(text, [group for pair in pairs for group in pair])
    one, other = pairs[0]
    common = _common(one, other)
    spots = [(line, (first + second) / 2) for line, first, second in common]
    half_km = max(abs(first - second) for _, first, second in common) / 2000
    roads = dict.fromkeys(line.carriageway.road for line, _, _ in common)
    point = RoadPoint(
        road=", ".join(roads), towards=road.towards, exits=(one[0].title, other[0].title)
    )
    return _place(spots, point, text, EXIT_KM + half_km)


def _common(
    one: Sequence[FoundExit], other: Sequence[FoundExit]
) -> list[tuple[RoadLine, float, float]]:
    """Return the carriageways that have both exits, with the distance of each from the start."""
    return [
        (first.line, first.at_m, second.at_m)
        for first in one
        for second in other
        if first.line is second.line
    ]


def _exits(
    road: RoadText, name: str, text: str, index: RoadIndex, *, several: bool = False
) -> list[list[FoundExit]]:
    """Find the exits of a name or number, the best ones or, with ``several``, all that may fit."""
    lines = [line for key, found in index.lines.items() for line in found if road.road in ("", key)]
    found = exits_named(name, lines, is_crossing=road.is_crossing)
    if not found:
        known = sorted({each.title for each in exits_named("", lines, is_crossing=None)})
        folded = fold_name(name)
        near = [each for each in known if folded[:4] and folded[:4] in fold_name(each)]
        raise place_error(
            text,
            "the road table has no exit {name}{guess}",
            name=quoted(name),
            guess=suggestion(near[:3]),
            hint="write the kilometre, the next town or position",
        )
    if not several:
        best = min(each.rank for each in found)
        found = [each for each in found if each.rank == best]
    return same_exits(found)


def _refuse_choices(text: str, groups: Sequence[Sequence[FoundExit]]) -> NoReturn:
    choices = dict.fromkeys(
        f"{each.line.carriageway.road} {each.label}" for group in groups for each in group
    )
    raise UsageError(
        Message("place {text} is ambiguous; there are:", text=quoted(text)),
        *(Message("  {choice}", choice=choice) for choice in choices),
        hint=Message('write the motorway: "{example}"', example=next(iter(choices))),
    )


def _place(spots: Sequence[Spot], point: RoadPoint, text: str, uncertainty_km: float) -> Place:
    """Make the place of one or several spots: those of the direction, else the middle of all."""
    named = spots_towards(spots, point.towards) if point.towards else []
    if named:
        spots, point = named, replace(point, is_sure=True)
    points = [line.point(at_m) for line, at_m in spots]
    lat = sum(lat for lat, _ in points) / len(points)
    lon = sum(lon for _, lon in points) / len(points)
    widest_km = max(great_circle_km(*one, *other) for one in points for other in points)
    try:
        place = place_at(lat, lon, uncertainty_km=uncertainty_km + widest_km, source="road")
    except ValueError as error:
        raise place_error(text, "{problem}", problem=error) from None
    return replace(place, road=point)
