"""``dispatch case work``: the guided loop, one key per answer."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import UsageError
from ...messages import Message
from ..desk_options import DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome

if TYPE_CHECKING:
    from ...cases.book import Book


@with_options(DeskOptions)
def work(
    desk: DeskOptions,
    case_id: Annotated[
        int | None,
        typer.Argument(
            metavar="[ID]", min=1, help="Number of the case. Default: the most urgent one."
        ),
    ] = None,
) -> Outcome:
    """Work on a case in a guided loop with one key for each answer; q leaves it."""
    from ...cases import view_case

    if desk.json:
        raise UsageError(
            "case work is a dialogue without --json",
            hint="use the other commands of dispatch case, one for each key",
        )
    book = open_book(desk, calls=True)
    if case_id is None:
        case_id = view_case.most_urgent(book)
        if case_id is None:
            from ...render.wording import say

            return Outcome(lambda: print(say("no open case")))
    return work_on(desk, book, case_id, ())


def work_on(
    desk: DeskOptions, book: "Book", case_id: int, warnings: Sequence[Message | str]
) -> Outcome:
    """Start the guided loop for a case; ``warnings`` of its opening are the first message."""
    from .loop import Loop

    viewed = Loop(desk, book, case_id, warnings)
    return Outcome(viewed.on_terminal if _has_keys() else viewed.on_lines)


def _has_keys() -> bool:
    """Return whether the terminal can read single keys and redraw its lines."""
    is_dumb = os.environ.get("TERM", "dumb") in ("dumb", "unknown", "")
    return sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb and os.name == "posix"
