"""Find cases by call-back number, plate, reference, place or number, without showing these."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..model.words import fold
from ..notation.dialling import is_same_number, line_of
from ..results.hand_over_results import FoundCase
from .book import Book
from .view_case import view

if TYPE_CHECKING:
    from ..store import Reader
    from ..store.caller_facts import CallerFacts

MOST_FOUND = 20
"""The number of cases that a search shows, the newest first."""

_LEAST_SIGNS = 3
"""A shorter text is no plate, reference or place."""


def find(book: Book, text: str) -> list[FoundCase]:
    """Return the cases that a text names, the newest first: at most MOST_FOUND.

    A call-back number is compared as it is dialled; plate, reference and place without regard to
    case, blanks, hyphens and umlauts. Each word of a place must be in the typed place, its road,
    town or postcode. Erased cases are found by their number alone.
    """
    wanted = text.strip()
    if not wanted:
        raise UsageError("the text to find is empty")
    with book.store.reading() as reader:
        found = dict(_matches(reader, wanted))
        newest = sorted(found, reverse=True)[:MOST_FOUND]
        return [_found(book, reader, case_id, found[case_id]) for case_id in newest]


def _matches(reader: "Reader", wanted: str) -> Iterator[tuple[int, str]]:
    """Yield the cases that a text names, each with the fact that is equal."""
    for facts in reader.caller_facts():
        by = _equal_fact(facts, wanted)
        if by:
            yield facts.case_id, by
    number = re.fullmatch(r"([0-9]{1,9})(\.[0-9]{1,9})?", wanted)
    if number is not None and reader.case(int(number[1])) is not None:
        yield int(number[1]), "case"


def _equal_fact(facts: "CallerFacts", wanted: str) -> str:
    """Return which fact of a case a text names; empty if it names none."""
    if line_of(wanted) and is_same_number(facts.call_back, wanted):
        return "number"
    signs = _signs(wanted)
    if len(signs) < _LEAST_SIGNS:
        return ""
    if signs == _signs(facts.plate):
        return "plate"
    if signs == _signs(facts.ref):
        return "ref"
    place = facts.place
    known = _words(f"{facts.typed_place} {facts.where} {place.label} {place.postcode}")
    words = _words(wanted)
    if words and all(any(each.startswith(word) for each in known) for word in words):
        return "place"
    return ""


def _signs(text: str) -> str:
    """Return the letters and digits of a text, folded: "A-XY 12 E" is "axy12e"."""
    return "".join(each for each in fold(text) if each.isalnum())


def _words(text: str) -> list[str]:
    """Return the folded words of a place; "Jakoberstr." and "Jakoberstraße" are the same."""
    words = re.findall(r"[^\W_]+", fold(text))
    return [re.sub(r"(?<=.)str(asse)?$", "strasse", word) for word in words]


def _found(book: Book, reader: "Reader", case_id: int, by: str) -> FoundCase:
    case = reader.case(case_id)
    assert case is not None  # noqa: S101 - the same snapshot has just had it
    shown = view(case, book.now)
    firms = (each.provider for each in shown.services if each.provider)
    return FoundCase(
        case_id=case_id,
        by=by,
        kind=shown.kind,
        area=shown.area,
        state=shown.state,
        opened_at=case.opened_at,
        provider=", ".join(dict.fromkeys(firms)),
        operator=case.keeper,
        merged_into=case.merged_into,
    )
