"""Where a case, a service and its offers stand, all worked out from the records at a moment."""

from collections.abc import Callable, Iterator
from datetime import datetime

from msgspec import Struct

from ..model.case import Case, CaseService, Offer, Option, ServiceState

LIVE = ("accepted", "arrived")
"""States of an offer in which its unit is taken."""

# The state of a service, by the first of these states that one of its offers has.
_BY_OFFER: dict[str, ServiceState] = {
    "accepted": "accepted",
    "arrived": "arrived",
    "open": "asking",
    "unsuccessful": "unsuccessful",
    "cancelled": "cancelled",
}

Gate = Callable[[str], str | None]
"""Says why a provider cannot be asked any more (closed, last unit gone), or None."""


class Deadline(Struct, frozen=True):
    """Something that should have happened by a moment: an answer, an arrival, a call back."""

    at: datetime
    what: str
    offer: int = 0


class Next(Struct, frozen=True):
    """Whom to ask next, on which number, and who was passed over with the reason."""

    option: Option | None
    phone: str
    skipped: tuple[tuple[Option, str], ...]


def offer_of(case: Case, number: int) -> Offer | None:
    """The offer of that number."""
    return next((offer for offer in case.offers if offer.number == number), None)


def service_of(case: Case, name: str) -> CaseService | None:
    """The service of that name."""
    return next((service for service in case.services if service.service == name), None)


def offers_for(case: Case, service: str) -> Iterator[Offer]:
    """The offers made for a service, without the superseded ones."""
    return (o for o in case.offers if o.service == service and not o.corrected)


def service_state(case: Case, service: CaseService) -> ServiceState:
    """Where a service stands; what was accepted counts before what is asked."""
    if case.cancelled:
        return "cancelled"
    if case.closed_at is not None:
        return "closed"
    if not service.opened:
        return "later"
    states = {offer.state for offer in offers_for(case, service.service)}
    for state, stands in _BY_OFFER.items():
        if state in states:
            return stands
    return "waiting" if next_option(case, service).option else "exhausted"


def next_option(case: Case, service: CaseService, gate: Gate = lambda _: None) -> Next:
    """Find whom to ask next: the first option that has not been asked, on its first number.

    Whoever did not answer is tried on every number it has before the next one's turn comes.
    """
    tried: dict[str, list[Offer]] = {}
    for offer in offers_for(case, service.service):
        tried.setdefault(offer.provider, []).append(offer)
    skipped: list[tuple[Option, str]] = []
    for option in service.options:
        asked = tried.get(option.provider, [])
        phone = _next_phone(option, asked)
        if phone is None:
            continue
        reason = gate(option.provider)
        if reason is None:
            return Next(option, phone, tuple(skipped))
        skipped.append((option, reason))
    return Next(None, "", tuple(skipped))


def _next_phone(option: Option, asked: list[Offer]) -> str | None:
    """The number to try, or None where the provider has had its turn."""
    if any(offer.state not in ("no_answer", "unreachable") for offer in asked):
        return None
    used = {offer.phone for offer in asked}
    return next((phone for phone in option.phones if phone not in used), None)


def deadlines(case: Case) -> list[Deadline]:
    """Everything that is due in an open case, the earliest first."""
    if case.closed_at is not None or case.cancelled:
        return []
    found = [Deadline(case.call_back_at, "call back")] if case.call_back_at else []
    for offer in case.offers:
        if offer.state == "open":
            found.append(Deadline(offer.answer_by, "answer", offer.number))
        elif offer.state == "accepted" and offer.arrive_by is not None:
            found.append(Deadline(offer.arrive_by, "arrival", offer.number))
    return sorted(found, key=lambda deadline: deadline.at)


def overdue(case: Case, now: datetime) -> list[Deadline]:
    """What should have happened by now and has not."""
    return [deadline for deadline in deadlines(case) if deadline.at < now]
