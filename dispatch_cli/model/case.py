"""A case: one incident being worked, one vehicle, one cascade per service of its plan."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from .incident import Incident

Outcome = Literal[
    "accepted",
    "declined",
    "no_answer",
    "unreachable",
    "wrong_equipment",
    "failed",
    "unsuccessful",
    "cancelled",
]
Right = Literal[
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
"""What a correction may say: an outcome, ``open`` (no answer yet) or ``not_called`` (no call)."""

SAID_YES = frozenset({"accepted", "failed", "unsuccessful"})
"""Outcomes before which the provider accepted; what became of it then has rates of its own."""

SAID_NO = frozenset({"declined", "no_answer", "unreachable", "wrong_equipment"})
"""Outcomes that count as a refusal; the motorist's ``cancelled`` is neither."""

OfferState = Literal[
    "open",
    "accepted",
    "arrived",
    "declined",
    "no_answer",
    "unreachable",
    "wrong_equipment",
    "failed",
    "unsuccessful",
    "cancelled",
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
    "cancelled",
    "closed",
]


class Promise(Struct, frozen=True):
    """When somebody said that help is there, who said so ("provider", "operator"), and when."""

    there_at: datetime
    said_at: datetime
    speaker: str


class Offer(Struct, frozen=True, kw_only=True):
    """One ask to one provider, numbered within its case (``17.2``).

    ``override`` is "wish" or "decision" where the operator left the order. ``corrected`` marks an
    answer that a later record supersedes: it stays, and nothing is learned from it. ``unit`` counts
    from 1 where an acceptance took one; it is booked from ``booked_from`` to ``booked_until``.
    Free texts (why declined, why out of order) are kept with the personal data. Offers of one call
    for several services have the number of its first one in ``joint``; one of them has the booking.
    ``before_opening``: the provider was asked before it opened.

    An offer asked in its turn has the forecast of that moment: ``acceptance``, and in whole minutes
    after the acceptance ``forecast_min`` (the arrival) and ``base_min`` (wait, turnout and travel,
    without learned lateness), worked out by ``travel_source``. Appointments have no minutes.
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
    outcome: Outcome | None = None
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

    @property
    def came_at(self) -> datetime | None:
        """When help came after an acceptance; the newest promise if no arrival was recorded.

        None if the provider did not accept, or did not come.
        """
        if self.corrected or self.outcome not in SAID_YES:
            return None
        if self.arrived_at is not None or self.outcome == "failed" or not self.promises:
            return self.arrived_at
        return self.promises[-1].there_at

    @property
    def state(self) -> OfferState:
        """Where the offer stands in the published table of states and actions."""
        if self.corrected:
            return "corrected"
        if self.outcome is None:
            return "open"
        if self.outcome == "accepted" and self.arrived_at is not None:
            return "arrived"
        return self.outcome


class Option(Struct, frozen=True, kw_only=True):
    """A candidate as frozen into a case: the provider, its numbers and its minutes.

    ``base_min`` is wait, turnout and travel by ``travel_source``; None in cases that an older
    version has opened.
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
    """One service of a case with its frozen cascade; ``after`` names the service before it.

    ``opened`` is False while it waits for that one to end unsuccessful.
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

    def option_of(self, provider: str) -> Option | None:
        """The option of a provider, None if the ranking had none."""
        return next((each for each in self.options if each.provider == provider), None)


class Case(Struct, frozen=True, kw_only=True):
    """Everything about a case but what is personal, which the store keeps in one table."""

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
    """When the journal of an open case has recorded ``call_back_at``."""

    def of_one_call(self, offer: Offer) -> list[Offer]:
        """Return the offers of the same call, itself included, without the superseded ones."""
        if not offer.joint:
            return [offer]
        return [each for each in self.offers if each.joint == offer.joint and not each.corrected]


class Personal(Struct, frozen=True, kw_only=True):
    """What belongs to the motorist: erased on time, never in a message, log or journal."""

    caller: str = ""
    call_back: str = ""
    plate: str = ""
    ref: str = ""
    to: str = ""
    note: str = ""
    salt: str = ""
    """What the input hash of the case's cascades is salted with."""


class Booking(Struct, frozen=True, kw_only=True):
    """The time for which an accepted offer takes a unit; ``end`` itself is free again.

    It stands in the log until help has left or the case is closed, also past its end.
    """

    provider: str
    unit: int
    case_id: int
    offer: int
    begin: datetime
    end: datetime


class Tally(Struct, frozen=True, kw_only=True):
    """One answered turn of a provider as learning and the fairness report see it.

    It is the last call of the turn; ``in_vain_min`` are the minutes of the calls before it, which
    were not answered. The other minutes count from the acceptance: the first promise, the arrival,
    when help came (``came_min``: the arrival, else the newest promise), and the base forecast.
    """

    provider: str
    service: str
    client: str | None
    opened_at: datetime
    outcome: str
    answer_min: float
    promised_min: float | None
    arrival_min: float | None
    override: str
    case_id: int
    in_vain_min: tuple[float, ...] = ()
    came_min: float | None = None
    base_min: int | None = None
    travel_source: str = ""
    before_opening: bool = False


class Summary(Struct, frozen=True, kw_only=True):
    """What the log holds of a provider and service for learning, as weights at one moment.

    A weight of 1 is an offer made at ``as_of``; older ones have faded. Minutes are sums of weight
    x minutes. ``late`` is arrival minus base forecast, of the offers whose travel minutes have one
    source; ``promise`` is actual minus promised arrival.
    """

    provider: str
    service: str
    accepted_weight: float
    asked_weight: float
    answer_weight: float
    answer_min_weighted: float
    late_weight: float
    late_min_weighted: float
    promise_weight: float = 0.0
    promise_min_weighted: float = 0.0
    as_of: datetime


OPENING, FORGETTING, EXPORT = "open", "forget", "personal export"
"""Acts that the store looks for in the journal, or records itself."""

OF_NO_CASE = 0
"""The number under which the journal has what belongs to no case."""


class Act(Struct, frozen=True, kw_only=True):
    """One record of the journal: what was done, when, by whom, to which case."""

    at: datetime
    operator: str
    action: str
    case_id: int
    details: dict[str, str | int | float | bool | None] = {}


class Standing(Struct, frozen=True, kw_only=True):
    """How often a provider was first, and asked in order, in the erased cases of a month.

    ``month`` is "2026-11", in UTC, when the cases were opened. The rest of a frozen cascade would
    tell the place, and is not counted. ``first_by_wish`` of the ``first`` were the motorist's own
    choice.
    """

    month: str
    provider: str
    service: str
    first: int
    first_by_wish: int


CostBand = Literal["0", "under_1", "1_to_3", "3_to_10", "over_10", "unknown"]
"""Minutes that a contract cost one motorist; the upper end of a band belongs to the next one."""


class ContractCount(Struct, frozen=True, kw_only=True):
    """In how many erased cases of a month a client's contracts cost minutes in one band.

    The exact minutes would tell the place: they depend on the drives of all firms to it.
    """

    month: str
    client: str
    band: CostBand
    cases: int
