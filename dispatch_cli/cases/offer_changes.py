"""The acts on offers: each function returns the changed case, or raises an error."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import get_args

from msgspec.structs import replace

from ..availability import Fleet
from ..errors import ConflictError, UsageError
from ..messages import Message, joined
from ..model.case import Case, CaseService, Offer, OfferOutcome, Option, Promise, ref_of
from ..model.words import DECLINE_REASONS
from .case_deadlines import (
    ANSWER_WITHIN,
    CALL_BACK_WITHIN,
    TELL_DRIVER_WITHIN,
    tell_caller_within,
)
from .case_states import LIVE, WAITING_FOR_ANSWER, offer_in, offers_for, service_state, state_word
from .joint_calls import holder_of
from .offer_forecast import with_forecast
from .offer_table import TABLE, Refused
from .refused_act import RefusedActError
from .unit_bookings import JobMinutes, Rebooking, booked_time, extend, move, take_unit

LATE_AFTER = timedelta(minutes=10)
"""The tolerance after a promised arrival, before the deadline is missed."""


def ask(
    case: Case,
    service: CaseService,
    option: Option,
    *,
    phone: str,
    now: datetime,
    operator: str,
    override: str = "",
    before_opening: bool = False,
    answer_within: timedelta = ANSWER_WITHIN,
) -> Case:
    """Open an offer, for a call that is placed now; a service has one open offer at a time."""
    must_need_a_call(case, service, is_named=True)
    ranks = [each.provider for each in service.options]
    offer = Offer(
        number=len(case.offers) + 1,
        service=service.service,
        provider=option.provider,
        name=option.name,
        phone=phone,
        opened_at=now,
        answer_by=now + answer_within,
        operator=operator,
        rank=ranks.index(option.provider) + 1 if option.provider in ranks else 0,
        override=override,
        before_opening=before_opening,
    )
    if not override:
        offer = with_forecast(offer, option, case.incident.when)
    return replace(case, offers=(*case.offers, offer))


def accept(
    case: Case,
    number: int,
    *,
    there_at: datetime,
    now: datetime,
    fleet: Fleet,
    minutes: JobMinutes,
    extra_unit: bool = False,
) -> Case:
    """Record an acceptance with its promise, and book a unit of the provider, one for each call.

    ``fleet`` has the bookings of all other jobs. Raises ConflictError for a late answer, and
    NoUnitError if no unit is free for the whole time.
    """
    offer = allowed_offer(case, number, "accept")
    others = [o for o in offers_for(case, offer.service) if o.number != number]
    for other in others:
        if other.state in LIVE:
            at = answered_or_opened_at(other)
            raise RefusedActError("already accepted by {name} at {at}", name=other.name, at=at)
        if other.state == "open" and offer.state == "no_answer":
            raise ConflictError(
                "{ref} is being asked: {name}", ref=ref_of(case.id, other.number), name=other.name
            )
        if other.state in WAITING_FOR_ANSWER:
            case = put_offer(case, replace(other, call_off_by=now))
    case = _wanted_again(case, offer)
    if offer.state == "no_answer" and (offer.call_back_at is None or now > offer.call_back_at):
        raise ConflictError(
            "{ref}: the time for a call back is over",
            ref=ref_of(case.id, offer.number),
            hint=Message(
                'record the late answer with "dispatch case correct {ref} --outcome accepted"',
                ref=ref_of(case.id, offer.number),
            ),
        )
    accepted = replace(
        offer,
        outcome="accepted",
        answered_at=now,
        promises=(Promise(there_at, now, "provider"),),
        arrive_by=there_at + LATE_AFTER,
        tell_driver_by=now + TELL_DRIVER_WITHIN,
        tell_caller_by=now + tell_caller_within(case),
        call_off_by=None,
    )
    holder = holder_of(case, number)
    if holder is not None:  # the unit already comes for another service of the call
        return put_offer(case, replace(accepted, unit=holder.unit))
    begin, end = booked_time(case, there_at, now=now, minutes=minutes)
    unit = take_unit(offer, fleet, (begin, end), minutes, extra=extra_unit)
    return put_offer(case, replace(accepted, unit=unit, booked_from=begin, booked_until=end))


def answer(case: Case, number: int, action: str, *, now: datetime, reason: str = "") -> Case:
    """Record an answer or end other than an acceptance.

    A refusal may be without a ``reason``. Raises UsageError for one that is not in DECLINE_REASONS.
    """
    offer = allowed_offer(case, number, action)
    if action == "decline" and reason and reason not in DECLINE_REASONS:
        raise UsageError(
            "unknown reason {reason!r}; allowed: {decline_reasons}",
            reason=reason,
            decline_reasons=joined(map(Message, DECLINE_REASONS), ", "),
        )
    ends = offer.state in LIVE
    follows = TABLE[offer.state][action]
    changed = replace(
        offer,
        outcome=next(each for each in get_args(OfferOutcome) if each == follows),
        reason=reason,
        answered_at=offer.answered_at or now,
        ended_at=now if ends else None,
        call_back_at=now + CALL_BACK_WITHIN if action == "no_answer" else None,
        ring_back_by=None,
        tell_driver_by=None,
        tell_caller_by=None,
        # A provider that refuses need not be called off; one that the motorist cancels must be.
        call_off_by=now if action == "cancel" else None,
    )
    case = put_offer(case, changed)
    if ends and action in ("fail", "wrong_equipment"):
        case = awaited_again(case, offer.service)
    if action == "unsuccessful":
        return open_services(case, lambda each: each.after == offer.service)
    return case


def promise(
    case: Case,
    number: int,
    *,
    there_at: datetime,
    now: datetime,
    speaker: str,
    fleet: Fleet,
    minutes: JobMinutes,
) -> tuple[Case, Rebooking]:
    """Record a new promised time and keep the older promises.

    The second value is the booking at the new time, with those of other jobs that give way.
    """
    offer = allowed_offer(case, number, "eta")
    fresh = Promise(there_at, now, speaker)
    changed = replace(
        offer,
        promises=(*offer.promises, fresh),
        arrive_by=there_at + LATE_AFTER,
        tell_caller_by=now + tell_caller_within(case),
    )
    since = min(offer.answered_at or now, now)
    placed = move(offer, fleet, *booked_time(case, there_at, now=since, minutes=minutes))
    return put_offer(case, _booked(changed, placed)), placed


def arrive(
    case: Case, number: int, *, now: datetime, fleet: Fleet, job_min: float
) -> tuple[Case, Rebooking]:
    """Record the arrival of help; its unit is booked until the expected end of the job.

    The second value is that booking, with those of other jobs that give way.
    """
    offer = allowed_offer(case, number, "arrive")
    placed = extend(offer, fleet, job_min)
    changed = replace(offer, arrived_at=now, tell_driver_by=None, tell_caller_by=None)
    return put_offer(case, _booked(changed, placed)), placed


def awaited_again(case: Case, service: str) -> Case:
    """Return the case in which the open offers of a service that has lost its help count again."""
    return _not_called_off(
        case, lambda each: each.service == service and each.state in WAITING_FOR_ANSWER
    )


def _wanted_again(case: Case, offer: Offer) -> Case:
    """Return the case in which the provider of an offer is not called off by older records of it.

    It comes after all, so that a call to it that it is not needed would be wrong.
    """
    return _not_called_off(
        case,
        lambda each: (
            each.corrected and (each.service, each.provider) == (offer.service, offer.provider)
        ),
    )


def _not_called_off(case: Case, which: Callable[[Offer], bool]) -> Case:
    offers = tuple(replace(o, call_off_by=None) if which(o) else o for o in case.offers)
    return replace(case, offers=offers)


def open_services(case: Case, wanted: Callable[[CaseService], bool]) -> Case:
    """Open services that were planned for later."""
    services = tuple(replace(each, opened=True) if wanted(each) else each for each in case.services)
    return replace(case, services=services)


def allowed_offer(case: Case, number: int, action: str, *, is_open: bool = True) -> Offer:
    """Return the offer of a number if the table of states and actions allows the action.

    ``is_open``: the action needs an open case.
    """
    offer = offer_in(case, number)
    if is_open:
        must_be_open(case)
    cell = TABLE[offer.state][action]
    if isinstance(cell, Refused):
        raise RefusedActError(
            "{ref} {why}: {name} at {at} ({state})",
            ref=ref_of(case.id, offer.number),
            why=cell.why,
            name=offer.name,
            at=answered_or_opened_at(offer),
            state=state_word(offer.state),
        )
    return offer


def must_be_open(case: Case) -> None:
    """Raise an error if a case is closed or cancelled."""
    if case.closed_at is not None:
        raise RefusedActError(
            "case {id} was cancelled at {at}" if case.cancelled else "case {id} was closed at {at}",
            id=case.id,
            at=case.closed_at,
        )


def must_need_a_call(case: Case, service: CaseService, *, is_named: bool = False) -> None:
    """Raise an error if a service waits for another one, or has an open or live offer.

    ``is_named``: the provider is known, so that it can be asked while the last one of the cascade
    rings back later.
    """
    must_be_open(case)
    state = service_state(case, service)
    offers = offers_for(case, service.service)
    if is_named and state == "asking" and all(offer.state != "open" for offer in offers):
        return
    if state == "later":
        raise ConflictError(
            "{service} waits until {after} has failed",
            service=Message(service.service),
            after=Message(service.after or ""),
        )
    if state in (*LIVE, "asking", "unsuccessful", "cancelled"):
        last = _last_of(case, service)
        raise RefusedActError(
            "{service} is {state} already: {ref} {name} at {at}",
            service=Message(service.service),
            state=state_word(state),
            ref=ref_of(case.id, last.number),
            name=last.name,
            at=answered_or_opened_at(last),
        )


def put_offer(case: Case, changed: Offer) -> Case:
    """Return the case with an offer in the place of the one with its number."""
    offers = tuple(changed if o.number == changed.number else o for o in case.offers)
    return replace(case, offers=offers)


def _booked(offer: Offer, placed: Rebooking) -> Offer:
    return replace(offer, unit=placed.unit, booked_from=placed.begin, booked_until=placed.end)


def _last_of(case: Case, service: CaseService) -> Offer:
    """Return the last offer that decides the state of a service."""
    found = [
        offer
        for offer in offers_for(case, service.service)
        if offer.state in (*WAITING_FOR_ANSWER, *LIVE, "unsuccessful", "cancelled")
    ]
    return found[-1]


def answered_or_opened_at(offer: Offer) -> datetime:
    """Return when an offer was answered; without an answer, when it was opened."""
    return offer.answered_at or offer.opened_at
