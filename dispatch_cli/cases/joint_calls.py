"""Offers of one call for several services: they are answered together and have one booking."""

from collections.abc import Collection
from datetime import datetime

from msgspec.structs import replace

from ..model.case import Case, CaseService, Offer
from .case_states import LIVE, offer_of, offers_for, service_of

ALONE = frozenset({"unsuccessful", "correct"})
"""Acts on one offer of a call that do not change the others."""


def joined(case: Case, numbers: tuple[int, ...]) -> Case:
    """Return the case with some offers marked as those of one call."""
    return replace(
        case,
        offers=tuple(
            replace(each, joint=numbers[0]) if each.number in numbers else each
            for each in case.offers
        ),
    )


def of_one_call(case: Case, number: int) -> list[Offer]:
    """Return the offers of the same call, this one included."""
    offer = offer_of(case, number)
    return [] if offer is None else case.of_one_call(offer)


def services_of_call(case: Case, number: int) -> list[CaseService]:
    """Return the services of the call of an offer that the case still has."""
    found = (service_of(case, each.service) for each in of_one_call(case, number))
    return [service for service in found if service is not None]


def holder_of(case: Case, number: int) -> Offer | None:
    """Return the live offer that has the booking of a call; None for a call without booking."""
    group = of_one_call(case, number)
    return next((each for each in group if has_booking(each)), None)


def has_booking(offer: Offer) -> bool:
    """Return whether an offer is live and has booked a unit."""
    return offer.booked_from is not None and offer.state in LIVE


def update_joint_offers(before: Case, after: Case, number: int, action: str) -> Case:
    """Change the other offers of a call like the one that has changed.

    This applies to those that had the same state, unless another provider has an open or live offer
    for their service, or only the changed one had to be called off. If the booking ends with the
    changed offer, a live offer takes it over.
    """
    old = {each.number: each for each in before.offers}
    group = of_one_call(before, number)
    lead = next((each for each in group if offer_of(after, each.number) != each), None)
    new = None if lead is None else offer_of(after, lead.number)
    if lead is None or new is None or not lead.joint:
        return after
    others = [each.number for each in group if each.number != lead.number]
    follows = [
        n
        for n in others
        if action not in ALONE and old[n].state == lead.state and not _has_another(before, old[n])
        if action != "call_off" or (lead.call_off_by is None) == (old[n].call_off_by is None)
    ]
    offers = [_like(each, new) if each.number in follows else each for each in after.offers]
    if action in ("accept", "fail", "wrong_equipment"):
        by = new.answered_at if action == "accept" else None
        services = {old[n].service for n in follows}
        offers = [_ringing_back(each, services, by) for each in offers]
    heirs = [each for each in offers if each.number in others and each.state in LIVE]
    is_free = not any(has_booking(each) for each in offers if each.joint == lead.joint)
    if has_booking(lead) and is_free and heirs:
        heir = replace(
            heirs[0],
            unit=lead.unit,
            booked_from=lead.booked_from,
            booked_until=lead.booked_until,
        )
        offers = [heir if each.number == heir.number else each for each in offers]
    return replace(after, offers=tuple(offers))


def _ringing_back(offer: Offer, services: Collection[str], call_off_by: datetime | None) -> Offer:
    """Return the offer to another provider that rings back for one of some services.

    Help for the service makes it superfluous, and the loss of that help needed again.
    """
    if offer.state != "later" or offer.service not in services:
        return offer
    return replace(offer, call_off_by=call_off_by)


def _has_another(case: Case, offer: Offer) -> bool:
    """Return whether another provider has an open or live offer for the same service.

    One that rings back later leaves room for this one.
    """
    return any(
        each.number != offer.number and each.state in ("open", *LIVE)
        for each in offers_for(case, offer.service)
    )


def _like(offer: Offer, lead: Offer) -> Offer:
    """Copy the outcome and the times of another offer of the call, without its booking."""
    return replace(
        offer,
        outcome=lead.outcome,
        reason=lead.reason,
        answered_at=lead.answered_at,
        ended_at=lead.ended_at,
        promises=lead.promises,
        arrive_by=lead.arrive_by,
        arrived_at=lead.arrived_at,
        call_back_at=lead.call_back_at,
        ring_back_by=lead.ring_back_by,
        tell_driver_by=lead.tell_driver_by,
        tell_caller_by=lead.tell_caller_by,
        call_off_by=lead.call_off_by,
    )
