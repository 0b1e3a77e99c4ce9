"""Define the interface between the files of a batch and the engine that ranks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ...availability import HolidayDates
from ...eligibility import GATES, Gate
from ...model import Incident, Observations
from ..ranks import ServiceRanks

if TYPE_CHECKING:
    from ...catalog import Catalog


class Ranker(Protocol):
    """Ranks incidents independently: the first candidates for each service of the plan."""

    def rank(self, incidents: Sequence[Incident]) -> Sequence[tuple[ServiceRanks, ...]]:
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
