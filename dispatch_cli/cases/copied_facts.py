"""Copy place and caller from another case, for the second vehicle of a crash."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from ..model import Incident, Place
from ..model.case import Personal
from ..model.draft import COPIED_PLACE
from .book import Book, require_case

SHARED = frozenset({"where", "last_exit", "spot", "language"})
"""The facts of an incident that the vehicles of one crash have in common, beside its place."""


class CopiedPlace(Struct, frozen=True):
    """The place of another case, as exact as it is there, and its caller's words for it."""

    case_id: int
    place: Place
    words: str


_copied = msgspec.json.Decoder(CopiedPlace)


def incident_and_caller(book: Book, case_id: int) -> tuple[Incident, Personal]:
    """Return the incident and the caller of a case; the journal records this view."""
    with book.store.deciding() as tx:
        case = require_case(tx, case_id)
        found = tx.personal(case_id) or Personal()
        book.write(tx, "personal like", case_id)
    return case.incident, Personal(
        caller=found.caller, call_back=found.call_back, typed_place=found.typed_place
    )


def place_facts(case_id: int, place: Place, words: str) -> dict[str, str]:
    """Return the facts of a draft that has the place of another case."""
    copied = CopiedPlace(case_id, place, words)
    return {
        "at": words or written(place),
        COPIED_PLACE: msgspec.json.encode(copied).decode(),
    }


def copied_place(facts: Mapping[str, str]) -> CopiedPlace | None:
    """Return the place that was copied from another case; None without one."""
    text = facts.get(COPIED_PLACE)
    return _copied.decode(text) if text else None


def written(place: Place) -> str:
    """Write the point of a place as it is typed."""
    return f"{place.lat:.6f},{place.lon:.6f}"
