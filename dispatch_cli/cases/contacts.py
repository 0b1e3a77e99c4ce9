"""The offer and number that a deadline of a case concerns, for every list, screen and record."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from .. import plans
from ..model import Rules
from ..model.case import Case, ref_of
from ..results.case_results import DeadlineView
from . import case_states
from .case_deadlines import Deadline


class Contact(Struct, frozen=True):
    """The offer, or the service, of a deadline, and the number to call; without personal data.

    ``ref`` is that of the offer, else the number of the case. ``name`` is that of the firm; empty
    without an offer.
    """

    ref: str
    service: str
    name: str
    phone: str


def contact_of(case: Case, deadline: Deadline, rules: Rules | None = None) -> Contact:
    """Return the offer or service of a deadline, with the number to call.

    Without ``rules`` the emergency numbers are those of the built-in plans. The caller's number is
    personal data, and therefore left out.
    """
    offer = case_states.offer_of(case, deadline.offer)
    if offer is not None:
        phone = "" if deadline.what == "tell caller" else offer.phone
        return Contact(ref_of(case.id, offer.number), offer.service, offer.name, phone)
    phone, service = "", case_states.service_of(case, deadline.service)
    if deadline.what == "emergency call":
        phone = " ".join(sorted(plans.numbers_to_dial(case.incident, rules)))
    elif service is not None and deadline.what in ("last resort", "last resort answer"):
        phone = service.last_resort_phone
    return Contact(str(case.id), deadline.service, "", phone)


def deadline_views(
    case: Case, due: Iterable[Deadline], now: datetime, rules: Rules | None = None
) -> tuple[DeadlineView, ...]:
    """Return the deadlines of a case in their order, each with its contact."""
    return tuple(_viewed(each, contact_of(case, each, rules), now) for each in due)


def _viewed(deadline: Deadline, contact: Contact, now: datetime) -> DeadlineView:
    return DeadlineView(
        what=deadline.what,
        ref=contact.ref,
        service=contact.service,
        at=deadline.at,
        overdue=deadline.is_overdue(now),
        name=contact.name,
        phone=contact.phone,
    )
