"""Define the interface between the files of a batch and the engine that ranks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from ...eligibility import GATES, Gate, HolidayDates
from ...model import Incident, Observations
from ..ranks import Ranks

if TYPE_CHECKING:
    from ...catalog import Catalog


class Ranker(Protocol):
    """Ranks incidents independently: the first candidates for each service of the plan."""

    def rank(self, incidents: Sequence[Incident]) -> Sequence[tuple[Ranks, ...]]:
        """Rank incidents; the results have the order of the incidents."""


class MakeRanker(Protocol):
    """Makes the ranker for a provider file, holidays and observations."""

    def __call__(
        self,
        catalog: "Catalog",
        *,
        holidays: HolidayDates,
        top: int = 5,
        full: bool = False,
        observations: Observations = Observations(),
        gates: Sequence[Gate] = GATES,
    ) -> Ranker:
        """Make a ranker for ranks 1 to ``top``; ``full`` adds totals and counts."""


class LiveRanker:
    """Rank incidents near to now with the current states of providers, all others without."""

    def __init__(self, near: Ranker, far: Ranker, now: datetime, within: timedelta) -> None:
        self._near, self._far, self._now, self._within = near, far, now, within

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank incidents; the results have the order of the incidents."""
        near = [abs(each.when - self._now) <= self._within for each in incidents]
        found = {
            is_near: iter(
                ranker.rank([i for i, n in zip(incidents, near, strict=True) if n is is_near])
            )
            for is_near, ranker in ((True, self._near), (False, self._far))
        }
        return [next(found[is_near]) for is_near in near]
