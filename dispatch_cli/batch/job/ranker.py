"""Who ranks: the seam between the files and whatever works out the order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from ... import desk
from ...eligibility import GATES, Gate
from ...model import Incident, Observations
from ..ranks import Ranks

if TYPE_CHECKING:
    from ...catalog import Catalog


class Ranker(Protocol):
    """Ranks incidents, each on its own: for every service of its plan the first few."""

    def rank(self, incidents: Sequence[Incident]) -> Sequence[tuple[Ranks, ...]]:
        """Rank each incident; the results stand in the order of the incidents."""


class MakeRanker(Protocol):
    """Makes the ranker for one provider file and what is known beside it."""

    def __call__(
        self,
        catalog: "Catalog",
        *,
        holidays: desk.HolidayDates,
        top: int = 5,
        full: bool = False,
        observations: Observations = Observations(),
        gates: Sequence[Gate] = GATES,
    ) -> Ranker:
        """Make a ranker that says ranks 1 to ``top``; ``full`` with totals and counts."""


class NearAndFar:
    """What is known of this moment counts only for incidents near to it."""

    def __init__(self, near: Ranker, far: Ranker, now: datetime, within: timedelta) -> None:
        self._near, self._far, self._now, self._within = near, far, now, within

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank each incident with what is known for its time."""
        near = [abs(each.when - self._now) <= self._within for each in incidents]
        found = {
            is_near: iter(
                ranker.rank([i for i, n in zip(incidents, near, strict=True) if n is is_near])
            )
            for is_near, ranker in ((True, self._near), (False, self._far))
        }
        return [next(found[is_near]) for is_near in near]
