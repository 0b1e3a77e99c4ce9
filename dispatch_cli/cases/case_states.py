"""The states of a case, its services and offers, computed from the records at a moment."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from ..errors import UsageError
from ..messages import Message
from ..model.case import Case, CaseService, Offer, Option, ServiceState, ref_of
from ..model.clock_jumps import is_ahead
from ..notation.dialling import is_same_number
from .unit_bookings import breaks_promise

LIVE = ("accepted", "arrived")
"""States of an offer in which its unit is occupied."""

# The first of these states that any offer of a service has gives the state of the service.
_BY_OFFER: dict[str, ServiceState] = {
    "accepted": "accepted",
    "arrived": "arrived",
    "open": "asking",
    "unsuccessful": "unsuccessful",
    "cancelled": "cancelled",
}

_UNANSWERED = ("no_answer", "unreachable")
"""States after which the provider's other numbers are called."""

ANSWER_WITHIN = timedelta(minutes=3)
CALL_BACK_WITHIN = timedelta(minutes=5)
APPOINTMENT_AFTER = timedelta(minutes=1)
"""An incident that begins later than this after a call is an appointment."""
NEXT_CALL_WITHIN = timedelta(minutes=3)
"""How long a service may wait without an open offer."""

OptionGate = Callable[[Option], Message | str | None]
"""Returns why an option cannot be asked now (closed, last unit booked), or None."""

OptionNumbers = Callable[[Option], tuple[str, ...]]
"""Returns the phone numbers of an option in the order in which to call them now."""


class Deadline(Struct, frozen=True):
    """A moment by which the operator or a provider must have done something.

    An answer, an arrival or a closing belongs to an ``offer``; the next call, or the call to the
    last resort, to a ``service``; the call back to the case. ``is_ahead``: a clock that was ahead
    has set the moment, so that it is wrong and counts as due. ``is_broken``: the unit's booking
    cannot keep the promised arrival, so that a new time is due at once.
    """

    at: datetime
    what: str
    offer: int = 0
    service: str = ""
    is_ahead: bool = False
    is_broken: bool = False

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the deadline is missed."""
        return self.is_ahead or self.is_broken or self.at < now


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


def service_of(case: Case, name: str) -> CaseService | None:
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
    if not service.opened:
        return "later"
    states = {offer.state for offer in offers_for(case, service.service)}
    for state, stands in _BY_OFFER.items():
        if state in states:
            return stands
    return "waiting" if next_option(case, service).option else "exhausted"


def state_word(state: str) -> Message:
    """Return the state of an offer or service as a word for the screen: ``no answer``."""
    return Message(state.replace("_", " "))


def service_in_need(case: Case) -> CaseService | None:
    """Return the service to work on first: one with an open call before one that needs a call."""
    states = [(service_state(case, each), each) for each in case.services]
    for needed in ("asking", "waiting", "exhausted", "accepted", "arrived"):
        for state, service in states:
            if state == needed:
                return service
    return case.services[0] if case.services else None


def offer_in_hand(case: Case, service: CaseService) -> Offer | None:
    """Return the offer that an answer concerns: the open one, else a live one, else the last."""
    offers = list(offers_for(case, service.service))
    for states in (("open",), LIVE):
        for offer in offers:
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


def deadlines(case: Case, now: datetime) -> list[Deadline]:
    """Return the deadlines of an open case, the earliest first.

    A case without any deadline but a call back is due to be closed. A deadline that is further
    ahead of ``now`` than its own rule allows is marked with ``is_ahead``.
    """
    if case.closed_at is not None or case.cancelled:
        return []
    found = []
    if case.call_back_at is not None:
        # The operator chose its time, but the record of it must not be in the future.
        wrong = case.call_back_set_at is not None and is_ahead(case.call_back_set_at, now)
        found.append(Deadline(case.call_back_at, "call back", is_ahead=wrong))
    for offer in case.offers:
        if offer.state == "open":
            wrong = is_ahead(offer.answer_by - ANSWER_WITHIN, now)
            found.append(Deadline(offer.answer_by, "answer", offer.number, is_ahead=wrong))
        elif offer.state == "accepted" and offer.arrive_by is not None:
            wrong = is_ahead(offer.promises[-1].said_at, now)
            found.append(Deadline(offer.arrive_by, "arrival", offer.number, is_ahead=wrong))
            if breaks_promise(case, offer):
                at = offer.promises[-1].there_at
                found.append(Deadline(at, "new time", offer.number, is_broken=True))
    for service in case.services:
        state = service_state(case, service)
        if state in ("waiting", "exhausted"):
            what = "next call" if state == "waiting" else "last resort"
            since, wrong = _idle_since(case, (service.service, service.after), now)
            by = since + NEXT_CALL_WITHIN
            found.append(Deadline(by, what, service=service.service, is_ahead=wrong))
    if all(deadline.what == "call back" for deadline in found):
        found.append(_closing(case, now))
    return sorted(found, key=lambda deadline: (not deadline.is_overdue(now), deadline.at))


def _closing(case: Case, now: datetime) -> Deadline:
    """Return when a case that needs no further call is due to be closed.

    That is the end of the last booked job of the providers that have arrived. After help that was
    unsuccessful or cancelled, and in a case without providers, it is the time for a next call.
    """
    ends = []
    for offer in case.offers:
        over_at = offer.ended_at or offer.answered_at
        if offer.state == "arrived" and offer.arrived_at and offer.booked_until:
            ends.append((offer.booked_until, offer.number, is_ahead(offer.arrived_at, now)))
        elif offer.state in ("unsuccessful", "cancelled") and over_at:
            ends.append((over_at + NEXT_CALL_WITHIN, offer.number, is_ahead(over_at, now)))
    if not ends:
        since, wrong = _idle_since(case, (), now)
        return Deadline(since + NEXT_CALL_WITHIN, "closing", is_ahead=wrong)
    at, number, wrong = max(ends)
    return Deadline(at, "closing", number, is_ahead=wrong)


def _idle_since(
    case: Case, services: Collection[str | None], now: datetime
) -> tuple[datetime, bool]:
    """Return since when no call has been open for some services: the last answer, or their begin.

    A provider that did not answer may call back before the next call is due. Moments recorded by a
    clock that was ahead do not count; if there are no others, the second value is True.
    """
    opened_at, when = case.opened_at, case.incident.when
    # Each moment with the reading of the clock behind it; an appointment has none.
    is_appointment = when - opened_at > APPOINTMENT_AFTER
    moments = [(opened_at, opened_at), (when, now if is_appointment else opened_at)]
    for offer in case.offers:
        if offer.service in services:
            # After a call back or a correction the state is another one, and the wait is over.
            if offer.state == "no_answer" and offer.call_back_at is not None:
                moments.append((offer.call_back_at, offer.call_back_at - CALL_BACK_WITHIN))
            moments += [(end, end) for end in (offer.ended_at, offer.answered_at) if end]
    known = [moment for moment, read_at in moments if not is_ahead(read_at, now)]
    return (max(known), False) if known else (max(moment for moment, _ in moments), True)


def overdue(case: Case, now: datetime) -> list[Deadline]:
    """Return the missed deadlines of a case, the earliest first."""
    return [deadline for deadline in deadlines(case, now) if deadline.is_overdue(now)]
