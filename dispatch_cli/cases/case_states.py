"""Where a case, a service and its offers stand, all worked out from the records at a moment."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from ..messages import Message
from ..model.case import Case, CaseService, Offer, Option, ServiceState
from ..model.clock_jumps import is_ahead
from ..notation.dialling import is_same_number
from .unit_bookings import breaks_promise

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

_UNANSWERED = ("no_answer", "unreachable")
"""States after which the provider's other numbers are tried."""

ANSWER_WITHIN = timedelta(minutes=3)
CALL_BACK_WITHIN = timedelta(minutes=5)
APPOINTMENT_AFTER = timedelta(minutes=1)
"""An incident that begins later than so long after a call is an appointment."""
NEXT_CALL_WITHIN = timedelta(minutes=3)
"""How long a service may wait while no provider is asked for it."""

Gate = Callable[[Option], Message | str | None]
"""Says why an option cannot be asked any more (closed, last unit gone), or None."""

Numbers = Callable[[Option], tuple[str, ...]]
"""The numbers of an option in the order in which to try them now."""


class Deadline(Struct, frozen=True):
    """Something that should have happened by a moment.

    An answer, an arrival or a closing belongs to an ``offer``; the next call, or the last resort's
    if no provider is left, to a ``service``; the call back to the case. With ``is_ahead`` a clock
    that was ahead has set the moment: it is not known when it is due, and it counts as due. With
    ``is_broken`` it is the promised arrival that the booking of a unit cannot keep: a new time is
    due at once.
    """

    at: datetime
    what: str
    offer: int = 0
    service: str = ""
    is_ahead: bool = False
    is_broken: bool = False

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have happened by now."""
        return self.is_ahead or self.is_broken or self.at < now


class Next(Struct, frozen=True):
    """Whom to ask next, on which number, and who was passed over with the reason."""

    option: Option | None
    phone: str
    skipped: tuple[tuple[Option, Message | str], ...]


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
    """Return the service to work first: an open call before one that can be placed."""
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

    A provider that did not answer is called on each of its numbers before the next provider.
    """
    skipped: list[tuple[Option, Message | str]] = []
    for option, phone, why in _turns(case, service, gate, numbers):
        if not why:
            return Next(option, phone, tuple(skipped))
        skipped.append((option, why))
    return Next(None, "", tuple(skipped))


def still_to_ask(
    case: Case, service: CaseService, gate: Gate, numbers: Numbers
) -> Iterator[tuple[Option, str]]:
    """Yield the options that would be asked one after the other from now on, with the number."""
    turns = _turns(case, service, gate, numbers)
    return ((option, phone) for option, phone, why in turns if not why)


def callable_option(
    case: Case, service: CaseService, provider: str, numbers: Numbers
) -> Option | None:
    """Return a provider's option of a service, if one of its numbers may still be dialled."""
    option = service.option_of(provider)
    if option is None:
        return None
    phone, _ = next_phone(option, numbers(option), list(offers_for(case, service.service)))
    return option if phone else None


def _turns(
    case: Case, service: CaseService, gate: Gate, numbers: Numbers
) -> Iterator[tuple[Option, str, Message | str]]:
    """Yield the options whose turn is to come: the number to dial, or why they are passed over."""
    offers = list(offers_for(case, service.service))
    for option in service.options:
        phone, why = next_phone(option, numbers(option), offers)
        if phone or why:
            yield option, phone, why or gate(option) or ""


def next_phone(
    option: Option, numbers: tuple[str, ...], offers: Sequence[Offer]
) -> tuple[str, Message | str]:
    """Return the number to try, or why none is; both are empty if the provider has had its turn.

    A provider is passed over if one of its numbers has said no under another id. A number that was
    not answered under another id is not dialled again, and the provider's other numbers are.
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
            "has the number of {name}: {state}",
            name=bars[0].name,
            state=bars[0].state.replace("_", " "),
        )
        return "", why
    return (untried[0] if untried else ""), ""


def _called(phone: str, offers: Sequence[Offer]) -> Offer | None:
    """Return the first of some offers for which a number was dialled."""
    return next((offer for offer in offers if is_same_number(offer.phone, phone)), None)


def deadlines(case: Case, now: datetime) -> list[Deadline]:
    """Everything that is due in an open case, the earliest first.

    A case with no other deadline than a call back is due to be closed. A deadline that lies further
    ahead than its own rule allows from ``now`` on is marked.
    """
    if case.closed_at is not None or case.cancelled:
        return []
    found = []
    if case.call_back_at is not None:
        # Its time has no rule of its own, but the record of it has a time.
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
    """Say when a case for which no call is left is due to be closed.

    That is when the last job of the providers that have arrived should be done. Help that could not
    help or was called off, and a case that needs no provider, leave as long as to a next call.
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
    """Return since when no call is open for some services: the last answer, or the need for them.

    A provider that did not answer has its time to call back before the next call is due. Moments
    that a clock ahead has recorded do not count; if there are no others, the second value is True.
    """
    opened_at, when = case.opened_at, case.incident.when
    # Each moment with the one at which a clock was read for it; an appointment was said.
    is_appointment = when - opened_at > APPOINTMENT_AFTER
    moments = [(opened_at, opened_at), (when, now if is_appointment else opened_at)]
    for offer in case.offers:
        if offer.service in services:
            # A provider that has called back since, or was never called, is waited for no longer.
            if offer.state == "no_answer" and offer.call_back_at is not None:
                moments.append((offer.call_back_at, offer.call_back_at - CALL_BACK_WITHIN))
            moments += [(end, end) for end in (offer.ended_at, offer.answered_at) if end]
    known = [moment for moment, read_at in moments if not is_ahead(read_at, now)]
    return (max(known), False) if known else (max(moment for moment, _ in moments), True)


def overdue(case: Case, now: datetime) -> list[Deadline]:
    """What should have happened by now and has not."""
    return [deadline for deadline in deadlines(case, now) if deadline.is_overdue(now)]
