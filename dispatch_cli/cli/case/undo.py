"""``dispatch case undo``: take back one's own last acts."""

from typing import Annotated

import typer

from ...errors import UsageError
from ...messages import Message, joined
from ...model.words import YES
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import ask


@with_options(DeskOptions)
def undo(
    desk: DeskOptions,
    case_id: CaseArgument,
    last: Annotated[
        int, typer.Option("--last", metavar="N", min=1, help="Number of acts to undo. Default: 1.")
    ] = 1,
) -> Outcome:
    """Undo your own last acts on a case; the journal keeps them and the undoing.

    Refused if another operator has acted after them. A placed call cannot be undone. Once the
    driver of a firm was told, its number is shown first, because the firm must be called off.

    dispatch case undo 17 --last 2
    """
    from ...cases import undo_acts

    book = open_book(desk)
    if desk.is_asking:
        calls = undo_acts.calls_of_undo(book, case_id, last=last)
        if calls and ask(Message("{calls}. Undo? [y/N]", calls=joined(calls))).lower() not in YES:
            raise UsageError("nothing was undone")
    done = undo_acts.undo(book.renewed(), case_id, last=last)
    return shown_record(desk, "case undo", done)
