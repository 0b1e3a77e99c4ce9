"""How a case ends, and how a wrong answer is mended."""

from typing import Annotated, get_args

import typer

from ...errors import UsageError
from ...model.case import Outcome as Answer
from ..outcome import Outcome
from ..spreading import takes
from .desk import CaseArgument, Desk, RefArgument, open_book, read_text
from .recording import shown_record


@takes(Desk)
def close(desk: Desk, case_id: CaseArgument) -> Outcome:
    """Close a case: its units are free again."""
    from ...casebook import answering

    return shown_record(desk, "case close", answering.close(open_book(desk), case_id))


@takes(Desk)
def cancel(
    desk: Desk,
    ref: Annotated[
        str, typer.Argument(metavar="ID|REF", help="The whole case, or one offer of it, as 17.2.")
    ],
) -> Outcome:
    """Record that the motorist needs nobody any more; it counts against nobody."""
    from ...casebook import answering

    book = open_book(desk)
    if "." in ref:
        return shown_record(desk, "case cancel", answering.record(book, ref, "cancel"))
    if not (ref.isascii() and ref.isdecimal()):
        raise UsageError(f"{ref!r} is no case; write its number, as 17, or an offer, as 17.2")
    return shown_record(desk, "case cancel", answering.cancel(book, int(ref)))


@takes(Desk)
def correct(
    desk: Desk,
    ref: RefArgument,
    outcome: Annotated[
        str, typer.Option(metavar="OUTCOME", help="accepted, declined, no_answer, …")
    ],
    because: Annotated[str, typer.Option(metavar="TEXT", help="What went wrong; - is asked for.")],
) -> Outcome:
    """Supersede a wrong answer by a new record; both stay, nothing is learned from the wrong one.

    dispatch case correct 17.2 --outcome accepted --because "wrong line"
    """
    from ...casebook import answering

    right = outcome.replace("-", "_")
    for known in get_args(Answer):
        if right == known:
            text = read_text(because, "because")
            done = answering.correct(open_book(desk), ref, known, text)
            return shown_record(desk, "case correct", done)
    raise UsageError(f"unknown outcome {outcome!r}; allowed: {', '.join(get_args(Answer))}")
