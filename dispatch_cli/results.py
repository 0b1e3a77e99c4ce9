"""Frozen values that commands return; the only thing that desk and render share.

Field names and their order are the JSON schema ``dispatch.cascade/1``: fields are added, never
removed or changed. Minutes are unrounded; an infinite number is null in JSON.
"""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from .errors import ExitCode
from .messages import Message
from .model import OpenState
from .model.provider import CheckState

WHY_AT_MOST = 2
"""Reasons of a row."""


class EmergencyCall(Struct, frozen=True):
    """An emergency service that stands before everything.

    ``number`` is the service's own; ``dial`` is the one to dial now, which differs where one call
    reaches both (the police through 112).
    """

    service: str
    number: str
    text: str
    dial: str


class Candidate(Struct, frozen=True, kw_only=True):
    """A provider with its minutes for one incident, at its place in the cascade."""

    rank: int
    provider: str
    name: str
    phone: str
    index_min: float
    order_min: float
    arrival_min: float
    there_at: datetime
    chance_by_rank: float
    why: tuple[str, ...]
    wait_min: float
    turnout_min: float
    travel_min: float
    answer_min: float
    acceptance: float
    head_start_min: float
    distance_km: float
    open_until: datetime | None
    open_state: OpenState
    travel_source: str
    outside_contract: bool
    ask: tuple[str, ...]
    area_edge: bool = False
    phone_label: str = ""
    state: str = "up"
    late_min: float = 0.0


class Exclusion(Struct, frozen=True, kw_only=True):
    """A provider that is not asked, the first gate that failed, and what would have to be true.

    ``nearness_min`` is what is missing, infinite where no call can help: docs/nearest.md.
    """

    provider: str
    reason: str
    detail: Message
    name: str
    phone: str
    nearness_min: float
    distance_km: float = 0.0
    call_at: datetime | None = None
    """When a closed provider opens, if that is soon and no other gate stops it."""


class LastResortLine(Struct, frozen=True):
    """The last row of every cascade."""

    phone: str
    text: str


class Cascade(Struct, frozen=True, kw_only=True):
    """The ordered candidates for one service, and the providers that are not among them.

    ``excluded`` is only filled if asked for, the two other lists always.
    """

    service: str
    when: str
    method: str
    expected_min: float
    success_probability: float
    neutral_expected_min: float
    contract_cost_min: float
    method_cost_min: float
    wish_cost_min: float
    fairness_cost_min: float = 0.0
    fallback_min: float
    ranked_count: int
    candidates: tuple[Candidate, ...]
    last_resort: LastResortLine
    excluded_counts: dict[str, int]
    opens_soon: tuple[Exclusion, ...] = ()
    """Closed providers that open within ``busy_wait_min``: call them then."""
    beyond_fallback: tuple[Exclusion, ...] = ()
    nearest_excluded: tuple[Exclusion, ...] = ()
    contract_ends: str = ""
    """The client's name where ``only_strict`` ends the cascade with its list."""
    start_min: float = 0.0
    """When the service before this one can have failed, in minutes; 0 if it waits for none."""
    excluded: tuple[Exclusion, ...] | UnsetType = UNSET


class IncidentView(Struct, frozen=True, kw_only=True):
    """The incident as it was understood, to be read back."""

    kind: str
    services: tuple[str, ...]
    position: dict[str, float]
    place: str
    postcode: str
    when: datetime
    client: str | None
    vehicle: dict[str, str | float | bool | None]
    facts: dict[str, str | int | float | bool]
    """Everything else that was said: spot, persons, injured, …; only what was said."""


class ProviderSource(Struct, frozen=True):
    """Which provider file answered: ``source`` is where it was found (``sample`` for ours)."""

    path: str
    source: str
    providers: int


class Answer(Struct, frozen=True, kw_only=True):
    """What ``dispatch cascade`` found for one incident."""

    emergency: tuple[EmergencyCall, ...]
    advice: tuple[str, ...]
    """What to say to the caller at once, in order (behind the barrier, vest on, …)."""
    incident: IncidentView
    cascades: tuple[Cascade, ...]
    ask: tuple[str, ...]
    """What was not asked and would sharpen the ranking: weight, clearance, …"""
    provider_file: ProviderSource
    plan_min: float | None = None
    """Expected minutes until the motorist drives on or is towed; None for a plan without steps."""
    control_centres: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> ExitCode:
        """3 if at least one service of the plan has nobody, else 0."""
        nobody = any(not cascade.candidates for cascade in self.cascades)
        return ExitCode.NO_PROVIDER if nobody else ExitCode.OK


Status = Literal["success", "partial", "error"]


class ServiceExperience(Struct, frozen=True, kw_only=True):
    """What the log has taught about a provider for one service, beside what the file says.

    ``offers`` and ``accepted`` are counts; the learned values also know how long ago they were.
    ``interval`` holds the true acceptance with a chance of 80 %. ``late_min`` is arrival minus our
    own estimate, which the ranking adds; ``promise_late_min`` is actual minus promised arrival.
    """

    service: str
    prior_acceptance: float
    prior_answer_min: float
    offers: int
    accepted: int
    acceptance: float
    interval: tuple[float, float]
    answer_min: float
    late_min: float
    promise_late_min: float = 0.0


ShownState = CheckState | Literal["closed"]
"""What is shown of a provider: outside its hours, or on hold, nobody looks and nobody blames."""


class CheckRow(Struct, frozen=True, kw_only=True):
    """How a provider stands: since when, seen last when, and why."""

    provider: str
    name: str
    phone: str
    state: ShownState
    since: datetime | None = None
    seen_at: datetime | None = None
    why: str = ""
    free: int | None = None
    reported_until: datetime | None = None
    """Until when what the provider said on the phone holds; None: it said nothing."""


class StateChange(Struct, frozen=True, kw_only=True):
    """A hard state that has moved: the one thing that a quiet run says."""

    provider: str
    name: str
    phone: str
    before: CheckState
    after: CheckState
    at: datetime
    why: str = ""
    is_flapping: bool = False


WORST_FIRST = ("down", "busy", "degraded", "unknown", "up", "closed")
"""The states in which a provider is shown."""


class CheckReport(Struct, frozen=True, kw_only=True):
    """What one run of ``dispatch check`` found; ``offline`` says why nobody's state was moved."""

    at: datetime
    seconds: float
    checked: int
    rows: tuple[CheckRow, ...]
    changes: tuple[StateChange, ...] = ()
    offline: str = ""
    left_out: int = 0
    """How many were not looked at before the time was up; their states are as they were."""

    @property
    def counts(self) -> dict[str, int]:
        """How many stand in each state, the worst first."""
        states = [row.state for row in self.rows]
        return {state: states.count(state) for state in WORST_FIRST if state in states}

    @property
    def exit_code(self) -> ExitCode:
        """5 if the observer itself is offline, 7 while anybody is down, else 0."""
        if self.offline:
            return ExitCode.UNAVAILABLE
        return ExitCode.ATTENTION if "down" in self.counts else ExitCode.OK


class CoverageGap(Struct, frozen=True, kw_only=True):
    """A stretch of time in which somewhere in a region fewer than the minimum can come.

    ``count`` is how many can come to those postcodes that are worst off, ``worst`` how many
    postcodes that are, ``postcodes`` how many fall short at all. ``providers`` are those who can
    come to any of these; the hours of ``unknown`` are not known, and they are not counted.
    """

    region: str
    service: str
    start: datetime
    end: datetime
    count: int
    worst: int
    postcodes: int
    providers: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class CoveredService(Struct, frozen=True):
    """A service in a region: to how many of its postcodes any provider comes at all.

    With ``served`` 0 the region or the service was named, and no provider comes.
    """

    region: str
    service: str
    postcodes: int
    served: int


class CoverageContact(Struct, frozen=True):
    """Who is named in a gap, and the first number of the file."""

    provider: str
    name: str
    phone: str


class CoverageReport(Struct, frozen=True, kw_only=True):
    """Where and when fewer than ``minimum`` providers will be able to come.

    Gaps are in order of region, service and start, and neighbours differ. ``is_promised``: the
    minimum was named, so that a gap is a promise missed.
    """

    start: datetime
    end: datetime
    minimum: int
    is_promised: bool
    provider_file: ProviderSource
    services: tuple[CoveredService, ...]
    gaps: tuple[CoverageGap, ...]
    contacts: tuple[CoverageContact, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """7 if a minimum that was named is missed, or what was named is not served, else 0."""
        is_missed = self.is_promised and bool(self.gaps)
        is_unserved = any(not one.served for one in self.services)
        return ExitCode.ATTENTION if is_missed or is_unserved else ExitCode.OK
