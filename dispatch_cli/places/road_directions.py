"""Choose the carriageway that leads to a town, by the signs and exits of a road table."""

from collections.abc import Iterable, Sequence
from math import atan2, cos, degrees, inf, radians

from ..notation.place_names import fold_name, is_same_town
from .road_exits import own_name, parts_of
from .road_index import RoadLine

_COMPASS = {
    "nord": 0, "norden": 0, "north": 0, "northbound": 0,
    "ost": 90, "osten": 90, "east": 90, "eastbound": 90,
    "sued": 180, "sueden": 180, "south": 180, "southbound": 180,
    "west": 270, "westen": 270, "westbound": 270,
}  # fmt: skip
_COMPASS_WITHIN = 60.0
"""Degrees by which a carriageway may differ from a point of the compass that it leads to."""
_BENDS_M = 2_000.0
"""The heading for the compass is that of so much of the carriageway before and behind the spot."""
_NEAR_M = 50.0
_FARTHER = 2.0
"""A town that signs of both carriageways name counts for one if its sign is that much nearer."""

Spot = tuple[RoadLine, float]
"""A carriageway, and a distance from its start in metres."""


def spots_towards(spots: Sequence[Spot], towards: str) -> list[Spot]:
    """Return the spots on the carriageway that leads to a town; none if the table cannot tell.

    A point of the compass is compared with the heading of the carriageway. A town leads along the
    carriageway whose signs name it; an exit leads along the one that has it ahead.
    """
    groups = _by_heading(spots)
    compass = _COMPASS.get(fold_name(towards))
    if compass is not None:
        headed = [
            group
            for group in groups
            if _apart(_heading(*group[0], _BENDS_M), compass) <= _COMPASS_WITHIN
        ]
        return headed[0] if len(headed) == 1 else []
    names = [part.strip() for part in towards.split("/") if part.strip()]
    by_signs = _chosen([min(_sign_m(spot, names) for spot in group) for group in groups])
    by_exits = _chosen([min(_exit_ahead_m(spot, names) for spot in group) for group in groups])
    chosen = {by_signs, by_exits} - {None}
    return groups[chosen.pop()] if len(chosen) == 1 else []  # type: ignore[index]


def _chosen(away_m: Sequence[float]) -> int | None:
    """Return the number of the carriageway with the only or clearly nearest sign; else None."""
    first = min(range(len(away_m)), key=away_m.__getitem__)
    others = [each for number, each in enumerate(away_m) if number != first]
    nearest = away_m[first]
    if nearest == inf or any(each <= nearest or each < _FARTHER * nearest for each in others):
        return None
    return first


def _by_heading(spots: Iterable[Spot]) -> list[list[Spot]]:
    """Divide spots by their direction of travel; two tables may have the same carriageway."""
    groups: list[list[Spot]] = []
    for spot in spots:
        for group in groups:
            if _apart(_heading(*group[0], _NEAR_M), _heading(*spot, _NEAR_M)) < 90:
                group.append(spot)
                break
        else:
            groups.append([spot])
    return groups


def _heading(line: RoadLine, at_m: float, within_m: float) -> float:
    """Return the heading in degrees, 0 is north, of the carriageway round a spot."""
    (lat1, lon1), (lat2, lon2) = (line.point(at_m + step) for step in (-within_m, within_m))
    return degrees(atan2((lon2 - lon1) * cos(radians(lat1)), lat2 - lat1)) % 360


def _apart(one: float, other: float) -> float:
    turn = abs(one - other) % 360
    return min(turn, 360 - turn)


def _sign_m(spot: Spot, names: Sequence[str]) -> float:
    """Return how far the nearest sign that names a town is from a spot; infinite without one."""
    line, at_m = spot
    return min(
        (
            abs(sign.at_m - at_m)
            for sign in line.carriageway.signs
            if any(is_same_town(name, sign.town) for name in names)
        ),
        default=inf,
    )


def _exit_ahead_m(spot: Spot, names: Sequence[str]) -> float:
    """Return how far ahead of a spot the nearest exit of a name is; infinite if none is ahead."""
    line, at_m = spot
    folded = {own_name(name) for name in names}
    return min(
        (
            each.at_m - at_m
            for each in line.carriageway.exits
            if each.at_m > at_m and folded.intersection([own_name(each.name), *parts_of(each.name)])
        ),
        default=inf,
    )
