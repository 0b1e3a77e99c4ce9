"""The answer for one incident: what ``dispatch cascade`` returns, schema ``dispatch.cascade/1``."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from ..errors import ExitCode
from ..messages import Message
from ..model import NO_CLIENT, OpenState
from ..model.words import DEFAULT_WEIGHT_T

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
    why: tuple[Message | str, ...]
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
    ask: tuple[Message | str, ...]
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

    @property
    def assumed_weight_t(self) -> float:
        """The weight that is assumed of the vehicle's class, where the caller named none."""
        kind = str(self.vehicle.get("kind") or "car")
        return DEFAULT_WEIGHT_T.get(kind, DEFAULT_WEIGHT_T["car"])

    @property
    def has_client(self) -> bool:
        """Whether the caller is the customer of a client; not so where it was not asked."""
        return self.client not in (None, NO_CLIENT)


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
    warnings: tuple[Message | str, ...] = field(default=())

    @property
    def exit_code(self) -> ExitCode:
        """3 if at least one service of the plan has nobody, else 0."""
        nobody = any(not cascade.candidates for cascade in self.cascades)
        return ExitCode.NO_PROVIDER if nobody else ExitCode.OK


Status = Literal["success", "partial", "error"]
