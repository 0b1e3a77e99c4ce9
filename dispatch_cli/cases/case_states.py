"""The states of a case, its services and offers, computed from the records at a moment."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from ..errors import UsageError
from ..messages import Message
from ..model.case import Case, CaseService, Offer, Option, ServiceState, ref_of
from ..notation.dialling import is_same_number

LIVE = ("accepted", "arrived")
"""States of an offer in which its unit is occupied."""

_BY_LAST_RESORT: dict[str, ServiceState] = {
    "called": "last_resort",
    "takes_over": "taken_over",
}
"""States in which the last resort counts before the providers that were not asked yet."""

# The first of these states that any offer of a service has gives the state of the service.
_BY_OFFER: dict[str, ServiceState] = {
    "accepted": "accepted",
    "arrived": "arrived",
    "open": "asking",
    "unsuccessful": "unsuccessful",
    "cancelled": "cancelled",
}

_FROM_HELP = ("exhausted", "waiting", "last_resort", "asking", "taken_over", *LIVE)
"""States of a service, the furthest from help first."""

_TO_WORK_ON = ("asking", "waiting", "exhausted", "last_resort", *LIVE)
"""States of a service, the one that the operator works on first: an open call cannot wait."""

_UNANSWERED = ("no_answer", "unreachable")
"""States after which the provider's other numbers are called."""

WAITING_FOR_ANSWER = ("open", "later")
"""States of an offer whose provider has not answered yet."""

UNDER_WAY = (*WAITING_FOR_ANSWER, *LIVE)
"""States of an offer whose provider is being asked, or is to help."""

OptionGate = Callable[[Option], Message | str | None]
"""Returns why an option cannot be asked now (closed, last unit booked), or None."""

OptionNumbers = Callable[[Option], tuple[str, ...]]
"""Returns the phone numbers of an option in the order in which to call them now."""


class NextCall(Struct, frozen=True):
    """The option and number to call next, and the skipped options with their reasons.

    ``option`` is None if no provider is left to ask.
    """

    option: Option | None
    phone: str
    skipped: tuple[tuple[Option, Message | str], ...]


def offer_of(case: Case, number: int) -> Offer | None:
    """Return the offer with a number; None if the case has no such offer."""
    return next((offer for offer in case.offers if offer.number == number), None)


def offer_in(case: Case, number: int) -> Offer:
    """Return the offer of a number; raises UsageError if the case has none."""
    offer = offer_of(case, number)
    if offer is None:
        raise UsageError("case {id} has no offer {ref}", id=case.id, ref=ref_of(case.id, number))
    return offer


def service_of(case: Case, name: str | None) -> CaseService | None:
    """Return the service of a name; None if the case does not have it."""
    return next((service for service in case.services if service.service == name), None)


def offers_for(case: Case, service: str) -> Iterator[Offer]:
    """Yield the offers for a service, without superseded ones."""
    return (o for o in case.offers if o.service == service and not o.corrected)


def service_state(case: Case, service: CaseService) -> ServiceState:
    """Return the state of a service; an accepted offer counts before an open one."""
    if case.cancelled:
        return "cancelled"
    if case.closed_at is not None:
        return "closed"
    if not is_opened(case, service):
        return "later"
    states = {offer.state for offer in offers_for(case, service.service)}
    for state, stands in _BY_OFFER.items():
        if state in states:
            return stands
    if service.last_resort_state in _BY_LAST_RESORT:
        return _BY_LAST_RESORT[service.last_resort_state]
    if next_option(case, service).option:
        return "waiting"
    return "asking" if "later" in states else "exhausted"


def case_state(case: Case) -> str:
    """Return the state of the service that is furthest from getting help."""
    if case.cancelled:
        return "cancelled"
    if case.closed_at is not None:
        return "closed"
    states = {
        service_state(case, service) for service in case.services if not is_followed(case, service)
    }
    return next((state for state in _FROM_HELP if state in states), "open")


def is_followed(case: Case, service: CaseService) -> bool:
    """Return whether a service is exhausted, and one planned after it can still bring help.

    So can a last resort that was called for a later service and has not answered yet.
    """
    if service_state(case, service) not in ("exhausted", "last_resort"):
        return False
    left = [service]
    for each in left:
        if each is not service and service_state(case, each) != "exhausted":
            return True
        left += [s for s in case.services if s.after == each.service and s not in left]
    return False


def is_opened(case: Case, service: CaseService) -> bool:
    """Return whether a service is no longer planned for later.

    It is opened by an act, and by the service before it once that has no provider left to ask.
    Services that wait for each other in a circle are open, as no other one could open them.
    """
    before = service_of(case, service.after)
    if service.opened or before is None or service_of(case, chain_of(case, service)[-1].after):
        return True
    return service_state(case, before) in ("unsuccessful", "exhausted", "last_resort")


def chain_of(case: Case, service: CaseService) -> list[CaseService]:
    """Return a service and those that it was planned after, one after the other.

    The last one waits for another only if they wait for each other in a circle.
    """
    chain = [service]
    while (before := service_of(case, chain[-1].after)) and before not in chain:
        chain.append(before)
    return chain


def state_word(state: str) -> Message:
    """Return the state of an offer or service as a word for the screen: ``no answer``."""
    return Message(state.replace("_", " "))


def service_in_need(case: Case) -> CaseService | None:
    """Return the service to work on first: one with an open call before one that needs a call."""
    states = [(service_state(case, each), each) for each in case.services]
    for needed in _TO_WORK_ON:
        for state, service in states:
            if state == needed:
                return service
    return case.services[0] if case.services else None


def offer_in_hand(case: Case, service: CaseService) -> Offer | None:
    """Return the offer that an answer concerns: the open one, else a live one, else the last.

    A provider that must be called off counts after all others under way.
    """
    offers = list(offers_for(case, service.service))
    needed = [offer for offer in offers if offer.call_off_by is None]
    for group in (needed, offers):
        for states in (("open",), LIVE, ("later",)):
            for offer in group:
                if offer.state in states:
                    return offer
    return offers[-1] if offers else None


def next_option(
    case: Case,
    service: CaseService,
    gate: OptionGate = lambda _: None,
    numbers: OptionNumbers = lambda option: option.phones,
) -> NextCall:
    """Find the next call: the first option that was not asked yet, on its first number.

    A provider that did not answer is called on each of its numbers before the next provider.
    """
    skipped: list[tuple[Option, Message | str]] = []
    for option, phone, why in _turns(case, service, gate, numbers):
        if not why:
            return NextCall(option, phone, tuple(skipped))
        skipped.append((option, why))
    return NextCall(None, "", tuple(skipped))


def still_to_ask(
    case: Case, service: CaseService, gate: OptionGate, numbers: OptionNumbers
) -> Iterator[tuple[Option, str]]:
    """Yield the options that would be asked from now on, in order, with their numbers."""
    turns = _turns(case, service, gate, numbers)
    return ((option, phone) for option, phone, why in turns if not why)


def callable_option(
    case: Case, service: CaseService, provider: str, numbers: OptionNumbers
) -> Option | None:
    """Return a provider's option of a service if one of its numbers may still be called."""
    option = service.option_of(provider)
    if option is None:
        return None
    phone, _ = next_phone(option, numbers(option), list(offers_for(case, service.service)))
    return option if phone else None


def _turns(
    case: Case, service: CaseService, gate: OptionGate, numbers: OptionNumbers
) -> Iterator[tuple[Option, str, Message | str]]:
    """Yield the options that were not asked yet: the number to call, or why they are skipped."""
    offers = list(offers_for(case, service.service))
    for option in service.options:
        phone, why = next_phone(option, numbers(option), offers)
        if phone or why:
            yield option, phone, why or gate(option) or ""


def next_phone(
    option: Option, numbers: tuple[str, ...], offers: Sequence[Offer]
) -> tuple[str, Message | str]:
    """Return the number to call, or why there is none; both are empty after the provider's turn.

    A provider is skipped if another id with one of its numbers was asked and answered. A number
    that was not answered under another id is not called again; the provider's other numbers are.
    """
    own = [offer for offer in offers if offer.provider == option.provider]
    left = [phone for phone in numbers if _called(phone, own) is None]
    if any(offer.state not in _UNANSWERED for offer in own) or not left:
        return "", ""
    others = [offer for offer in offers if offer.provider != option.provider]
    answered = [offer for offer in others if offer.state not in _UNANSWERED]
    known = (_called(phone, answered) for phone in (*numbers, *option.phones))
    calls = [(phone, _called(phone, others)) for phone in left]
    untried = [phone for phone, call in calls if call is None]
    bars = [call for call in known if call]
    if not (bars or untried or own):
        bars = [call for _, call in calls if call]
    if bars:
        why = Message(
            "same number as {name}: {state}",
            name=bars[0].name,
            state=state_word(bars[0].state),
        )
        return "", why
    return (untried[0] if untried else ""), ""


def _called(phone: str, offers: Sequence[Offer]) -> Offer | None:
    """Return the first of some offers for which a number was called."""
    return next((offer for offer in offers if is_same_number(offer.phone, phone)), None)
