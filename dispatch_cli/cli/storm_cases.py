"""``dispatch storm --open``: plan the open cases of the log, record the plan, watch it."""

import sys
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..cases.apply_plan import apply_plan
from ..cases.open_demands import DemandsRead, read_demands
from ..storm.open_cases import kept_of, proposals_of, waiting_of
from .desk_options import DeskOptions
from .log_book import open_book
from .outcome import Outcome
from .storm import outcome_of, planned, settings_of
from .storm_arguments import StormArguments

if TYPE_CHECKING:
    from ..cases.book import Book
    from ..results.storm_results import StormPlan

LOOK_S = 1.0
"""Seconds between two looks at the log."""
AGAIN_S = 30.0
"""Seconds after which a plan is made again although nothing was recorded: callers have waited."""


def plan_cases(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Plan the open cases; with ``--apply`` record the plan.

    Raises ConflictError if the log has changed in the meantime; then nothing is recorded.
    """
    book = open_book(desk, calls=True)
    read, plan = _planned(book, arguments, {})
    if arguments.apply:
        apply_plan(book, read, proposals_of(plan))
        plan = replace(plan, applied=True)
    return outcome_of(plan, arguments, desk)


def watch_cases(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Show the plan of the open cases, and a new one whenever the log changes, until Ctrl-C."""
    from ..render.console import print_lines, screen_of
    from ..render.storm_screen import storm_lines

    book, kept = open_book(desk, calls=True), dict[tuple[str, str], str]()
    while True:
        book = book.renewed()
        read, plan = _planned(book, arguments, kept)
        kept = {(each.ref, each.service): each.provider for each in plan.demands if each.provider}
        screen = screen_of(sys.stdout)
        sys.stdout.write("\x1b[H\x1b[2J")
        print_lines(storm_lines(plan, screen), sys.stdout, screen)
        sys.stdout.flush()
        _wait_for_change(book, read.head)


def _planned(
    book: "Book", arguments: StormArguments, kept: dict[tuple[str, str], str]
) -> "tuple[DemandsRead, StormPlan]":
    read = read_demands(book)
    settings = settings_of(arguments, {**kept_of(read), **kept})
    return read, planned(waiting_of(read), book.catalog, read.observations, read.at, settings)


def _wait_for_change(book: "Book", head: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < AGAIN_S:
        time.sleep(LOOK_S)
        with book.store.reading() as reader:
            if reader.head() != head:
                return
