"""How place names are compared, without regard to the many ways of writing them."""

import re

from ..model.words import LAENDER, fold

_FILLERS = frozenset(
    ("a", "am", "an", "auf", "b", "bei", "d", "dem", "den", "der", "die", "i", "im", "in", "o",
     "ob", "unter", "v", "vor")
)  # fmt: skip
_DISTRICT_WORDS = frozenset(
    ("freie", "hansestadt", "kreis", "kreisfreie", "landeshauptstadt", "landkreis", "lk", "lkr",
     "stadt", "und")
)  # fmt: skip


def folded(name: str) -> str:
    """Fold a name to plain words between single blanks: ``Bad Köstritz`` is ``bad koestritz``."""
    words = re.sub(r"[\W_]+", " ", fold(name)).split()
    return " ".join("sankt" if word == "st" else word for word in words)


def same_town(typed: str, known: str) -> bool:
    """Whether a town as it was typed may be this one: shortened and abbreviated forms are.

    ``Frankfurt a.M.`` and ``Frankfurt`` are ``Frankfurt am Main``, ``Frankfurt (Oder)`` is not.
    """
    ours = [word for word in folded(typed).split() if word not in _FILLERS]
    theirs = [word for word in folded(known).split() if word not in _FILLERS]
    if not ours or not theirs or ours[0] != theirs[0]:
        return False
    return all(
        a.startswith(b) or b.startswith(a) for a, b in zip(ours[1:], theirs[1:], strict=False)
    )


def abbreviates(typed: str, known: str, district: str) -> bool:
    """Whether every word typed is there in the known name, shortened, or in that of its district.

    ``Frankfurt a.M.`` is ``Frankfurt am Main``; ``Oldenburg i. Holstein`` is not ``Oldenburg``.
    """
    ours = [word for word in folded(typed).split() if word not in _FILLERS]
    theirs = [word for word in folded(known).split() if word not in _FILLERS]
    if not ours or not theirs or ours[0] != theirs[0] or any(map(str.isdigit, ours)):
        return False
    there = [*theirs[1:], *district_words(district)]
    return all(any(word.startswith(our) for word in there) for our in ours[1:])


def in_district(qualifier: str, district: str, land: str) -> bool:
    """Whether a district or Land is meant: ``Steinfurt``, ``Lkr. Stade``, ``NW``, ``Bayern``."""
    if qualifier.strip().upper() == land or folded(qualifier) == folded(LAENDER.get(land, "-")):
        return True
    wanted = district_words(qualifier)
    return bool(wanted) and wanted == district_words(district)[: len(wanted)]


def district_words(district: str) -> list[str]:
    """A district's own name, without what kind of district it is."""
    return [word for word in folded(district).split() if word not in _DISTRICT_WORDS]
