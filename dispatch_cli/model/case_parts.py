"""The parts of a case that an act has changed, as they were before the act, for its undo."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from .case import Case, CaseService, EmergencyState, LastResortState, Offer, Personal
from .incident import Incident

GIVE_WAY = "give way"
"""The action in the journal for a booking that another job has moved."""

PLAN = "plan"
"""The action in the journal for a joint plan of many cases that was applied to one of them."""

UNDOABLE = frozenset(
    {
        "accept", "decline", "no_answer", "unreachable", "wrong_equipment", "eta", "arrive",
        "fail", "unsuccessful", "cancel", "close", "correct", "later", "call off", "tell_driver",
        "tell_caller", "line", "emergency", "last resort", "exhausted", "amend", "callback",
        "note", "personal", "take", "hand over", "merge", PLAN,
    }
)  # fmt: skip
"""Actions in the journal that an operator can undo."""

KEPT = UNDOABLE | {GIVE_WAY}
"""Actions whose changed parts are kept; a booking moves back only with the act that moved it."""


class CaseFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The values of a case that an act has changed; the others are UNSET."""

    closed_at: datetime | UnsetType | None = UNSET
    cancelled: bool | UnsetType = UNSET
    call_back_at: datetime | UnsetType | None = UNSET
    keeper: str | UnsetType = UNSET
    emergency: EmergencyState | UnsetType = UNSET
    emergency_caller: str | UnsetType = UNSET
    emergency_at: datetime | UnsetType | None = UNSET
    emergency_by: datetime | UnsetType | None = UNSET
    on_line_since: datetime | UnsetType | None = UNSET
    merged_into: int | UnsetType = UNSET
    answered: tuple[str, ...] | UnsetType | None = UNSET

    def changes(self) -> dict[str, object]:
        """Return the changed values by the name of their field."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class ServiceFlags(Struct, frozen=True):
    """What acts other than a new ranking change in a service."""

    service: str
    opened: bool
    last_resort_state: LastResortState
    last_resort_by: datetime | None


class CaseParts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The changed parts of a case as they were before an act; personal, like the case itself.

    The act has the records from ``since`` to its own number: its transaction may have written
    others before, such as those of bookings that gave way. ``added`` are the numbers of the offers
    that it added. ``services`` has all services if their cascades were ranked again.
    """

    since: int
    offers: tuple[Offer, ...] = ()
    added: tuple[int, ...] = ()
    flags: tuple[ServiceFlags, ...] = ()
    services: tuple[CaseService, ...] | None = None
    incident: Incident | None = None
    facts: CaseFacts = CaseFacts()
    personal: Personal | None = None
    texts: dict[str, str] | None = None


def parts_before(
    since: int,
    before: Case,
    after: Case,
    personal: Personal | None = None,
    texts: dict[str, str] | None = None,
) -> CaseParts:
    """Return the parts of a case that differ after an act, as they were before it."""
    known = {offer.number: offer for offer in before.offers}
    changed = [offer.number for offer in after.offers if known.get(offer.number) != offer]
    facts = {
        name: getattr(before, name)
        for name in CaseFacts.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    }
    is_ranked = [_frozen(each) for each in before.services] != [
        _frozen(each) for each in after.services
    ]
    pairs = () if is_ranked else zip(before.services, after.services, strict=True)
    return CaseParts(
        since=since,
        offers=tuple(known[number] for number in changed if number in known),
        added=tuple(number for number in changed if number not in known),
        flags=tuple(_flags(one) for one, other in pairs if one != other),
        services=before.services if is_ranked else None,
        incident=before.incident if before.incident != after.incident else None,
        facts=CaseFacts(**facts),
        personal=personal,
        texts=texts,
    )


def _frozen(service: CaseService) -> tuple[object, ...]:
    """Return what only a new ranking changes in a service."""
    flags = ("opened", "last_resort_state", "last_resort_by")
    return tuple(getattr(service, n) for n in service.__struct_fields__ if n not in flags)


def _flags(service: CaseService) -> ServiceFlags:
    return ServiceFlags(
        service.service, service.opened, service.last_resort_state, service.last_resort_by
    )
