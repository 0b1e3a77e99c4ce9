"""``dispatch case take`` and ``hand-over``: which operator works on a case."""

from typing import Annotated

import typer

from ...cases.book import local
from ..closed_word import closed_word
from ..completion import complete_take_reasons
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown, shown_record


@with_options(DeskOptions)
def take(
    desk: DeskOptions,
    case_id: CaseArgument,
    reason: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help="Why: shift, agreed or no-answer.",
            autocompletion=complete_take_reasons,
        ),
    ],
) -> Outcome:
    """Take over a case; the operator who worked on it is told at the next command.

    dispatch case take 17 --reason shift
    """
    from ...cases import take_over

    why = closed_word(reason, take_over.REASONS)
    done = take_over.take(open_book(desk), case_id, why)
    return shown_record(desk, "case take", done)


@with_options(DeskOptions)
def hand_over(
    desk: DeskOptions,
    to: Annotated[
        str, typer.Option("--to", metavar="NAME", help="Name of the operator who takes them.")
    ],
) -> Outcome:
    """Hand all your open cases over, and list for each what is promised, due, and who waits.

    dispatch case hand-over --to MB
    """
    from ...cases import take_over
    from ...render import case_handover

    book = open_book(desk)
    done = take_over.hand_over(book, to)
    here = local(book.now, book)
    return shown(
        desk,
        "case hand-over",
        done,
        lines=lambda screen: case_handover.hand_over_lines(done, here, screen),
        columns=case_handover.HAND_OVER_COLUMNS,
        rows=lambda: case_handover.hand_over_rows(done),
    )
