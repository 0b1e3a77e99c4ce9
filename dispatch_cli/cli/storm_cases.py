"""``dispatch storm --open``: plan the open cases of the log, record the plan, watch it."""

import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..cases.apply_plan import apply_plan
from ..cases.open_demands import DemandsRead, read_demands
from ..model.observations import Known
from ..storm.open_cases import asked_of, in_emergency, kept_of, proposals_of, waiting_of
from ..storm.plan_storm import StormBasis, plan_storm
from ..storm.sharper_proof import PlannedStorm
from ..storm.storm_answer import emergency_of, storm_answer
from .desk_options import DeskOptions
from .log_book import open_book
from .outcome import Outcome
from .storm_arguments import StormArguments
from .storm_outcome import basis_of, outcome_of, settings_of

if TYPE_CHECKING:
    from ..cases.book import Book
    from ..results.storm_results import StormPlan

LOOK_S = 1.0
"""Seconds between two looks at the log."""
AGAIN_S = 30.0
"""Seconds after which a plan is made again although nothing was recorded: callers have waited."""
RANKED_AGAIN = timedelta(minutes=1)
"""Then opening hours may have changed."""


def plan_cases(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Plan the open cases; with ``--apply`` record the plan.

    Raises ConflictError if the log has changed in the meantime; then nothing is recorded.
    """
    book = open_book(desk, calls=True)
    read, plan = Planner(arguments).plan(book)
    if arguments.apply:
        apply_plan(book, read, proposals_of(plan))
        plan = replace(plan, applied=True)
    return outcome_of(plan, arguments, desk)


def watch_cases(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Show the plan of the open cases, and a new one whenever the log changes, until Ctrl-C."""
    from ..render.console import print_lines, screen_of
    from ..render.storm_screen import watch_lines

    book, planner = open_book(desk, calls=True), Planner(arguments)
    while True:
        book = book.renewed()
        read, plan = planner.plan(book)
        screen = screen_of(sys.stdout)
        sys.stdout.write("\x1b[H\x1b[2J")
        print_lines(watch_lines(plan, screen), sys.stdout, screen)
        sys.stdout.flush()
        _wait_for_change(book, read.head)


class Planner:
    """Plans the open cases again and again: proposals stay unless a move saves enough.

    What was ranked within ``RANKED_AGAIN`` is not ranked again, so that a plan takes milliseconds,
    unless a provider has reported, was checked, or has a unit back.
    """

    def __init__(self, arguments: StormArguments) -> None:
        self._arguments = arguments
        self._kept: dict[tuple[str, str], str] = {}
        self._applied: dict[tuple[str, str], str] = {}
        self._ranked_at: datetime | None = None
        self._before: PlannedStorm | None = None
        self._basis: StormBasis | None = None

    def plan(self, book: "Book") -> "tuple[DemandsRead, StormPlan]":
        """Read the open cases and plan them."""
        read = read_demands(book)
        applied = kept_of(read)
        # A plan that was applied since the last one counts, and not what this screen proposed.
        newer = dict(applied.items() - self._applied.items())
        self._applied = applied
        settings = settings_of(self._arguments, {**applied, **self._kept, **newer})
        waiting = waiting_of(read)
        if not self._is_ranking_valid(read):
            self._basis, self._before = None, None
            self._ranked_at = read.at
        basis = basis_of(book.catalog, read.observations, read.at, len(waiting))
        basis = replace(basis, asked=asked_of(read))
        if self._basis is not None:
            basis = replace(basis, make_engine=self._basis.make_engine)
        found = plan_storm(waiting, basis, settings, before=self._before)
        self._basis, self._before = basis, found
        plan = storm_answer(found, basis, settings)
        self._kept = {
            (each.ref, each.service): each.provider for each in plan.demands if each.provider
        }
        emergency = emergency_of(in_emergency(read), book.catalog)
        return read, replace(plan, emergency=emergency)

    def _is_ranking_valid(self, read: "DemandsRead") -> bool:
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


def _wait_for_change(book: "Book", head: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < AGAIN_S:
        time.sleep(LOOK_S)
        with book.store.reading() as reader:
            if reader.head() != head:
                return
