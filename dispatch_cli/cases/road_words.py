"""Find the words of a line that name a place on a motorway."""

from collections.abc import Sequence
from contextlib import suppress

from ..errors import UsageError
from ..model import Rules
from ..model.road_table import RoadPoint
from ..notation.position import clean_text
from ..notation.roads import is_road_text
from .intake_answers import resolve_place

_MOST_WORDS = 12


def find_road_words(words: Sequence[str], rules: Rules) -> slice | None:
    """Return which of some words name a place of the road tables; None if none do.

    Of several runs of words it is the one that tells most, and of these the shortest one.
    """
    if not rules.roads:
        return None
    found = [
        (*_told(road), -size, at)
        for size in range(1, min(_MOST_WORDS, len(words)) + 1)
        for at in range(len(words) - size + 1)
        if (road := _road_at(" ".join(words[at : at + size]), rules)) is not None
    ]
    if not found:
        return None
    *_, size, at = max(found)
    return slice(at, at - size)


def _told(road: RoadPoint) -> tuple[bool, bool]:
    """Return how much a place tells: whether its direction is known, and whether it has one."""
    return road.is_sure, bool(road.towards) and " " not in road.towards


def _road_at(text: str, rules: Rules) -> RoadPoint | None:
    """Return the place on a motorway that some words mean; None if they mean none."""
    if not is_road_text(clean_text(text)):
        return None
    with suppress(UsageError):
        return resolve_place(text.strip(",;"), rules).road
    return None
