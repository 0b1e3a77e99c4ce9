"""The end of a case: it is closed, or the motorist cancels it."""

from datetime import datetime

from msgspec.structs import replace

from ..errors import ConflictError
from ..model.case import Case, ref_of
from .case_states import LIVE
from .offer_changes import must_be_open


def close(case: Case, *, now: datetime) -> Case:
    """Return the closed case; raises ConflictError while an offer is open."""
    must_be_open(case)
    open_offers = [offer for offer in case.offers if offer.state == "open"]
    if open_offers:
        raise ConflictError(
            "{ref} is still open: answer it first", ref=ref_of(case.id, open_offers[0].number)
        )
    ended = tuple(
        replace(offer, ended_at=now) if offer.state in LIVE and offer.ended_at is None else offer
        for offer in case.offers
    )
    return replace(case, offers=ended, closed_at=now, call_back_at=None, call_back_set_at=None)


def cancel(case: Case, *, now: datetime) -> Case:
    """Return the case with every open or live offer cancelled; this counts against no provider."""
    must_be_open(case)
    ended = tuple(
        replace(
            offer,
            outcome="cancelled",
            answered_at=offer.answered_at or now,
            ended_at=now if offer.state in LIVE else None,
        )
        if offer.state in ("open", *LIVE)
        else offer
        for offer in case.offers
    )
    return replace(
        case, offers=ended, cancelled=True, closed_at=now, call_back_at=None, call_back_set_at=None
    )
