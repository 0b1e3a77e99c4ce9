"""``dispatch case work``: the desk, opened at a case."""

from typing import Annotated

import typer

from ..completion import complete_cases
from ..desk import PlainOption, opened_desk, refuse_json
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..router_options import RankingDeskOptions


@with_options(RankingDeskOptions)
def work(
    desk: RankingDeskOptions,
    case_id: Annotated[
        int | None,
        typer.Argument(
            metavar="[ID]",
            min=1,
            help="Number of the case. Default: the most urgent one.",
            autocompletion=complete_cases,
        ),
    ] = None,
    plain: PlainOption = False,
) -> Outcome:
    """Work on a case with one key for each answer: at the desk, or in lines with --plain."""
    from ...cases import view_case

    refuse_json(desk, "case work")
    book = open_book(desk, calls=True)
    if case_id is None:
        case_id = view_case.most_urgent(book)
        if case_id is None:
            from ...render.wording import say

            return Outcome(lambda: print(say("no open case")))
    return opened_desk(desk, book, case_id, (), plain=plain)
