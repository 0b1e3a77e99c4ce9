"""The gates once more, at the moment of the call."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import availability, desk, eligibility
from ..casework import Gate, Numbers
from ..model import PlanEntry
from ..model.case import Case, CaseService, Option
from .acting import due_back
from .book import Book, local
from .observing import observe

if TYPE_CHECKING:
    from ..store import Reader, Transaction


def gate_now(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService
) -> tuple[Gate, Numbers]:
    """Look again at the gates, and not at the order, and at which number is answered now.

    Whoever has lost the last unit since the ranking is passed over, also where it is known when
    the unit will be back: the order has not counted that wait.
    """
    need = need_now(book, reader, case, service)
    known = {
        option.provider: provider
        for option in service.options
        if (provider := book.catalog.find(option.provider)) is not None
    }
    out = eligibility.split(known.values(), need).excluded
    reasons = {each.provider: str(each.detail) for each in out}

    def gate(option: Option) -> str | None:
        if option.provider not in known:
            return "no longer in the file"
        known_now = need.observations.availability.get(option.provider)
        if known_now is not None and known_now.free == 0 and not option.wait_min:
            wait_min = known_now.wait_min
            if wait_min is None:
                return "all units taken since"
            # One that should be back by now is ranked as free, and may be asked.
            if wait_min > 0:
                return f"all units taken since, the next in about {wait_min:.0f} min"
        return reasons.get(option.provider)

    def numbers(option: Option) -> tuple[str, ...]:
        provider = known.get(option.provider)
        if provider is None:
            return option.phones
        return tuple(phone.shown for phone in eligibility.phones_at(provider, need))

    return gate, numbers


def overdue_since(book: Book, reader: "Reader | Transaction", case: Case, provider_id: str) -> str:
    """Say when a provider's overdue unit was due back; empty if one is free, or all are booked."""
    provider = book.catalog.find(provider_id)
    if provider is None:
        return ""
    bookings = reader.bookings().get(provider_id, [])
    needed_at = max(book.now, case.incident.when)
    found = availability.units_at(provider.units, bookings, needed_at, book.now)
    if found is None or found.state != "overdue":
        return ""
    booking = next(each for each in bookings if each.end == found.since)
    return due_back(book, provider.name, booking)


def need_now(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService
) -> eligibility.Need:
    """What a service of a case asks of a provider who is called at this moment.

    Its units are asked for when they are needed: a case may begin later.
    """
    # In the centre's zone, in which the reasons say when somebody opens.
    incident = replace(case.incident, when=local(book.now, book), asked=())
    entry = PlanEntry(service=service.service, equipment=service.equipment)
    needed_at = max(book.now, case.incident.when)
    observed = observe(book.catalog, reader, book.now, needed_at)
    [need] = desk.needs_of(book.catalog, incident, [entry], book.holidays, observed)
    return need
