"""``dispatch storm --open``: plan the open cases of the log, record the plan, watch it."""

import sys
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..cases.apply_plan import apply_plan
from ..storm.extra import AGAIN_S
from ..storm.open_cases import proposals_of
from ..storm.watched_plan import Planner
from .desk_options import DeskOptions
from .log_book import open_book
from .outcome import Outcome
from .storm_arguments import StormArguments
from .storm_outcome import outcome_of, settings_of

if TYPE_CHECKING:
    from ..cases.book import Book

LOOK_S = 1.0
"""Seconds between two looks at the log."""


def plan_cases(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Plan the open cases; with ``--apply`` record the plan.

    Raises ConflictError if the log has changed in the meantime; then nothing is recorded.
    """
    book = open_book(desk, calls=True)
    read, plan = Planner(settings_of(arguments)).plan(book)
    if arguments.apply:
        apply_plan(book, read, proposals_of(plan))
        plan = replace(plan, applied=True)
    return outcome_of(plan, arguments, desk)


def watch_cases(arguments: StormArguments, desk: DeskOptions) -> Outcome:
    """Show the plan of the open cases, and a new one whenever the log changes, until Ctrl-C."""
    from ..render.console import print_lines, screen_of
    from ..render.storm_screen import watch_lines

    book, planner = open_book(desk, calls=True), Planner(settings_of(arguments))
    while True:
        book = book.renewed()
        read, plan = planner.plan(book)
        screen = screen_of(sys.stdout)
        sys.stdout.write("\x1b[H\x1b[2J")
        print_lines(watch_lines(plan, screen), sys.stdout, screen)
        sys.stdout.flush()
        _wait_for_change(book, read.head)


def _wait_for_change(book: "Book", head: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < AGAIN_S:
        time.sleep(LOOK_S)
        with book.store.reading() as reader:
            if reader.head() != head:
                return
