"""Find cases by call-back number, plate, reference, place or number, without showing these."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..model import Place
from ..model.draft import Draft
from ..model.words import fold
from ..notation.dialling import is_same_number, line_of
from ..results.hand_over_results import FoundCase
from ..store.caller_facts import CallerFacts
from . import draft_calls, view_drafts
from .book import Book
from .view_case import view

if TYPE_CHECKING:
    from ..store import Reader

MOST_FOUND = 20
"""The number of cases that a search shows, the newest first."""

_NUMBER = re.compile(r"([0-9]{1,9})(\.[0-9]{1,9})?")

NOWHERE = Place(lat=0, lon=0)

_LEAST_SIGNS = 3
"""A shorter text is no plate, reference or place."""


def find(book: Book, text: str) -> list[FoundCase]:
    """Return the parked calls that a text names, and the cases, the newest first.

    Of the cases there are at most MOST_FOUND.

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
        return [
            *(_found_draft(book, *each) for each in _matching_drafts(reader, wanted)),
            *(_found(book, reader, case_id, found[case_id]) for case_id in newest),
        ]


def is_number(text: str) -> bool:
    """Return whether a text is the number of a case, an offer or a parked call."""
    number = _NUMBER.fullmatch(text.strip())
    # Longer numbers, and those that begin with 0, are those of a telephone or a contract.
    is_of_case = number is not None and len(number[1]) <= 6 and not number[1].startswith("0")
    return is_of_case or draft_calls.is_number(text)


def _matching_drafts(reader: "Reader", wanted: str) -> Iterator[tuple[Draft, str]]:
    """Yield the parked calls that a text names, each with the fact that is equal."""
    for draft in reversed(reader.drafts()):
        facts = draft.facts
        caller = CallerFacts(
            case_id=0,
            call_back=facts.get("call_back", ""),
            plate=facts.get("plate", ""),
            ref=facts.get("ref", ""),
            typed_place=facts.get("at", ""),
            place=NOWHERE,
            where=f"{facts.get('where', '')} {facts.get('last_exit', '')}",
        )
        by = "call" if fold(wanted) == fold(draft.number) else _equal_fact(caller, wanted)
        if by:
            yield draft, by


def _found_draft(book: Book, draft: Draft, by: str) -> FoundCase:
    shown = view_drafts.view(draft, book.now)
    return FoundCase(
        case_id=0,
        by=by,
        kind=shown.kind,
        area=shown.area,
        state=shown.state,
        opened_at=draft.opened_at,
        provider="",
        operator=draft.operator,
        draft=draft.number,
    )


def _matches(reader: "Reader", wanted: str) -> Iterator[tuple[int, str]]:
    """Yield the cases that a text names, each with the fact that is equal."""
    for facts in reader.caller_facts():
        by = _equal_fact(facts, wanted)
        if by:
            yield facts.case_id, by
    number = _NUMBER.fullmatch(wanted)
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
