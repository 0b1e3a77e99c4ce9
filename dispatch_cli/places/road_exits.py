"""Find exits of motorways by number or name, as callers say them."""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from ..model.sphere import great_circle_km
from ..notation.place_names import fold_name
from .road_index import RoadLine

_NUMBER = re.compile(r"(?P<number>[0-9]{1,3}[a-z]?)(?: +[(]?(?P<name>[^()]*)[)]?)?", re.I)
_CROSSING_WORDS = ("autobahnkreuz", "autobahndreieck", "kreuz", "dreieck")
_OTHER_KIND = 4
"""A junction of motorways where an exit was named, or the other way round, counts less."""
_ONE_PLACE_KM = 5.0


class FoundExit(Struct, frozen=True):
    """An exit that may be meant; a lower rank is a better fit."""

    line: RoadLine
    at_m: float
    number: str
    name: str
    rank: int

    @property
    def title(self) -> str:
        """The name, or the number of an exit without name."""
        return self.name or self.number

    @property
    def label(self) -> str:
        """The exit as it can be typed: ``Ausfahrt 37 (Kreuz Heidelberg)``."""
        if not self.number:
            return f"Ausfahrt {self.name}"
        return f"Ausfahrt {self.number} ({self.name})" if self.name else f"Ausfahrt {self.number}"


def exits_named(
    typed: str, lines: Iterable[RoadLine], *, is_crossing: bool | None
) -> list[FoundExit]:
    """List the exits with a number or name; an empty text lists all.

    ``is_crossing`` tells whether the word before the name means a junction of motorways.
    """
    numbered = _NUMBER.fullmatch(typed.strip())
    found = []
    for line in lines:
        for each in line.carriageway.exits:
            if numbered is not None:
                is_it = each.number.casefold() == numbered["number"].casefold()
                rank = 0 if is_it else None
                if is_it and numbered["name"] and each.name:
                    rank = _rank(numbered["name"], each.name, None)
            else:
                rank = _rank(typed, each.name, is_crossing) if typed else 0
            if rank is not None:
                found.append(FoundExit(line, each.at_m, each.number, each.name, rank))
    return found


def same_exits(found: Sequence[FoundExit]) -> list[list[FoundExit]]:
    """Group the carriageways of one exit; a name of several motorways is one crossing."""
    groups: list[list[FoundExit]] = []
    for each in found:
        for group in groups:
            if _is_one(group[0], each):
                group.append(each)
                break
        else:
            groups.append([each])
    return groups


def _is_one(one: FoundExit, other: FoundExit) -> bool:
    is_one_road = one.line.carriageway.road == other.line.carriageway.road
    if one.name and other.name:
        is_same = fold_name(one.name) == fold_name(other.name)
    else:
        is_same = is_one_road and one.number == other.number
    points = (each.line.point(each.at_m) for each in (one, other))
    return is_same and great_circle_km(*next(points), *next(points)) <= _ONE_PLACE_KM


def own_name(name: str) -> str:
    """Fold a name without the word for its kind: "Kreuz Heidelberg" is "heidelberg"."""
    words = fold_name(name).split()
    kept = [word for word in words if word not in _CROSSING_WORDS]
    return " ".join(kept)


def parts_of(name: str) -> list[str]:
    """Fold the names in "Heidelberg / Schwetzingen"."""
    return [folded for part in name.split("/") if (folded := own_name(part))]


def _rank(typed: str, name: str, is_crossing: bool | None) -> int | None:
    """Return how well a name fits; None if it does not."""
    words = fold_name(name).split()
    has_word = any(word in _CROSSING_WORDS for word in words)
    wants_word = is_crossing
    if is_crossing is None and any(word in _CROSSING_WORDS for word in fold_name(typed).split()):
        wants_word = True
    ours, theirs = own_name(typed), own_name(name)
    if not ours or not theirs:
        return None
    if ours == theirs:
        rank = 0
    elif ours in parts_of(name) or theirs in parts_of(typed):
        rank = 1
    elif f"{theirs} ".startswith(f"{ours} ") or _is_adjective(ours, theirs):
        rank = 2
    elif any(part.startswith(f"{ours} ") for part in parts_of(name)):
        rank = 3
    else:
        return None
    is_other_kind = wants_word is not None and wants_word != has_word
    return rank + (_OTHER_KIND if is_other_kind else 0)


def _is_adjective(ours: str, theirs: str) -> bool:
    """Return whether one is the adjective of the other: "walldorfer" and "walldorf"."""
    return f"{theirs}er" == ours or f"{ours}er" == theirs
