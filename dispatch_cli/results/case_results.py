"""What the verbs of a case return: what was recorded, whom to call, how cases stand."""

from datetime import datetime

from msgspec import Struct

from ..messages import Message
from ..model.case import Act, Promise
from .cascade_answer import EmergencyCall

__all__ = [
    "Act", "Audit", "CaseView", "Exhausted", "Later", "OfferCard", "OfferView", "Overdue",
    "PersonalView", "Recorded", "ServiceView",
]  # fmt: skip


class Recorded(Struct, frozen=True, kw_only=True):
    """What an act has changed, and what to say and do now."""

    ref: str
    case_id: int
    state: str
    message: Message | str
    tell_caller: tuple[str, ...] = ()
    give_driver: tuple[str, ...] = ()
    warnings: tuple[Message | str, ...] = ()
    waiting: tuple[str, ...] = ()
    """After an answer that is no acceptance: the services for which a provider can be asked now."""

    @property
    def sentences(self) -> tuple[Message | str, ...]:
        """The recorded act, then everything that the operator must know about it."""
        return (self.message, *self.warnings)


class Later(Struct, frozen=True):
    """A provider further down the cascade: its number, its name, when help would be there."""

    phone: str
    name: str
    minutes: float


class OfferCard(Struct, frozen=True, kw_only=True):
    """What the operator reads while the phone rings; nothing personal is on it."""

    ref: str
    case_id: int
    service: str
    provider: str
    name: str
    phone: str
    other_phones: tuple[str, ...]
    position: int
    of: int
    answer_by: datetime
    say: tuple[str, ...]
    skipped: tuple[tuple[str, Message | str], ...]
    then: tuple[Later, ...]
    override: str = ""
    in_spite_of: Message | str = ""
    overdue: Message | str = ""
    """When the overdue unit was due back; empty if no unit is overdue."""


class Exhausted(Struct, frozen=True):
    """No provider is left to ask for a service: the last resort, and who was passed over."""

    case_id: int
    service: str
    phone: str
    text: str
    skipped: tuple[tuple[str, Message | str], ...]


class ServiceView(Struct, frozen=True, kw_only=True):
    """One service of a case: where it stands, with whom, and what is due next.

    What is due of the case as a whole, the call back, stands with its first service.
    """

    service: str
    state: str
    offer: str
    provider: str
    phone: str
    there_at: datetime | None
    last_resort: str
    due: str = ""
    due_at: datetime | None = None
    overdue: bool = False


class OfferView(Struct, frozen=True, kw_only=True):
    """One ask and what came of it."""

    ref: str
    service: str
    provider: str
    name: str
    phone: str
    state: str
    reason: str
    override: str
    opened_at: datetime
    answered_at: datetime | None
    promised_at: datetime | None
    arrived_at: datetime | None
    operator: str
    promises: tuple[Promise, ...] = ()
    """Every time that was promised, with when it was said and by whom."""


class CaseView(Struct, frozen=True, kw_only=True):
    """A case without anything personal: its place is a rough area.

    ``operator`` is who placed the last call, or opened the case.
    """

    id: int
    kind: str
    client: str | None
    area: str
    opened_at: datetime
    age_min: float
    state: str
    operator: str
    services: tuple[ServiceView, ...]
    offers: tuple[OfferView, ...]
    next_deadline: datetime | None
    due: str
    overdue: bool
    emergency: tuple[EmergencyCall, ...] = ()
    """Whom the facts send to 112 or 110; in the view of one case alone."""


class PersonalView(Struct, frozen=True, kw_only=True):
    """What belongs to the motorist; looking at it is itself written down."""

    case_id: int
    place: str
    lat: float
    lon: float
    where: str
    caller: str
    call_back: str
    plate: str
    ref: str
    to: str
    note: str
    language: str
    texts: dict[str, str]


class Overdue(Struct, frozen=True):
    """Something that should have happened by now."""

    ref: str
    what: str
    since: datetime
    name: str
    phone: str
    is_ahead: bool = False
    """A clock that was ahead has set the time, so that it counts as due."""
    is_broken: bool = False
    """The promise for that time cannot be kept by the booking: a new time is due at once."""

    @property
    def problem(self) -> str:
        """The name of this deadline among those that can be missed at the same time.

        An offer has its number; the next call of a case is that of one of its services.
        """
        service = "" if "." in self.ref else self.name
        return " ".join(filter(None, ("case", self.ref, self.what, service)))


class Audit(Struct, frozen=True):
    """What should have happened by now, and what is wrong with the clock, if anything."""

    overdue: tuple[Overdue, ...]
    clock: Message | str
