"""Candidates with their minutes, and the orders in which they can be asked.

Between the gates and the ranking: ``ranking`` makes these values, ``cascade`` adds them up, and
neither knows the other.
"""

from msgspec import Struct

from .eligibility import Eligible


class Rated(Struct, frozen=True, kw_only=True):
    """An eligible provider with its minutes for one incident (docs/ranking.md).

    ``index_min`` is the true one; ``order_min`` has the head start taken off. ``error_min`` is the
    standard error of the index by the log, 0 where the log holds nothing.
    """

    eligible: Eligible
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

    @property
    def order_min(self) -> float:
        """The minutes by which the order is decided, lower first."""
        return self.index_min - self.head_start_min


class Orders(Struct, frozen=True, kw_only=True):
    """The order in which the providers are asked, and those it is held against.

    ``asked`` is the one on the screen, in which equals take turns; ``ungrouped`` is the same by
    minutes alone, and so are the others: ``without_wish`` leaves the motorist's own choice in its
    place; ``by_index`` keeps the client's policy as the method applies it and orders by minutes;
    ``neutral`` knows no client policy at all.
    """

    asked: list[Rated]
    ungrouped: list[Rated]
    without_wish: list[Rated]
    by_index: list[Rated]
    neutral: list[Rated]

    @property
    def is_by_minutes(self) -> bool:
        """Whether nothing was grouped: ``asked`` is the very list that ``ungrouped`` is."""
        return self.asked is self.ungrouped
