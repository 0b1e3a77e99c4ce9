"""The correction of an answer: a new record supersedes the wrong one, and both are kept."""

from datetime import datetime

from msgspec.structs import replace

from ..errors import UsageError
from ..messages import Message
from ..model.case import Case, CorrectedOutcome, Offer
from .case_deadlines import ANSWER_WITHIN, CALL_BACK_WITHIN
from .case_states import UNDER_WAY, WAITING_FOR_ANSWER, offers_for
from .offer_changes import (
    RefusedActError,
    allowed_offer,
    answered_or_opened_at,
    put_offer,
    ref_of,
)


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
        raise RefusedActError(
            Message("{ref} {name} arrived", ref=ref_of(case, offer), name=offer.name),
            offer.arrived_at,
        )
    if offer.state in WAITING_FOR_ANSWER and right != "not_called":
        raise UsageError(
            "{ref} has not been answered",
            ref=ref_of(case, offer),
            hint="record the answer, or correct it as not_called",
        )
    before = case
    # The provider thinks that it has the job; after other answers it does not.
    is_misled = offer.state == "accepted" and right not in ("accepted", "open", "failed")
    case = put_offer(
        case,
        replace(
            offer,
            corrected=True,
            ended_at=offer.ended_at or now,
            tell_driver_by=None,
            tell_caller_by=None,
            call_off_by=now if is_misled else offer.call_off_by,
        ),
    )
    if right == "not_called":
        return case
    fresh = replace(_cleared(offer, operator), number=len(case.offers) + 1)
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
    """Raise an error if another offer for the same service is open or live."""
    for other in offers_for(case, offer.service):
        if other.number != offer.number and other.state in UNDER_WAY:
            template = "{ref} {name} is {state}"
            ref = ref_of(case, other)
            text = Message(template, ref=ref, name=other.name, state=other.state)
            raise RefusedActError(text, answered_or_opened_at(other))


def _cleared(offer: Offer, operator: str) -> Offer:
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
