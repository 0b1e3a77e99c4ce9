"""The gates once more, at the moment of the call."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import desk, eligibility
from ..casework import Gate, Numbers
from ..model import PlanEntry
from ..model.case import Case, CaseService, Option
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
        availability = need.observations.availability.get(option.provider)
        if availability is not None and availability.free == 0 and not option.wait_min:
            wait_min = availability.wait_min
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


def need_now(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService
) -> eligibility.Need:
    """What a service of a case asks of a provider at this moment."""
    # In the centre's zone, in which the reasons say when somebody opens.
    incident = replace(case.incident, when=local(book.now, book), asked=())
    entry = PlanEntry(service=service.service, equipment=service.equipment)
    observed = observe(book.catalog, reader, book.now, book.now)
    [need] = desk.needs_of(book.catalog, incident, [entry], book.holidays, observed)
    return need
