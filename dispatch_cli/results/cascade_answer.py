"""The answer for one incident: the result of ``dispatch cascade``, ``dispatch.cascade/1``."""

from datetime import datetime
from typing import Annotated, TypedDict

from msgspec import UNSET, Struct, UnsetType, field

from ..errors import ExitCode
from ..messages import Message
from ..model import NO_CLIENT, OpenState
from ..model.road_table import RoadPoint
from ..model.words import DEFAULT_WEIGHT_T

INFINITE_IS_NULL = "null if infinite"
"""Marks a number that may be infinite, which JSON has as null."""

WHY_AT_MOST = 2
"""The largest number of reasons in a row."""


class EmergencyCall(Struct, frozen=True):
    """A call to an emergency service, which precedes every cascade.

    ``number`` is the service's own number; ``dial`` is the number to dial now. They differ where
    one call reaches two services (the police through 112).
    """

    service: str
    number: str
    text: Message | str
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
    road_km: float | UnsetType = UNSET
    """The length of the road; UNSET without road minutes."""
    no_road_why: Message | str | UnsetType = UNSET
    """Why the minutes are an estimate; UNSET without a travel engine, and with road minutes."""

    @property
    def is_behind_roads(self) -> bool:
        """Whether a travel engine is in use, and the minutes of this row are not its own."""
        return self.no_road_why is not UNSET


class Exclusion(Struct, frozen=True, kw_only=True):
    """A provider outside the cascade, the first gate that it fails, and what would have to be true.

    ``nearness_min`` says in minutes how much is missing; infinite if no call can help. The rules
    are in docs/nearest.md.
    """

    provider: str
    reason: str
    detail: Message
    name: str
    phone: str
    nearness_min: Annotated[float, INFINITE_IS_NULL]
    distance_km: float = 0.0
    call_at: datetime | None = None
    """When a closed provider opens, if that is soon and no other gate stops it."""


class LastResortLine(Struct, frozen=True):
    """The last row of every cascade."""

    phone: str
    text: Message | str


class RoadUse(Struct, frozen=True):
    """How a travel engine was used for one service: how many of its providers were asked for.

    ``failure`` says why all minutes are crow-fly estimates; "" if the engine has answered.
    """

    source: str
    asked: int
    eligible: int
    failure: Message | str = ""


class Cascade(Struct, frozen=True, kw_only=True):
    """The candidates for one service in their order, and the excluded providers.

    ``excluded`` is UNSET unless requested; the shorter lists of excluded providers are always set.
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
    """Closed providers that open within ``busy_wait_min`` and can be called then."""
    beyond_fallback: tuple[Exclusion, ...] = ()
    nearest_excluded: tuple[Exclusion, ...] = ()
    contract_ends: str = ""
    """The client whose ``only_strict`` ends the cascade with its own providers; else empty."""
    start_min: float = 0.0
    """Minutes until the service before this one can have failed; 0 if there is none."""
    excluded: tuple[Exclusion, ...] | UnsetType = UNSET
    roads: RoadUse | UnsetType = UNSET
    """UNSET without a travel engine."""

    @property
    def is_all_by_road(self) -> bool:
        """Whether all candidates have road minutes, so that the sums are no estimates."""
        return self.roads is not UNSET and not any(each.is_behind_roads for each in self.candidates)


class Position(TypedDict):
    """A place in degrees (WGS 84); it lies within ``uncertainty_km``."""

    lat: float
    lon: float
    uncertainty_km: float


class VehicleView(TypedDict):
    """The vehicle; None means "not asked"."""

    kind: str | None
    brand: str | None
    ev: bool
    trailer: bool
    weight_t: float | None
    assumed_weight_t: float
    height_m: float | None
    state: str | None


class IncidentView(Struct, frozen=True, kw_only=True):
    """The incident as the program has read it, for the operator to read back."""

    kind: str
    services: tuple[str, ...]
    position: Position
    place: Message | str
    postcode: str
    when: datetime
    client: str | None
    vehicle: VehicleView
    facts: dict[str, str | int | float | bool]
    """The other facts that were entered: spot, persons, injured, …"""
    road: RoadPoint | None = None
    """Motorway, direction and kilometre or exit, if the place was named by them."""

    @property
    def assumed_weight_t(self) -> float:
        """The weight in tonnes that is assumed for the vehicle's class if none was entered."""
        kind = str(self.vehicle.get("kind") or "car")
        return DEFAULT_WEIGHT_T.get(kind, DEFAULT_WEIGHT_T["car"])

    @property
    def has_client(self) -> bool:
        """Whether the caller is the customer of a client; False if that was not asked."""
        return self.client not in (None, NO_CLIENT)


class ProviderSource(Struct, frozen=True):
    """The provider file of an answer; ``source`` is where its path was found, or ``sample``."""

    path: str
    source: str
    providers: int


class Answer(Struct, frozen=True, kw_only=True):
    """The result of ``dispatch cascade`` for one incident."""

    emergency: tuple[EmergencyCall, ...]
    advice: tuple[Message | str, ...]
    """Safety instructions to be read to the caller, in order; each is one or more sentences."""
    incident: IncidentView
    cascades: tuple[Cascade, ...]
    ask: tuple[str, ...]
    """Facts that were not asked and would make the ranking more exact: weight, clearance, …"""
    provider_file: ProviderSource
    plan_min: float | None = None
    """Expected minutes until the motorist drives on or is towed; None for a plan without steps."""
    control_centres: tuple[str, ...] = ()
    warnings: tuple[Message | str, ...] = field(default=())

    @property
    def exit_code(self) -> ExitCode:
        """3 if at least one service of the plan has no candidate, else 0."""
        is_unserved = any(not cascade.candidates for cascade in self.cascades)
        return ExitCode.NO_PROVIDER if is_unserved else ExitCode.OK
