"""The deadlines of a case, computed from its records: until when who must have done what."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ..model.case import Case, CaseService, Offer
from ..model.clock_jumps import is_ahead
from ..model.words import DANGEROUS_SPOTS
from .case_states import chain_of, is_followed, service_state
from .unit_bookings import breaks_promise

ANSWER_WITHIN = timedelta(minutes=3)
CALL_BACK_WITHIN = timedelta(minutes=5)
RING_BACK_WITHIN = timedelta(minutes=10)
"""How long a provider that rings back delays the next call, counted from the call to it."""
APPOINTMENT_AFTER = timedelta(minutes=1)
"""An incident that begins later than this after a call is an appointment."""
NEXT_CALL_WITHIN = timedelta(minutes=3)
"""How long a service may wait without an open offer."""

WHAT_IS_DUE = (
    "emergency call", "call back", "call off", "answer", "ring back", "arrival", "new time",
    "tell driver", "tell caller", "next call", "last resort", "last resort answer", "closing",
)  # fmt: skip
"""What may be due in a case; of several at one moment the first one is the most urgent."""

EMERGENCY_WITHIN = timedelta(seconds=60)
"""How long the record of an emergency call may be missing."""

TELL_DRIVER_WITHIN = timedelta(minutes=2)
TELL_CALLER_WITHIN = timedelta(minutes=5)
TELL_CALLER_IN_TRAFFIC_WITHIN = timedelta(minutes=1)
"""How long a driver has no address, and a caller no time, after an acceptance."""


class Deadline(Struct, frozen=True):
    """A moment by which the operator or a provider must have done something.

    An answer, an arrival, a closing, or a call to the driver, to the caller or to a provider that
    is called off belongs to an ``offer``; the next call, or the call to the last resort, to a
    ``service``; the call back and the emergency call to the case. ``is_ahead``: a clock that was
    ahead has set the moment, so that it is wrong and counts as due. ``is_broken``: the unit's
    booking cannot keep the promised arrival, so that a new time is due at once.
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


def deadlines(case: Case, now: datetime) -> list[Deadline]:
    """Return the deadlines of a case: the emergency call, then the missed ones, the earliest first.

    A case that is over has only the providers that must be called off. An open one without any
    deadline but a call back is due to be closed. A deadline that is further ahead of ``now`` than
    its own rule allows is marked with ``is_ahead``.
    """
    found = [_calling_off(offer, now) for offer in case.offers if offer.call_off_by is not None]
    if case.closed_at is None and not case.cancelled:
        found += _of_open_case(case, now)
    return sorted(found, key=lambda deadline: _rank(deadline, now))


def _rank(deadline: Deadline, now: datetime) -> tuple[bool, bool, datetime, int]:
    """Return the key of a deadline in the order of a case; nothing precedes an emergency call."""
    rank = WHAT_IS_DUE.index(deadline.what)
    return rank > 0, not deadline.is_overdue(now), deadline.at, rank


def _of_open_case(case: Case, now: datetime) -> list[Deadline]:
    found = []
    if case.emergency_by is not None:
        found.append(_due(case.emergency_by, EMERGENCY_WITHIN, now, "emergency call"))
    if case.call_back_at is not None:
        # The operator chose its time, but the record of it must not be in the future.
        wrong = case.call_back_set_at is not None and is_ahead(case.call_back_set_at, now)
        found.append(Deadline(case.call_back_at, "call back", is_ahead=wrong))
    for offer in case.offers:
        found += _of_offer(case, offer, now)
    for service in case.services:
        found += _of_service(case, service, now)
    if all(deadline.what in ("call back", "emergency call") for deadline in found):
        found.append(_closing(case, now))
    return found


def _due(at: datetime, within: timedelta, now: datetime, what: str, offer: int = 0) -> Deadline:
    """Make a deadline that was set ``within`` before it."""
    return Deadline(at, what, offer, is_ahead=is_ahead(at - within, now))


def _calling_off(offer: Offer, now: datetime) -> Deadline:
    return _due(offer.call_off_by or now, timedelta(), now, "call off", offer.number)


def _of_offer(case: Case, offer: Offer, now: datetime) -> Iterator[Deadline]:
    """Yield the deadlines of an offer in an open case, but not that it must be called off."""
    if offer.call_off_by is None:
        if offer.state == "open":
            yield _due(offer.answer_by, ANSWER_WITHIN, now, "answer", offer.number)
        elif offer.state == "later" and offer.ring_back_by is not None:
            # The operator has chosen this time, as that of a call back.
            yield Deadline(offer.ring_back_by, "ring back", offer.number)
    if offer.state == "accepted" and offer.arrive_by is not None:
        wrong = is_ahead(offer.promises[-1].said_at, now)
        yield Deadline(offer.arrive_by, "arrival", offer.number, is_ahead=wrong)
        if breaks_promise(case, offer):
            at = offer.promises[-1].there_at
            yield Deadline(at, "new time", offer.number, is_broken=True)
        if offer.tell_driver_by is not None:
            yield _due(offer.tell_driver_by, TELL_DRIVER_WITHIN, now, "tell driver", offer.number)
        if offer.tell_caller_by is not None:
            # Sooner if it became known after the promise that the vehicle stands in traffic.
            by = min(offer.tell_caller_by, offer.promises[-1].said_at + tell_caller_within(case))
            yield Deadline(by, "tell caller", offer.number, is_ahead=wrong)


def _of_service(case: Case, service: CaseService, now: datetime) -> Iterator[Deadline]:
    """Yield the next call of a service without an open offer, or what its last resort must do.

    An exhausted service has no deadline while one that was planned after it can bring help.
    """
    state = service_state(case, service)
    if state == "last_resort" and service.last_resort_by is not None:
        due = _due(service.last_resort_by, NEXT_CALL_WITHIN, now, "last resort answer")
        yield replace(due, service=service.service)
    elif state in ("waiting", "exhausted") and not is_followed(case, service):
        what = "next call" if state == "waiting" else "last resort"
        since, wrong = _idle_since(case, chain_of(case, service), now)
        by = since + NEXT_CALL_WITHIN
        yield Deadline(by, what, service=service.service, is_ahead=wrong)


def tell_caller_within(case: Case) -> timedelta:
    """Return how soon after an acceptance the caller must be told, sooner in traffic."""
    is_soon = case.incident.spot in DANGEROUS_SPOTS
    return TELL_CALLER_IN_TRAFFIC_WITHIN if is_soon else TELL_CALLER_WITHIN


def _closing(case: Case, now: datetime) -> Deadline:
    """Return when a case that needs no further call is due to be closed.

    That is the end of the last booked job of the providers that have arrived. After help that was
    unsuccessful or cancelled, or that the last resort gives, and in a case without providers, it
    is the time for a next call.
    """
    ends = [
        (each.last_resort_by, 0, is_ahead(each.last_resort_by - NEXT_CALL_WITHIN, now))
        for each in case.services
        if service_state(case, each) == "taken_over" and each.last_resort_by is not None
    ]
    for offer in case.offers:
        over_at = offer.ended_at or offer.answered_at
        if offer.state == "arrived" and offer.arrived_at and offer.booked_until:
            ends.append((offer.booked_until, offer.number, is_ahead(offer.arrived_at, now)))
        elif offer.state in ("unsuccessful", "cancelled", "called_off") and over_at:
            ends.append((over_at + NEXT_CALL_WITHIN, offer.number, is_ahead(over_at, now)))
    if not ends:
        since, wrong = _idle_since(case, (), now)
        return Deadline(since + NEXT_CALL_WITHIN, "closing", is_ahead=wrong)
    at, number, wrong = max(ends)
    return Deadline(at, "closing", number, is_ahead=wrong)


def _idle_since(
    case: Case, services: Collection[CaseService], now: datetime
) -> tuple[datetime, bool]:
    """Return since when no call has been open for some services: the last answer, or their begin.

    A provider that did not answer may call back before the next call is due. Moments recorded by a
    clock that was ahead do not count; if there are no others, the second value is True.
    """
    names = {each.service for each in services}
    opened_at, when = case.opened_at, case.incident.when
    # Each moment with the reading of the clock behind it; an appointment has none.
    is_appointment = when - opened_at > APPOINTMENT_AFTER
    moments = [(opened_at, opened_at), (when, now if is_appointment else opened_at)]
    for each in services:
        if each.last_resort_state == "does_not" and each.last_resort_by is not None:
            refused_at = each.last_resort_by - NEXT_CALL_WITHIN
            moments.append((refused_at, refused_at))
    for offer in case.offers:
        if offer.service in names:
            # After a call back or a correction the state is another one, and the wait is over.
            if offer.state == "later" and offer.ring_back_by is not None:
                waits_until = min(offer.ring_back_by, offer.opened_at + RING_BACK_WITHIN)
                moments.append((waits_until, offer.opened_at))
            if offer.state == "no_answer" and offer.call_back_at is not None:
                moments.append((offer.call_back_at, offer.call_back_at - CALL_BACK_WITHIN))
            moments += [(end, end) for end in (offer.ended_at, offer.answered_at) if end]
    known = [moment for moment, read_at in moments if not is_ahead(read_at, now)]
    return (max(known), False) if known else (max(moment for moment, _ in moments), True)


def overdue(case: Case, now: datetime) -> list[Deadline]:
    """Return the missed deadlines of a case, the emergency call first, then the earliest."""
    return [deadline for deadline in deadlines(case, now) if deadline.is_overdue(now)]
