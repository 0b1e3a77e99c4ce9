"""Define the values between ranking and cascade: rated providers, and the orders of them.

``ranking`` makes these values, ``cascade`` adds them up, and neither imports the other.
"""

from msgspec import Struct

from .eligibility import EligibleProvider
from .messages import Message
from .model.travel_engines import CROW_FLY


class RatedProvider(Struct, frozen=True, kw_only=True):
    """An eligible provider with its minutes for one incident (docs/ranking.md).

    ``index_min`` is the true one; ``order_min`` has the head start taken off. ``error_min`` is the
    standard error of the index by the log, 0 where the log holds nothing.

    ``travel_source`` is the engine of ``travel_min``. ``road_km`` is the length of the road, None
    for an estimate; ``no_road_why`` says why a provider has an estimate although an engine is used.
    """

    eligible: EligibleProvider
    wait_min: float
    turnout_min: float
    travel_min: float
    late_min: float
    answer_min: float
    acceptance: float
    arrival_min: float
    index_min: float
    head_start_min: float
    outside_contract: bool
    error_min: float = 0.0
    travel_source: str = CROW_FLY
    road_km: float | None = None
    no_road_why: Message | str = ""

    @property
    def order_min(self) -> float:
        """The minutes that decide the order, lower first."""
        return self.index_min - self.head_start_min


class Orders(Struct, frozen=True, kw_only=True):
    """The order of the calls, and the orders that it is compared with.

    ``asked`` is the order on the screen, in which equal providers take turns. All others are by
    minutes alone: ``ungrouped`` is otherwise the same; ``without_wish`` ignores the motorist's own
    choice; ``by_index`` keeps the client's policy as the method applies it and orders by index;
    ``neutral`` has no client policy at all.
    """

    asked: list[RatedProvider]
    ungrouped: list[RatedProvider]
    without_wish: list[RatedProvider]
    by_index: list[RatedProvider]
    neutral: list[RatedProvider]

    @property
    def is_by_minutes(self) -> bool:
        """Whether no providers were grouped: then ``asked`` is the same list as ``ungrouped``."""
        return self.asked is self.ungrouped
