"""Plan the open cases of the log again and again, as a shift lead watches them."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..cases.open_demands import DemandsRead, read_demands
from ..model.observations import Known
from .open_cases import asked_of, in_emergency, kept_of, waiting_of
from .plan_storm import StormBasis, plan_storm
from .sharper_proof import PlannedStorm
from .storm_answer import emergency_of, storm_answer
from .storm_engine import engine_maker
from .waiting import StormSettings

if TYPE_CHECKING:
    from ..availability import HolidayDates
    from ..cases.book import Book
    from ..catalog import Catalog
    from ..model import Observations
    from ..results.storm_results import StormPlan

RANKED_AGAIN = timedelta(minutes=1)
"""Then opening hours may have changed."""


def basis_of(
    catalog: "Catalog",
    holidays: "HolidayDates",
    observations: "Observations",
    at: datetime,
    incidents: int,
) -> StormBasis:
    """Return what a plan of some incidents at a moment is made of; it has one engine."""
    return StormBasis(
        catalog=catalog,
        make_engine=cache(engine_maker(catalog, observations, holidays, incidents)),
        now=at,
        observations=observations,
    )


class Planner:
    """Plans the open cases again and again: proposals stay unless a move saves enough.

    What was ranked within ``RANKED_AGAIN`` is not ranked again, so that a plan takes milliseconds,
    unless a provider has reported, was checked, or has a unit back.
    """

    def __init__(self, settings: StormSettings) -> None:
        self._settings = settings
        self._kept: dict[tuple[str, str], str] = {}
        self._applied: dict[tuple[str, str], str] = {}
        self._ranked_at: datetime | None = None
        self._before: PlannedStorm | None = None
        self._basis: StormBasis | None = None

    def plan(self, book: "Book") -> "tuple[DemandsRead, StormPlan]":
        """Read the open cases and plan them."""
        read = read_demands(book)
        return read, self.plan_read(read, book.catalog, book.holidays)

    def plan_read(
        self, read: DemandsRead, catalog: "Catalog", holidays: "HolidayDates"
    ) -> "StormPlan":
        """Plan the open cases that were read. It needs no log, so that any thread may plan."""
        applied = kept_of(read)
        # A plan that was applied since the last one counts, and not what this screen proposed.
        newer = dict(applied.items() - self._applied.items())
        self._applied = applied
        settings = replace(self._settings, kept={**applied, **self._kept, **newer})
        waiting = waiting_of(read)
        if not self._is_ranking_valid(read):
            self._basis, self._before = None, None
            self._ranked_at = read.at
        basis = basis_of(catalog, holidays, read.observations, read.at, len(waiting))
        basis = replace(basis, asked=asked_of(read))
        if self._basis is not None:
            basis = replace(basis, make_engine=self._basis.make_engine)
        found = plan_storm(waiting, basis, settings, before=self._before)
        self._basis, self._before = basis, found
        plan = storm_answer(found, basis, settings)
        self._kept = {
            (each.ref, each.service): each.provider for each in plan.demands if each.provider
        }
        return replace(plan, emergency=emergency_of(in_emergency(read), catalog))

    def _is_ranking_valid(self, read: DemandsRead) -> bool:
        """Return whether the rankings of the last plan still hold.

        A unit that was booked since is in its slots; only one that is back has another wait.
        """
        if self._basis is None or self._ranked_at is None:
            return False
        before, now = self._basis.observations.known, read.observations.known
        return timedelta(0) <= read.at - self._ranked_at < RANKED_AGAIN and all(
            _is_as_ranked(before.get(each, Known()), now.get(each, Known()))
            for each in before.keys() | now.keys()
        )


def _is_as_ranked(before: Known, now: Known) -> bool:
    """Return whether only bookings of a provider are new."""
    is_same = replace(before, bookings=()) == replace(now, bookings=())
    return is_same and set(before.bookings) <= set(now.bookings)
