"""The results of the commands of a case: recorded acts, offers, views of cases, deadlines."""

from datetime import datetime

from msgspec import Struct

from ..messages import Clock, Message
from ..model.case import Act, EmergencyState, Promise
from .cascade_answer import EmergencyCall

__all__ = [
    "CALLER_WORDS", "Act", "Audit", "CaseView", "DeadlineView", "DraftView", "EmergencyRecord",
    "Exhausted", "LaterProvider", "OfferCard", "OfferView", "Overdue", "PersonalView", "Recorded",
    "ServiceView",
]  # fmt: skip


class Recorded(Struct, frozen=True, kw_only=True):
    """A recorded act, with the texts to say now and the services that need a call."""

    ref: str
    case_id: int
    state: str
    message: Message | str
    tell_caller: tuple[str, ...] = ()
    give_driver: tuple[str, ...] = ()
    warnings: tuple[Message | str, ...] = ()
    waiting: tuple[str, ...] = ()
    """After an answer other than an acceptance: the services that wait for their next call."""

    @property
    def sentences(self) -> tuple[Message | str, ...]:
        """The recorded act and its warnings, each a sentence for the operator."""
        return (self.message, *self.warnings)


class LaterProvider(Struct, frozen=True):
    """A provider further down the cascade; ``minutes`` from its acceptance to its arrival."""

    phone: str
    name: str
    minutes: float


class OfferCard(Struct, frozen=True, kw_only=True):
    """An open offer as the operator reads it while the phone rings, without personal data."""

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
    then: tuple[LaterProvider, ...]
    override: str = ""
    in_spite_of: Message | str = ""
    overdue: Message | str = ""
    """When the overdue unit was due back; empty if no unit is overdue."""

    planned: Message | str = ""
    """When the provider was planned, with how many other cases; empty without a plan."""


class Exhausted(Struct, frozen=True):
    """A service with no provider left to ask: its last resort, and the skipped providers."""

    case_id: int
    service: str
    phone: str
    text: Message | str
    skipped: tuple[tuple[str, Message | str], ...]


class DeadlineView(Struct, frozen=True, kw_only=True):
    """An act that is due in a case, with its time and the firm or person to call.

    ``ref`` is the number of the offer, else that of the case; ``name`` is that of its firm.
    ``phone`` is empty if the number to call is the caller's.
    """

    what: str
    ref: str
    service: str
    at: datetime
    overdue: bool
    name: str
    phone: str

    @property
    def offer(self) -> str:
        """The number of the offer; empty without one."""
        return self.ref if "." in self.ref else ""


CALLER_WORDS = {
    "caller": Message("the caller"),
    "desk": Message("the desk"),
    "on-scene": Message("a person at the scene"),
    "other": Message("another person"),
}
"""Who has dialled an emergency number or the last resort, as sentences say it."""


class EmergencyRecord(Struct, frozen=True):
    """What was recorded of the emergency call of a case: ``caller`` is who dialled ``at`` a time.

    An erased case has no time.
    """

    state: EmergencyState
    caller: str
    at: datetime | None

    @property
    def is_settled(self) -> bool:
        """Whether the emergency number needs no further call."""
        return self.state in ("called", "not_needed")

    def sentence_at(self, now: datetime) -> Message:
        """Return the sentence about the call as of ``now``, in the time zone of ``now``."""
        at = Clock(self.at, now) if self.at is not None else "?"
        if self.state == "called":
            caller = CALLER_WORDS[self.caller]
            return Message("{caller} made the emergency call at {at}", caller=caller, at=at)
        if self.state == "not_reached":
            return Message("the emergency number was not reached at {at}", at=at)
        return Message("no emergency call is needed")


class ServiceView(Struct, frozen=True, kw_only=True):
    """One service of a case: its state, its offer under way, and its next deadline.

    The first service also has the deadlines of the whole case: emergency call, call back, closing.
    ``due_ref``, ``due_name`` and ``due_phone`` say whom the deadline concerns, as in DeadlineView.
    """

    service: str
    state: str
    offer: str
    provider: str
    phone: str
    there_at: datetime | None
    last_resort: Message | str
    due: str = ""
    due_at: datetime | None = None
    overdue: bool = False
    due_ref: str = ""
    due_name: str = ""
    due_phone: str = ""
    planned: Message | str = ""
    """The provider of the last plan, and when it was planned; empty without a plan that counts."""

    planned_provider: str = ""
    """The id of that provider; empty for the last resort."""


class OfferView(Struct, frozen=True, kw_only=True):
    """One offer with its outcome and its times."""

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
    """Every promised time, with the moment and the speaker of the promise."""


class CaseView(Struct, frozen=True, kw_only=True):
    """A case without personal data: its place is a rough area.

    ``operator`` works on the case: opened it, placed its last call or has taken it over.
    ``appointment`` is when help is wanted later. ``due`` and ``next_deadline`` are those of the
    first of the ``deadlines``; ``overdue``: any of them is missed.
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
    place: str = ""
    vehicle: str | None = None
    weight_t: float | None = None
    injured: int | None = 0
    """The number of hurt persons; None if the caller was not asked."""
    in_danger: bool = False
    on_line_since: datetime | None = None
    appointment: datetime | None = None
    emergency: tuple[EmergencyCall, ...] = ()
    """The calls to 112 or 110 that the facts require; only in the view of a single case."""
    opened_by: str = ""
    merged_into: int = 0
    """The case that this one was merged into; 0: none."""
    merged: tuple[int, ...] = ()
    """The cases that were merged into it, also through others; only in the view of one case."""
    not_asked: tuple[str, ...] = ()
    """The facts that the caller was not asked for; only in the view of a single case."""
    deadlines: tuple[DeadlineView, ...] = ()
    """All that is due, the most urgent first."""
    emergency_call: EmergencyRecord | None = None
    """What was recorded of the emergency call; None for nothing."""


class DraftView(Struct, frozen=True, kw_only=True):
    """A call that is not finished, without personal data; ``area`` is a postcode or empty.

    ``state`` is "held" while a program asks its questions, else "parked". ``injured`` is None if
    the caller was not asked. ``missing`` are the facts without which no case is opened.
    """

    number: str
    state: str
    operator: str
    opened_at: datetime
    changed_at: datetime
    waits_min: float
    kind: str
    area: str
    injured: int | None
    in_danger: bool
    has_number: bool
    on_line: bool
    missing: tuple[str, ...]
    due: str
    due_at: datetime
    overdue: bool


class PersonalView(Struct, frozen=True, kw_only=True):
    """The motorist's personal data; the journal records every view of them."""

    case_id: int
    place: Message | str
    lat: float
    lon: float
    where: str
    last_exit: str = ""
    typed_place: str = ""
    caller: str
    call_back: str
    plate: str
    ref: str
    to: str
    note: str
    language: str
    texts: dict[str, str]


class Overdue(Struct, frozen=True):
    """A missed deadline of a case or an offer."""

    ref: str
    what: str
    since: datetime
    name: str
    phone: str
    is_ahead: bool = False
    """A clock that was ahead has set the time, which is therefore wrong and counts as due."""
    is_broken: bool = False
    """The unit's booking cannot keep the promised time: a new time is due at once."""

    @property
    def problem(self) -> str:
        """The key of this deadline, unique among all deadlines that are missed at the same time.

        It has the number of the offer, or the service for which the next call is due.
        """
        return " ".join(filter(None, ("case", self.ref, self.what, self.service)))

    @property
    def service(self) -> str:
        """The service in ``name`` for which a call is due; empty if ``name`` is a provider's."""
        return "" if "." in self.ref else self.name

    def sentence_at(self, now: datetime) -> Message:
        """Return the sentence about the deadline as of ``now``, in the time zone of ``now``."""
        what, at = Message(self.what), Clock(self.since, now)
        if self.is_ahead:
            return Message(
                "{what} due now: a clock that was ahead has set it to {at}", what=what, at=at
            )
        if self.is_broken:
            return Message(
                "{what} due now: help cannot be there at {at} as promised, tell the motorist",
                what=what,
                at=at,
            )
        return Message("{what} overdue since {at}", what=what, at=at)


class Audit(Struct, frozen=True):
    """The missed deadlines of all open cases, and a sentence about a clock that has jumped."""

    overdue: tuple[Overdue, ...]
    clock: Message | str
