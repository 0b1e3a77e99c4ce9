"""The second vehicle of a crash: the same place, the same caller."""

from ..model import Incident
from ..model.case import Personal
from .book import Book, existing


def incident_and_caller(book: Book, case_id: int) -> tuple[Incident, Personal]:
    """The incident of a case, and who calls; the look is written down in the journal."""
    with book.store.deciding() as tx:
        case = existing(tx, case_id)
        found = tx.personal(case_id) or Personal()
        book.write(tx, "personal like", case_id)
    return case.incident, Personal(caller=found.caller, call_back=found.call_back)
