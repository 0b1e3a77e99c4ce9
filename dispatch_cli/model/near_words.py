"""Suggest the nearest allowed words for a word that is none of them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..messages import Message, marked
from .words import fold

_QUESTIONS = (
    marked(' (did you mean "{first}"?)'),
    marked(' (did you mean "{first}" or "{second}"?)'),
    marked(' (did you mean "{first}", "{second}" or "{third}"?)'),
)
_MOST_CACHED = 500
"""The result for more allowed words is not cached: a file may have a hundred thousand ids."""


def did_you_mean(
    word: str, allowed: Iterable[str], *, most: int = 1, cutoff: float = 0.6
) -> Message | str:
    """Ask whether one of the nearest allowed words is meant; "" if none is near.

    At most three are named. ``cutoff`` is the least similarity from 0 to 1, as in ``difflib``.
    """
    words = tuple(allowed)
    find = _nearest if len(words) <= _MOST_CACHED else _nearest.__wrapped__
    return suggestion(find(word, words, most, cutoff))


def suggestion(near: Sequence[str]) -> Message | str:
    """Ask whether one of up to three words is meant; "" without words."""
    if not near:
        return ""
    return Message(
        _QUESTIONS[len(near) - 1], **dict(zip(("first", "second", "third"), near, strict=False))
    )


@lru_cache(maxsize=256)
def _nearest(word: str, allowed: tuple[str, ...], most: int, cutoff: float) -> list[str]:
    """Find the nearest words; cached, because a file may repeat a mistake a thousand times."""
    from difflib import get_close_matches

    by_folded = {fold(other): other for other in allowed}
    near = get_close_matches(fold(word[:100]), by_folded, n=most, cutoff=cutoff)
    return list(dict.fromkeys(by_folded[each] for each in near))
