"""The gates once more, at the moment of the call."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import desk, eligibility
from ..casework.states import Gate
from ..model import PlanEntry
from ..model.case import Case, CaseService
from .book import Book
from .observing import observe

if TYPE_CHECKING:
    from ..store import Reader, Transaction


def gate_now(book: Book, reader: "Reader | Transaction", case: Case, service: CaseService) -> Gate:
    """Look at the gates again, and not at the order, at the moment of the call."""
    incident = replace(case.incident, when=book.now, asked=())
    entry = PlanEntry(service=service.service, equipment=service.equipment)
    observed = observe(book.catalog, reader, book.now, book.now)
    [need] = desk.needs_of(book.catalog, incident, [entry], book.holidays, observed)
    ids = [option.provider for option in service.options]
    known = [provider for each in ids if (provider := book.catalog.find(each)) is not None]
    reasons = {out.provider: out.detail for out in eligibility.split(known, need).excluded}
    gone = dict.fromkeys(set(ids) - {provider.id for provider in known}, "no longer in the file")

    def gate(provider_id: str) -> str | None:
        return reasons.get(provider_id) or gone.get(provider_id)

    return gate
