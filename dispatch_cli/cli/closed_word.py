"""Read a word of a closed set as an operator types it: its id, or its word in any language."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from ..model.words import fold
from ..translations import available, catalogue_of

Word = TypeVar("Word", bound=str)


def closed_word(text: str, allowed: Collection[Word]) -> Word | str:
    """Return the id of a word; an unknown text stays as it is, for the error.

    Case, hyphens and blanks make no difference. The catalogues are read only for other words.
    """
    folded = fold(text)
    for each in allowed:
        if fold(each) == folded:
            return each
    for each, word in _translated(allowed):
        if fold(word) == folded:
            return each
    return text


def _translated(allowed: Collection[Word]) -> Iterator[tuple[Word, str]]:
    """Yield each id with its words in all languages."""
    from gettext import GNUTranslations

    for language in available():
        try:
            with open(catalogue_of(language), "rb") as file:
                catalogue = GNUTranslations(file)
        except OSError:  # English has no catalogue
            continue
        for each in allowed:
            for known in (each, each.replace("_", " ").replace("-", " ")):
                yield each, catalogue.gettext(known)
