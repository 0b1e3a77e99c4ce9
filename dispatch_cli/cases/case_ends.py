"""The end of a case: it is closed, or the motorist cancels it."""

from datetime import datetime

from msgspec.structs import replace

from ..errors import ConflictError
from ..model.case import Case, ref_of
from .case_states import LIVE, UNDER_WAY, WAITING_FOR_ANSWER
from .offer_changes import must_be_open

NOTHING_DUE = dict.fromkeys(("call_back_at", "call_back_set_at", "emergency_by", "on_line_since"))
"""What is no longer due when a case has ended."""


def close(case: Case, *, now: datetime) -> Case:
    """Return the closed case; raises ConflictError while an offer is open."""
    must_be_open(case)
    open_offers = [offer for offer in case.offers if offer.state in WAITING_FOR_ANSWER]
    if open_offers:
        raise ConflictError(
            "{ref} is still open: answer it first", ref=ref_of(case.id, open_offers[0].number)
        )
    ended = tuple(
        replace(offer, ended_at=now) if offer.state in LIVE and offer.ended_at is None else offer
        for offer in case.offers
    )
    return replace(case, offers=ended, closed_at=now, **NOTHING_DUE)


def cancel(case: Case, *, now: datetime) -> Case:
    """Return the case with every open or live offer cancelled; this counts against no provider."""
    must_be_open(case)
    ended = tuple(
        replace(
            offer,
            outcome="cancelled",
            answered_at=offer.answered_at or now,
            ended_at=now if offer.state in LIVE else None,
            ring_back_by=None,
            tell_driver_by=None,
            tell_caller_by=None,
            call_off_by=now,
        )
        if offer.state in UNDER_WAY
        else offer
        for offer in case.offers
    )
    return replace(case, offers=ended, cancelled=True, closed_at=now, **NOTHING_DUE)
