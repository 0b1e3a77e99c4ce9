"""What cases add up to: tallies of turns for learning, and counts that stay after an erasure."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class TurnTally(Struct, frozen=True, kw_only=True):
    """The last call of one answered turn of a provider, for learning and the fairness report.

    ``in_vain_min`` has the minutes of the unanswered calls before it. The other minutes count from
    the acceptance: the first promise, the arrival, ``came_min`` (the arrival, else the newest
    promise), and the base forecast.
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
    """The weighted sums from which a provider's values for a service are learned.

    An offer made at ``as_of`` has weight 1, an older one less. Minutes are sums of weight x
    minutes. ``late`` is arrival minus base forecast, for offers whose travel minutes have one
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


class Standing(Struct, frozen=True, kw_only=True):
    """The erased cases of a month in which a provider was ranked first for a service.

    ``month`` is "2026-11", in UTC, when the cases were opened. The other ranks are not counted,
    because they would reveal the place. In ``first_by_wish`` of these cases the motorist had chosen
    the provider.
    """

    month: str
    provider: str
    service: str
    first: int
    first_by_wish: int


CostBand = Literal["0", "under_1", "1_to_3", "3_to_10", "over_10", "unknown"]
"""Band of the minutes that a contract cost a motorist; its upper end belongs to the next band."""


class ContractCount(Struct, frozen=True, kw_only=True):
    """The number of erased cases of a month in which a client's contracts cost minutes in a band.

    Exact minutes would reveal the place, because they depend on the drives of all firms to it.
    """

    month: str
    client: str
    band: CostBand
    cases: int
