"""The state of a case before an act: its changed parts put back, without the log."""

from msgspec.structs import replace

from ..model.case import Case, CaseService, Offer
from ..model.case_parts import CaseParts
from .offer_corrections import cleared


def put_back(case: Case, parts: CaseParts) -> Case:
    """Return the case with its parts as they were before an act.

    An offer that the act has added stays, superseded and without an answer, because its number is
    in the journal.
    """
    offers = {offer.number: offer for offer in parts.offers}
    flags = {each.service: each for each in parts.flags}

    def before(offer: Offer) -> Offer:
        if offer.number in parts.added:
            return replace(cleared(offer, offer.operator), corrected=True)
        return offers.get(offer.number, offer)

    def flagged(service: CaseService) -> CaseService:
        old = flags.get(service.service)
        if old is None:
            return service
        return replace(
            service,
            opened=old.opened,
            last_resort_state=old.last_resort_state,
            last_resort_by=old.last_resort_by,
        )

    services = case.services if parts.services is None else parts.services
    return replace(
        case,
        offers=tuple(map(before, case.offers)),
        services=tuple(map(flagged, services)),
        incident=parts.incident or case.incident,
        **parts.facts.changes(),
    )
