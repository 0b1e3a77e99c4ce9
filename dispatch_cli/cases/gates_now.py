"""Ask the gates again at the moment of a call."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import eligibility
from ..messages import Message
from ..model import Availability, Observations, PlanEntry, Provider
from ..model.case import Case, CaseService, Offer, Option
from . import case_states
from .book import Book, clock, local
from .case_states import OptionGate, OptionNumbers
from .decisions import due_back
from .observe_log import observe

if TYPE_CHECKING:
    from datetime import datetime

    from ..eligibility import Need
    from ..store import Reader, Transaction

_BARS_THE_CALL = ("on_hold", "closed_now")
"""Reasons that exclude a provider at the moment of the call, and not only of the incident."""


def gate_now(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService
) -> tuple[OptionGate, OptionNumbers]:
    """Return functions for the gates and the answered numbers of each option, as of now.

    The order is not computed again. Therefore a provider whose last free unit was booked after the
    ranking is skipped, also if its wait is known: the order does not include that wait.
    """
    called, needed = needs_now(book, reader, case, entry_of(service))
    known = {
        option.provider: provider
        for option in service.options
        if (provider := book.catalog.find(option.provider)) is not None
    }
    reasons = why_out(known.values(), called, needed)

    def gate(option: Option) -> Message | str | None:
        if option.provider not in known:
            return Message("no longer in the provider file")
        if option.provider in reasons:
            return reasons[option.provider]
        stands = eligibility.Assessment(needed, known[option.provider]).availability
        if stands.state == "later" and not option.wait_min:
            return _later(stands, book)
        return None

    return gate, numbers_at(book, called)


def numbers_at(book: Book, called: "Need") -> OptionNumbers:
    """Return a function for the numbers of an option that are answered at the moment of a call."""

    def numbers(option: Option) -> tuple[str, ...]:
        provider = book.catalog.find(option.provider)
        if provider is None:
            return option.phones
        return tuple(phone.shown for phone in eligibility.phones_of(provider, called))

    return numbers


def gate_for_all(
    book: Book, reader: "Reader | Transaction", case: Case, services: Sequence[CaseService]
) -> tuple[OptionGate, OptionNumbers]:
    """Return these functions for one call for several services, by options of the first one."""
    gate, numbers = gate_now(book, reader, case, services[0])
    others = [(each, *gate_now(book, reader, case, each)) for each in services[1:]]

    def gate_all(option: Option) -> Message | str | None:
        why = gate(option)
        for service, other_gate, other_numbers in others:
            listed = case_states.callable_option(case, service, option.provider, other_numbers)
            not_listed = Message("cannot be asked for {service}", service=Message(service.service))
            why = why or (other_gate(listed) if listed else not_listed)
        return why

    return gate_all, numbers


def wait_now(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService, option: Option
) -> float:
    """Return the minutes from now until a provider has a free unit."""
    _, needed = needs_now(book, reader, case, entry_of(service))
    provider = book.catalog.find(option.provider)
    if provider is None:
        return 0.0
    return eligibility.Assessment(needed, provider).availability.wait_min


def _later(stands: Availability, book: Book) -> Message | str:
    """Word why a provider that was free at the ranking is not free now."""
    if stands.source == "hours" and stands.opens_at is not None:
        return Message("opens {at}", at=clock(stands.opens_at, book))
    if stands.free_at is None:
        return Message("all units booked since the ranking")
    return Message(
        "all units booked since the ranking, the next one is free in about {wait_min:.0f} min",
        wait_min=stands.wait_min,
    )


def why_out(providers: Iterable[Provider], called: "Need", needed: "Need") -> dict[str, Message]:
    """Return the reason of each provider that must not be called now, by its id."""
    providers = list(providers)
    now = eligibility.split(providers, called).excluded
    then = now if needed is called else eligibility.split(providers, needed).excluded
    reasons = {each.provider: each.detail for each in then}
    return reasons | {each.provider: each.detail for each in now if each.reason in _BARS_THE_CALL}


def opens_later(book: Book, reader: "Reader | Transaction", case: Case, provider_id: str) -> bool:
    """Return whether a provider is called before it opens, when no answer teaches nothing."""
    provider = book.catalog.find(provider_id)
    if provider is None:
        return False
    called, _ = needs_now(book, reader, case, PlanEntry(service=""))
    return eligibility.Assessment(called, provider).availability.opens_at is not None


def overdue_since(
    book: Book, reader: "Reader | Transaction", case: Case, offer: Offer
) -> Message | str:
    """Word when an overdue unit was due back; empty if a unit is free or none is overdue."""
    provider = book.catalog.find(offer.provider)
    if provider is None:
        return ""
    _, needed = needs_now(book, reader, case, PlanEntry(service=offer.service))
    stands = eligibility.Assessment(needed, provider).availability
    if stands.due_at is None:
        return ""
    bookings = needed.observations.known[provider.id].bookings
    booking = next(each for each in bookings if each.end == stands.due_at)
    return due_back(book, provider.name, booking)


def needs_now(
    book: Book,
    reader: "Reader | Transaction",
    case: Case,
    entry: PlanEntry,
    *,
    without_case: int = 0,
    observed: Observations | None = None,
) -> tuple["Need", "Need"]:
    """Return the needs of a service at the moment of the call and at the time of the incident.

    Both are the same object unless the case is an appointment. The bookings of ``without_case`` do
    not count. ``observed`` is what the log has of the providers; None: it is read.
    """
    # In the centre's time zone, in which the reasons give the opening of a provider.
    called_at = local(book.now, book)
    needed_at = local(max(book.now, case.incident.when), book)
    seen = observed or observe(book.catalog, reader, book.now, without_case=without_case)

    def need_at(moment: "datetime") -> "Need":
        incident = replace(case.incident, when=moment, asked=())
        [need] = eligibility.needs_of(book.catalog.rules, incident, [entry], book.holidays, seen)
        return need

    called = need_at(called_at)
    return called, called if needed_at == called_at else need_at(needed_at)


def entry_of(service: CaseService) -> PlanEntry:
    """Return the plan entry of a case's service, with the fields that the gates read."""
    return PlanEntry(service=service.service, equipment=service.equipment)
