"""A provider says yes, and by when; apart from the other answers, since this one is hurried."""

from typing import Annotated

import typer

from ..outcome import Outcome
from ..spreading import takes
from .desk import Desk, RefArgument, ask, open_book, read_moment
from .recording import shown_record

YES = frozenset({"y", "yes", "j", "ja"})

EtaOption = Annotated[
    str, typer.Option("--eta", metavar="TIME", help="35 (minutes from now) or 12:38.")
]


@takes(Desk)
def accept(
    desk: Desk,
    ref: RefArgument,
    eta: EtaOption,
    extra_unit: Annotated[
        bool, typer.Option("--extra-unit", help="The firm has a truck that the log does not know.")
    ] = False,
) -> Outcome:
    """Record an acceptance: it takes a unit, and the exact place may be said.

    dispatch case accept 17.3 --eta 35
    """
    from ...casebook import answering

    book = open_book(desk)
    there_at = read_moment(eta, book)
    if desk.is_asking:
        for sooner in answering.would_be_sooner(book, ref, there_at):
            if ask(f"{sooner} [y/N]").lower() in YES:
                done = answering.record(book, ref, "decline", reason="eta_too_long")
                return shown_record(desk, "case accept", done)
    done = answering.accept(book, ref, there_at, extra_unit=extra_unit, language=desk.say)
    return shown_record(desk, "case accept", done)


@takes(Desk)
def eta(
    desk: Desk,
    ref: RefArgument,
    time: Annotated[str, typer.Argument(metavar="TIME", help="35 (minutes) or 12:50.")],
) -> Outcome:
    """Record a new time, which the motorist is told.

    dispatch case eta 17.3 12:50
    """
    from ...casebook import answering

    book = open_book(desk)
    done = answering.promise(book, ref, read_moment(time, book), language=desk.say)
    return shown_record(desk, "case eta", done)
