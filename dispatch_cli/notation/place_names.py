"""Compare place names in their many spellings."""

import re
from collections.abc import Sequence

from ..model.words import LAENDER, fold

_FILLERS = frozenset(
    ("a", "am", "an", "auf", "b", "bei", "d", "dem", "den", "der", "die", "i", "im", "in", "o",
     "ob", "unter", "v", "vor")
)  # fmt: skip
_DISTRICT_WORDS = frozenset(
    ("freie", "hansestadt", "kreis", "kreisfreie", "landeshauptstadt", "landkreis", "lk", "lkr",
     "stadt", "und")
)  # fmt: skip


def fold_name(name: str) -> str:
    """Fold a name to ASCII words between single blanks: ``Bad Köstritz`` is ``bad koestritz``."""
    words = re.sub(r"[\W_]+", " ", fold(name)).split()
    return " ".join("sankt" if word == "st" else word for word in words)


def fold_names(names: Sequence[str]) -> list[str]:
    """Fold many names at once, which is faster than one by one; no name has a line break."""
    text = re.sub(r"(?:[^\w\n]|_)+", " ", fold("\n".join(names)))
    text = re.sub(r"(?<![^ \n])st(?![^ \n])", "sankt", re.sub(r" ?\n ?", "\n", text))
    return text.strip(" ").split("\n")


def is_same_town(typed: str, known: str) -> bool:
    """Return whether a typed town may be a known one; it may be shortened or abbreviated.

    ``Frankfurt a.M.`` and ``Frankfurt`` are ``Frankfurt am Main``, ``Frankfurt (Oder)`` is not.
    """
    ours = [word for word in fold_name(typed).split() if word not in _FILLERS]
    theirs = [word for word in fold_name(known).split() if word not in _FILLERS]
    if not ours or not theirs or ours[0] != theirs[0]:
        return False
    return all(
        a.startswith(b) or b.startswith(a) for a, b in zip(ours[1:], theirs[1:], strict=False)
    )


def is_abbreviation(typed: str, known: str, district: str) -> bool:
    """Return whether each typed word abbreviates one of the known name or its district.

    ``Frankfurt a.M.`` is ``Frankfurt am Main``; ``Oldenburg i. Holstein`` is not ``Oldenburg``.
    """
    ours = [word for word in fold_name(typed).split() if word not in _FILLERS]
    theirs = [word for word in fold_name(known).split() if word not in _FILLERS]
    if not ours or not theirs or ours[0] != theirs[0] or any(map(str.isdigit, ours)):
        return False
    there = [*theirs[1:], *district_words(district)]
    return all(any(word.startswith(our) for word in there) for our in ours[1:])


def is_in_district(qualifier: str, district: str, land: str) -> bool:
    """Return whether a qualifier names the district or Land: ``Lkr. Stade``, ``NW``, ``Bayern``."""
    if qualifier.strip().upper() == land or fold_name(qualifier) == fold_name(
        LAENDER.get(land, "-")
    ):
        return True
    wanted = district_words(qualifier)
    return bool(wanted) and wanted == district_words(district)[: len(wanted)]


def district_words(district: str) -> list[str]:
    """Return the words of the name of a district, without those for its kind."""
    return [word for word in fold_name(district).split() if word not in _DISTRICT_WORDS]
