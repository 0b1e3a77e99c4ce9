"""A case: the work of operators on an incident, with a cascade for each service of its plan."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from .incident import Incident

OfferOutcome = Literal[
    "accepted",
    "declined",
    "no_answer",
    "unreachable",
    "wrong_equipment",
    "failed",
    "unsuccessful",
    "cancelled",
    "called_off",
]
CorrectedOutcome = Literal[
    "accepted",
    "declined",
    "no_answer",
    "unreachable",
    "wrong_equipment",
    "failed",
    "cancelled",
    "open",
    "not_called",
]
"""The outcome after a correction: an answer, ``open`` (no answer yet), ``not_called`` (no call)."""

ACCEPTED_OUTCOMES = frozenset({"accepted", "failed", "unsuccessful"})
"""Outcomes of offers that the provider accepted, also if it later did not bring help."""

REFUSED_OUTCOMES = frozenset({"declined", "no_answer", "unreachable", "wrong_equipment"})
"""Outcomes that count as a refusal; ``cancelled`` and ``called_off`` are
neither an acceptance nor a refusal."""

OfferState = Literal[
    "open",
    "later",
    "accepted",
    "arrived",
    "declined",
    "no_answer",
    "unreachable",
    "wrong_equipment",
    "failed",
    "unsuccessful",
    "cancelled",
    "called_off",
    "corrected",
]
ServiceState = Literal[
    "later",
    "waiting",
    "asking",
    "accepted",
    "arrived",
    "unsuccessful",
    "exhausted",
    "last_resort",
    "taken_over",
    "cancelled",
    "closed",
]
LastResortState = Literal["", "called", "takes_over", "does_not"]
"""What the last resort of a service has said; "" before it was called."""

EmergencyState = Literal["", "called", "not_reached", "not_needed"]
"""What was recorded about the emergency call of a case; "" for nothing."""

CALLERS = ("caller", "desk", "on-scene", "other")
"""Who can have dialled an emergency number or the last resort."""


class Promise(Struct, frozen=True):
    """A promised arrival, with the moment of the promise and its speaker, such as "provider"."""

    there_at: datetime
    said_at: datetime
    speaker: str


class Offer(Struct, frozen=True, kw_only=True):
    """One question to one provider, numbered within its case (``17.2``).

    ``override`` is "wish" or "decision" for an offer out of order. ``corrected``: a later record
    supersedes the answer, and the program learns nothing from the superseded one. ``unit`` counts
    from 1 and is 0 without a unit; it is booked from ``booked_from`` to ``booked_until``. Free
    texts (reasons) are kept with the personal data. Offers of one call for several services have
    the number of the first one in ``joint``; one of them has the booking. ``before_opening``: asked
    before the provider opened.

    A provider that has to ask its driver rings back by ``ring_back_by``. The other moments are
    deadlines of the desk, None if nothing is to be done: to give the driver the address, to tell
    the caller the promised time, and to call the provider off.

    An offer made in the order of the cascade keeps the forecast of its opening: the chance
    ``acceptance``, and in whole minutes after the acceptance ``forecast_min`` (arrival) and
    ``base_min`` (wait, turnout and travel, without learned lateness). ``travel_source`` names the
    source of the travel minutes. Appointments have no forecast of minutes.
    """

    number: int
    service: str
    provider: str
    name: str
    phone: str
    opened_at: datetime
    answer_by: datetime
    operator: str
    rank: int = 0
    outcome: OfferOutcome | None = None
    reason: str = ""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    promises: tuple[Promise, ...] = ()
    arrive_by: datetime | None = None
    arrived_at: datetime | None = None
    call_back_at: datetime | None = None
    override: str = ""
    unit: int = 0
    booked_from: datetime | None = None
    booked_until: datetime | None = None
    corrected: bool = False
    joint: int = 0
    before_opening: bool = False
    acceptance: float | None = None
    forecast_min: int | None = None
    base_min: int | None = None
    travel_source: str = ""
    ring_back_by: datetime | None = None
    tell_driver_by: datetime | None = None
    tell_caller_by: datetime | None = None
    call_off_by: datetime | None = None

    @property
    def came_at(self) -> datetime | None:
        """The arrival after an acceptance; the newest promise if no arrival was recorded.

        None if the provider did not accept, or did not come.
        """
        if self.corrected or self.outcome not in ACCEPTED_OUTCOMES:
            return None
        if self.arrived_at is not None or self.outcome == "failed" or not self.promises:
            return self.arrived_at
        return self.promises[-1].there_at

    @property
    def state(self) -> OfferState:
        """The state of the offer in the table of states and actions (docs/cases.md)."""
        if self.corrected:
            return "corrected"
        if self.outcome is None:
            return "open" if self.ring_back_by is None else "later"
        if self.outcome == "accepted" and self.arrived_at is not None:
            return "arrived"
        return self.outcome


def ref_of(case_id: int, number: int) -> str:
    """Return the number of an offer with that of its case, such as ``17.2``."""
    return f"{case_id}.{number}"


class Option(Struct, frozen=True, kw_only=True):
    """A candidate of a frozen cascade: the provider, its phone numbers and its minutes.

    ``base_min`` is wait, turnout and travel by ``travel_source``; None in cases of older versions.
    """

    provider: str
    name: str
    phones: tuple[str, ...]
    units: int
    arrival_min: float
    answer_min: float
    acceptance: float
    wait_min: float
    index_min: float
    outside_contract: bool = False
    base_min: float | None = None
    travel_source: str = ""


class CaseService(Struct, frozen=True, kw_only=True):
    """One service of a case with its frozen cascade.

    ``after`` names the service that must fail first; ``opened`` is False until then. The last
    resort must have answered, or must be called again, by ``last_resort_by``.
    """

    service: str
    after: str | None
    opened: bool
    options: tuple[Option, ...]
    last_resort_phone: str
    last_resort_text: str
    input_hash: str
    equipment: tuple[tuple[str, ...], ...] = ()
    neutral_cost_min: float = 0.0
    last_resort_state: LastResortState = ""
    last_resort_by: datetime | None = None

    def option_of(self, provider: str) -> Option | None:
        """Return the option of a provider; None if the cascade has none."""
        return next((each for each in self.options if each.provider == provider), None)


class Case(Struct, frozen=True, kw_only=True):
    """A case without its personal data, which the store keeps in one table of their own."""

    id: int
    opened_at: datetime
    operator: str
    incident: Incident
    services: tuple[CaseService, ...]
    offers: tuple[Offer, ...] = ()
    closed_at: datetime | None = None
    cancelled: bool = False
    call_back_at: datetime | None = None
    hold_until: datetime | None = None
    forgotten_at: datetime | None = None
    call_back_set_at: datetime | None = None
    """When ``call_back_at`` was recorded."""
    keeper: str = ""
    """The operator who works on the case."""
    emergency: EmergencyState = ""
    emergency_caller: str = ""
    """Who dialled, one of CALLERS; only with ``emergency`` "called"."""
    emergency_at: datetime | None = None
    emergency_by: datetime | None = None
    """Until when the emergency call must be recorded; None if none is due."""
    on_line_since: datetime | None = None
    """Since when the caller waits on the line; None if the caller does not."""
    merged_into: int = 0
    """The case that this one was merged into; 0: none."""
    answered: tuple[str, ...] | None = None
    """The facts for which the caller was asked, by name; None: not known."""

    @property
    def is_safety_asked(self) -> bool:
        """Whether the caller was asked about hurt persons, or the facts show danger.

        True for a case without a record of the asked facts.
        """
        is_known = self.answered is None or "injured" in self.answered
        return is_known or self.incident.in_danger

    def of_one_call(self, offer: Offer) -> list[Offer]:
        """Return the offers of the same call, this one included, without superseded ones."""
        if not offer.joint:
            return [offer]
        return [each for each in self.offers if each.joint == offer.joint and not each.corrected]


class Personal(Struct, frozen=True, kw_only=True):
    """The motorist's personal data: erased on time, never in a message, log or journal."""

    caller: str = ""
    call_back: str = ""
    plate: str = ""
    ref: str = ""
    to: str = ""
    note: str = ""
    salt: str = ""
    """The salt of the input hash of the case's cascades."""
    typed_place: str = ""
    """The place in the words in which it was typed."""
    at_vehicle: str = ""
    """Whether the caller is at the vehicle: "yes", "no", or "" (not asked)."""


class Booking(Struct, frozen=True, kw_only=True):
    """The time for which an accepted offer occupies a unit, ``[begin, end)``.

    It stays in the log until help has left or the case is closed, also past its end.
    """

    provider: str
    unit: int
    case_id: int
    offer: int
    begin: datetime
    end: datetime


OPENING, FORGETTING, EXPORT, UNDO = "open", "forget", "personal export", "undo"
"""Actions in the journal that the store reads or records itself."""

OF_NO_CASE = 0
"""The case number of the journal's records that belong to no case."""


class Act(Struct, frozen=True, kw_only=True):
    """One record of the journal: an action on a case, with its time, operator and details."""

    at: datetime
    operator: str
    action: str
    case_id: int
    details: dict[str, str | int | float | bool | None] = {}
