"""The correction of an answer: a new record supersedes the wrong one, and both are kept."""

from datetime import datetime

from msgspec.structs import replace

from ..errors import UsageError
from ..model.case import Case, CorrectedOutcome, Offer, ref_of
from .case_deadlines import ANSWER_WITHIN, CALL_BACK_WITHIN
from .case_states import LIVE, UNDER_WAY, WAITING_FOR_ANSWER, offers_for
from .offer_changes import (
    allowed_offer,
    answered_or_opened_at,
    awaited_again,
    put_offer,
)
from .refused_act import RefusedActError


def correct(
    case: Case, number: int, right: CorrectedOutcome, *, now: datetime, operator: str
) -> Case:
    """Supersede an answer by a new record and keep both; refused once help has arrived.

    ``open``: the call is not answered yet. ``not_called``: there was no call, so that there is no
    new record. After a correction to "accepted" the caller must ``accept`` the new record, which
    books a unit.
    """
    offer = allowed_offer(case, number, "correct")
    if offer.arrived_at is not None:
        raise _is_there(case, offer, offer.arrived_at)
    if offer.state in WAITING_FOR_ANSWER and right != "not_called":
        raise UsageError(
            "{ref} has not been answered",
            ref=ref_of(case.id, offer.number),
            hint="record the answer, or correct it as not_called",
        )
    before = case
    # The provider thinks that it has the job, unless it comes for another service of the call.
    is_misled = offer.state == "accepted" and right not in ("accepted", "open", "failed")
    others = [each for each in case.of_one_call(offer) if each.number != number]
    is_misled = is_misled and not any(each.state in UNDER_WAY for each in others)
    case = put_offer(
        case,
        replace(
            offer,
            corrected=True,
            ended_at=offer.ended_at or now,
            tell_driver_by=None,
            tell_caller_by=None,
            # What it was to be called off from stays if the answer was another cancellation.
            call_off_by=now if is_misled else offer.call_off_by if right == "cancelled" else None,
        ),
    )
    if offer.state == "accepted" and right not in ("accepted", "cancelled"):
        case = awaited_again(case, offer.service)
    if right == "not_called":
        return case
    fresh = replace(cleared(offer, operator), number=len(case.offers) + 1)
    if right == "open":
        _must_be_idle(before, offer)
        fresh = replace(fresh, answer_by=now + ANSWER_WITHIN)
    elif right != "accepted":
        fresh = replace(
            fresh,
            outcome=right,
            answered_at=offer.answered_at,
            call_back_at=now + CALL_BACK_WITHIN if right == "no_answer" else None,
        )
    return replace(case, offers=(*case.offers, fresh))


def _must_be_idle(case: Case, offer: Offer) -> None:
    """Raise an error if another offer for the same service is open or live.

    A provider that rings back later leaves room for another call.
    """
    for other in offers_for(case, offer.service):
        if other.number == offer.number or other.state not in ("open", *LIVE):
            continue
        ref = ref_of(case.id, other.number)
        if other.state == "open":
            raise RefusedActError(
                "{ref} {name} has been open since {at}",
                ref=ref,
                name=other.name,
                at=other.opened_at,
            )
        if other.arrived_at is not None:
            raise _is_there(case, other, other.arrived_at)
        at = answered_or_opened_at(other)
        raise RefusedActError("{ref} {name} accepted at {at}", ref=ref, name=other.name, at=at)


def _is_there(case: Case, offer: Offer, at: datetime) -> RefusedActError:
    """Return the error about an offer whose help has arrived."""
    ref = ref_of(case.id, offer.number)
    return RefusedActError("{ref} {name} arrived at {at}", ref=ref, name=offer.name, at=at)


def cleared(offer: Offer, operator: str) -> Offer:
    """Return an offer as it was when the call was placed."""
    return Offer(
        number=offer.number,
        service=offer.service,
        provider=offer.provider,
        name=offer.name,
        phone=offer.phone,
        opened_at=offer.opened_at,
        answer_by=offer.answer_by,
        operator=operator,
        rank=offer.rank,
        override=offer.override,
        joint=offer.joint,
        before_opening=offer.before_opening,
        acceptance=offer.acceptance,
        forecast_min=offer.forecast_min,
        base_min=offer.base_min,
        travel_source=offer.travel_source,
    )
