"""``dispatch case work``: the guided loop, one key per answer."""

import os
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
    plain: Annotated[
        bool, typer.Option("--plain", help="Ask in lines instead of on a full screen.")
    ] = False,
) -> Outcome:
    """Work on a case with one key for each answer: at the desk, or in lines with --plain."""
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
    return work_on(desk, book, case_id, (), plain=plain)


def work_on(
    desk: DeskOptions,
    book: "Book",
    case_id: int,
    warnings: Sequence[Message | str],
    *,
    plain: bool = False,
) -> Outcome:
    """Open the desk at a case; ``warnings`` of its opening are the first message.

    On a terminal that cannot draw, without one, or with ``plain``, the same dialogue is in lines.
    """
    from ..desk import can_draw, opened_desk

    if can_draw() and not plain:
        return opened_desk(desk, book, case_id, warnings)
    from .loop import Loop

    lines = Loop(desk, book, case_id, warnings)
    return Outcome(lines.on_terminal if can_draw() and os.name == "posix" else lines.on_lines)
