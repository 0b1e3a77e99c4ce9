"""Who ranks: the seam between the files and whatever works out the order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from .. import desk
from ..model import Incident, Observations
from ..model.words import EXCLUSION_REASONS
from ..results import Cascade
from .ranks import Ranked, Ranks

if TYPE_CHECKING:
    from ..catalog import Catalog


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
    ) -> Ranker:
        """Make a ranker that says ranks 1 to ``top``; ``full`` with totals and counts."""


class DeskRanker:
    """The desk itself, one incident after the other: slow, and what every other is held to."""

    def __init__(
        self,
        catalog: "Catalog",
        *,
        holidays: desk.HolidayDates,
        top: int = 5,
        full: bool = False,
        observations: Observations = Observations(),
    ) -> None:
        self._catalog, self._holidays, self._observations = catalog, holidays, observations
        self._top, self._full = top, full

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank each incident as ``dispatch cascade`` does."""
        return [
            tuple(self._ranks(cascade) for cascade in self._answer(incident))
            for incident in incidents
        ]

    def _answer(self, incident: Incident) -> tuple[Cascade, ...]:
        answer = desk.rank_incident(
            self._catalog,
            incident,
            holidays=self._holidays,
            observations=self._observations,
        )
        return answer.cascades

    def _ranks(self, cascade: Cascade) -> Ranks:
        rows = tuple(
            Ranked(**{name: getattr(each, name) for name in Ranked.__struct_fields__})
            for each in cascade.candidates[: self._top]
        )
        counts = cascade.excluded_counts
        ranks = Ranks(service=cascade.service, rows=rows, reason="" if rows else last_gate(counts))
        if not self._full:
            return ranks
        return replace(
            ranks,
            expected_min=cascade.expected_min,
            success_probability=cascade.success_probability,
            counts=counts,
        )


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


def last_gate(counts: dict[str, int]) -> str:
    """The last gate, in their order, at which anybody was stopped: the nearest to possible."""
    stopped = [reason for reason in EXCLUSION_REASONS if counts.get(reason)]
    return stopped[-1] if stopped else ""
