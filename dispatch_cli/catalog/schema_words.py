"""Make patterns that match a word in every spelling in which the loader reads it.

JSON Schema has no comparison without case. The patterns therefore have the spellings that
``model.words.fold`` treats alike, in a form that ECMA, Python and Rust read in the same way.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..model.words import fold

_LETTERS = {"k": "kK\u212a", "s": "sSſ", "_": "_ -"}
"""Other characters for one letter; the long s and the sign of Kelvin fold to letters as well."""
_SEQUENCES = {
    "ae": ("ä", "Ä", "[aA]\u0308"),
    "oe": ("ö", "Ö", "[oO]\u0308"),
    "ue": ("ü", "Ü", "[uU]\u0308"),
    "ss": ("ß", "ẞ"),
    "st": ("ﬅ", "ﬆ"),
    "ff": ("ﬀ",),
    "fi": ("ﬁ",),
    "fl": ("ﬂ",),
    "ffi": ("ﬃ",),
    "ffl": ("ﬄ",),
}
"""Single signs, or a letter with its dots, for several letters: umlauts and ligatures of PDF."""
_CLUSTERS = re.compile(r"[fs]+[filt]?|[aou]e|.")
"""Parts of a word in which sequences can overlap, and single letters."""
_BLANKS = r"[\s\x1c-\x1f\x85]*"
"""What Python strips from a word; the blanks of ECMA lack the separators of ASCII."""


def word_pattern(words: Iterable[str]) -> str:
    """Make the pattern of some words in every spelling, between blanks."""
    folded = dict.fromkeys(map(fold, words))
    return f"^{_BLANKS}(?:{'|'.join(map(_spellings, folded))}){_BLANKS}$"


def closed_set(words: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Allow the names of a closed set and its other words; an editor completes both."""
    others = sorted({other for several in words.values() for other in several})
    german = "; ".join(f"{name}: {several[0]}" for name, several in words.items() if several)
    return {
        "description": german,
        "anyOf": [
            {"enum": list(words)},
            {"enum": others},
            {"type": "string", "pattern": word_pattern([*words, *others])},
        ],
    }


def _spellings(folded: str) -> str:
    return "".join(_alternatives(cluster) for cluster in _CLUSTERS.findall(folded))


def _alternatives(cluster: str) -> str:
    """Make the pattern of a short part of a word: every way to write it."""
    ways = list(_ways(cluster))
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _ways(cluster: str) -> Iterable[str]:
    if not cluster:
        yield ""
        return
    first = cluster[0]
    letters = _LETTERS.get(first, f"{first}{first.upper()}" if first.isalpha() else first)
    one = f"[{letters}]" if len(letters) > 1 else letters
    for rest in _ways(cluster[1:]):
        yield f"{one}{rest}"
    for sequence, signs in _SEQUENCES.items():
        if cluster.startswith(sequence):
            for rest in _ways(cluster[len(sequence) :]):
                yield from (f"{sign}{rest}" for sign in signs)
