"""Where a case, a service and its offers stand, all worked out from the records at a moment."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

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

LEAST_DIGITS = 6
"""A text with fewer digits is no whole number."""
NEXT_CALL_WITHIN = timedelta(minutes=3)
"""How long a service may wait with nobody being asked for it."""

Gate = Callable[[Option], str | None]
"""Says why an option cannot be asked any more (closed, last unit gone), or None."""

Numbers = Callable[[Option], tuple[str, ...]]
"""The numbers of an option in the order in which to try them now."""


class Deadline(Struct, frozen=True):
    """Something that should have happened by a moment.

    An answer, an arrival or a closing is of an ``offer``; the next call, or the last resort's where
    nobody is left, of a ``service``; the call back is of the case.
    """

    at: datetime
    what: str
    offer: int = 0
    service: str = ""


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


def service_in_need(case: Case) -> CaseService | None:
    """The service that somebody at the phone is needed for first; the first where none is."""
    states = [(service_state(case, each), each) for each in case.services]
    for needed in ("asking", "waiting", "exhausted", "accepted", "arrived"):
        for state, service in states:
            if state == needed:
                return service
    return case.services[0] if case.services else None


def offer_in_hand(case: Case, service: CaseService) -> Offer | None:
    """The offer that an answer is about: the open one, else one that stands, else the last."""
    offers = list(offers_for(case, service.service))
    for states in (("open",), LIVE):
        for offer in offers:
            if offer.state in states:
                return offer
    return offers[-1] if offers else None


def next_option(
    case: Case,
    service: CaseService,
    gate: Gate = lambda _: None,
    numbers: Numbers = lambda option: option.phones,
) -> Next:
    """Find whom to ask next: the first option that has not been asked, on its first number.

    Whoever did not answer is tried on every number it has before the next one's turn comes.
    """
    tried: dict[str, list[Offer]] = {}
    for offer in offers_for(case, service.service):
        tried.setdefault(offer.provider, []).append(offer)
    skipped: list[tuple[Option, str]] = []
    for option in service.options:
        asked = tried.get(option.provider, [])
        phone = _next_phone(numbers(option), asked)
        if phone is None:
            continue
        other = _same_number(option, tried)
        if other is not None:
            said = f"{other.name}: {other.state.replace('_', ' ')}"
            skipped.append((option, f"has the number of {said}"))
            continue
        reason = gate(option)
        if reason is None:
            return Next(option, phone, tuple(skipped))
        skipped.append((option, reason))
    return Next(None, "", tuple(skipped))


def callable_option(
    case: Case, service: CaseService, provider: str, numbers: Numbers
) -> Option | None:
    """Return a provider's option of a service, if one of its numbers has not been tried."""
    asked = [offer for offer in offers_for(case, service.service) if offer.provider == provider]
    option = next((each for each in service.options if each.provider == provider), None)
    return option if option is not None and _next_phone(numbers(option), asked) else None


def _same_number(option: Option, tried: Mapping[str, list[Offer]]) -> Offer | None:
    """The call under another id that this provider's number has answered, or did not answer."""
    return next(
        (
            offer
            for provider, offers in tried.items()
            for offer in offers
            if provider != option.provider
            and any(is_same_number(offer.phone, phone) for phone in option.phones)
        ),
        None,
    )


def is_same_number(one: str, other: str) -> bool:
    """Whether two phone numbers are the same, in whatever groups and with whatever prefix."""
    digits = _digits(one)
    return one == other or (len(digits) >= LEAST_DIGITS and digits == _digits(other))


def _digits(number: str) -> str:
    """Return the digits that tell numbers apart, however the country is written."""
    return "".join(character for character in number if character.isdigit())[-9:]


def untried(case: Case, service: CaseService) -> list[Option]:
    """The options that nobody has been asked of yet, in their order."""
    asked = {offer.provider for offer in offers_for(case, service.service)}
    return [option for option in service.options if option.provider not in asked]


def _next_phone(numbers: tuple[str, ...], asked: list[Offer]) -> str | None:
    """The number to try, or None where the provider has had its turn."""
    if any(offer.state not in ("no_answer", "unreachable") for offer in asked):
        return None
    used = {offer.phone for offer in asked}
    return next((phone for phone in numbers if phone not in used), None)


def deadlines(case: Case) -> list[Deadline]:
    """Everything that is due in an open case, the earliest first.

    A case is due to be closed when the last job of those who have arrived should be done, and
    nothing else is due.
    """
    if case.closed_at is not None or case.cancelled:
        return []
    found = [Deadline(case.call_back_at, "call back")] if case.call_back_at else []
    for offer in case.offers:
        if offer.state == "open":
            found.append(Deadline(offer.answer_by, "answer", offer.number))
        elif offer.state == "accepted" and offer.arrive_by is not None:
            found.append(Deadline(offer.arrive_by, "arrival", offer.number))
    for service in case.services:
        state = service_state(case, service)
        if state in ("waiting", "exhausted"):
            what = "next call" if state == "waiting" else "last resort"
            since = _idle_since(case, service)
            found.append(Deadline(since + NEXT_CALL_WITHIN, what, service=service.service))
    ends = [
        (offer.booked_until, offer.number)
        for offer in case.offers
        if offer.state == "arrived" and offer.booked_until is not None
    ]
    if ends and all(deadline.what == "call back" for deadline in found):
        at, number = max(ends)
        found.append(Deadline(at, "closing", number))
    return sorted(found, key=lambda deadline: deadline.at)


def _idle_since(case: Case, service: CaseService) -> datetime:
    """Since when nobody is asked for a service: its last answer, or when it was needed first.

    Whoever did not answer has its time to call back before the next one is due.
    """
    moments = [case.opened_at, case.incident.when]
    names = (service.service, service.after)
    for offer in case.offers:
        if offer.service in names:
            # Whoever has called back since, or was never called, is waited for no longer.
            call_back_at = offer.call_back_at if offer.state == "no_answer" else None
            ends = (call_back_at, offer.ended_at, offer.answered_at)
            moments += [moment for moment in ends if moment is not None]
    return max(moments)


def overdue(case: Case, now: datetime) -> list[Deadline]:
    """What should have happened by now and has not."""
    return [deadline for deadline in deadlines(case) if deadline.at < now]
