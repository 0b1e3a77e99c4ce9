"""Who rings back, who has been told, who has been called off: acts beside the answers."""

from datetime import datetime

from msgspec.structs import replace

from ..errors import ConflictError
from ..model.case import Case, ref_of
from .case_states import WAITING_FOR_ANSWER
from .offer_changes import allowed_offer, put_offer


def later(case: Case, number: int, *, until: datetime) -> Case:
    """Record that a provider rings back by a time; others may be asked meanwhile."""
    return put_offer(case, replace(allowed_offer(case, number, "later"), ring_back_by=until))


def call_off(case: Case, number: int, *, now: datetime) -> Case:
    """Record that a provider knows that it is not needed; this counts neither for nor against it.

    Raises ConflictError for a provider that need not be called off.
    """
    offer = allowed_offer(case, number, "call_off", is_open=False)
    if offer.state in WAITING_FOR_ANSWER:
        return put_offer(
            case, replace(offer, outcome="called_off", answered_at=now, call_off_by=None)
        )
    if offer.call_off_by is None:
        raise ConflictError(
            "{ref} need not be called off: {name}",
            ref=ref_of(case.id, offer.number),
            name=offer.name,
        )
    return put_offer(case, replace(offer, call_off_by=None))


def tell(case: Case, number: int, action: str) -> Case:
    """Record that the driver has the address, or that the caller knows the promised time.

    ``action`` is "tell_driver" or "tell_caller".
    """
    return put_offer(case, replace(allowed_offer(case, number, action), **{f"{action}_by": None}))
