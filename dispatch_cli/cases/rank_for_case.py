"""Rank an incident by the case log, the provider file and the travel engine of a book."""

from typing import TYPE_CHECKING

from .. import incident_ranking
from ..model import Incident
from .book import Book
from .observe_log import observe

if TYPE_CHECKING:
    from ..results.cascade_answer import Answer
    from ..store import Reader, Transaction


def ranked(book: Book, reader: "Reader | Transaction", incident: Incident) -> "Answer":
    """Rank an incident as of now."""
    return incident_ranking.rank_incident(
        book.catalog,
        incident,
        holidays=book.holidays,
        observations=observe(book.catalog, reader, book.now, roads=book.roads),
        roads=book.roads,
    )


def ask_roads(book: Book, incident: Incident) -> None:
    """Ask the travel engine for an incident before its transaction, which must not wait for it.

    The engine's answers are kept, so that the ranking in the transaction finds them. Raises
    UnavailableError if the engine is required and does not answer.
    """
    if book.roads is not None:
        with book.store.reading() as reader:
            ranked(book, reader, incident)
