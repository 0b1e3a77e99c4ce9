"""Copy place and caller from another case, for the second vehicle of a crash."""

from ..model import Incident
from ..model.case import Personal
from .book import Book, require_case

SHARED = frozenset({"where", "spot", "language"})
"""The facts of an incident that the vehicles of one crash have in common, beside its place."""


def incident_and_caller(book: Book, case_id: int) -> tuple[Incident, Personal]:
    """Return the incident and the caller of a case; the journal records this view."""
    with book.store.deciding() as tx:
        case = require_case(tx, case_id)
        found = tx.personal(case_id) or Personal()
        book.write(tx, "personal like", case_id)
    return case.incident, Personal(caller=found.caller, call_back=found.call_back)
