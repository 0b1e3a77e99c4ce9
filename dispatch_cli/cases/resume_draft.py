"""Decide whether the facts of a parked call are enough for a case."""

from collections.abc import Mapping

from msgspec.structs import replace

from ..errors import IncompleteError
from ..messages import Message
from ..model.draft import Draft, with_new_facts
from .book import Book
from .draft_calls import read_free, resume

_TYPED = {"injured": "--injured N", "at": "--at PLACE", "kind": "KIND"}
"""How the facts are typed without which no case is opened."""


def complete(book: Book, number: int, facts: Mapping[str, str], *, take: bool = False) -> Draft:
    """Return a parked call with the new answers, complete enough to open a case.

    Raises IncompleteError if facts are missing. The new answers are then recorded, which is a
    recorded fact of the command. Those of a complete call are not: they are recorded with its case.
    """
    found = read_free(book, number, take=take)
    found = replace(found, facts=with_new_facts(found.facts, facts))
    if not found.missing:
        return found
    error = IncompleteError(
        "{number} is still parked; missing: {missing}",
        number=found.number,
        missing=", ".join(_TYPED[name] for name in found.missing),
        hint=Message(
            "repeat dispatch case resume {number} with the missing facts", number=found.number
        ),
    )
    fact = Message("{number}: new facts", number=found.number)
    if facts:
        resume(book, number, facts=facts, take=take)
        book.unshown.recorded.append(fact)
    raise error
