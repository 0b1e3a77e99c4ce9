"""``dispatch case accept`` and ``eta``; a module of their own, because they are urgent."""

from typing import Annotated

import typer

from ...messages import Message
from ...model.words import SPEAKERS, YES
from ..closed_word import closed_word
from ..completion import complete_speakers
from ..desk_options import DeskOptions, ExtraUnitOption, RefArgument
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import ask, read_arrival

EtaOption = Annotated[
    str,
    typer.Option("--eta", metavar="TIME", help="Promised arrival: 35 (minutes from now) or 12:38."),
]


@with_options(DeskOptions)
def accept(
    desk: DeskOptions,
    ref: RefArgument,
    eta: EtaOption,
    extra_unit: ExtraUnitOption = False,
) -> Outcome:
    """Record an acceptance, which books a unit and releases the exact place.

    dispatch case accept 17.3 --eta 35
    """
    from ...cases import answer_call

    book = open_book(desk)
    there_at = read_arrival(eta, book, is_asking=desk.is_asking)
    if desk.is_asking:
        sooner = answer_call.would_be_sooner(book, ref, there_at)
        if sooner and ask(Message("{question} [y/N]", question=sooner)).lower() in YES:
            done = answer_call.record(book.renewed(), ref, "decline", reason="eta_too_long")
            return shown_record(desk, "case accept", done)
        book = book.renewed()
    done = answer_call.accept(
        book,
        ref,
        there_at,
        extra_unit=extra_unit,
        language=desk.say,
        is_compared=desk.is_asking,
    )
    return shown_record(desk, "case accept", done)


@with_options(DeskOptions)
def eta(
    desk: DeskOptions,
    ref: RefArgument,
    time: Annotated[
        str, typer.Argument(metavar="TIME", help="New arrival: 35 (minutes from now) or 12:50.")
    ],
    speaker: Annotated[
        str,
        typer.Option(
            metavar="SPEAKER",
            help=f"Source of the new time: {', '.join(SPEAKERS)}.",
            autocompletion=complete_speakers,
        ),
    ] = "provider",
) -> Outcome:
    """Record a new promised time, and show the text for the motorist.

    dispatch case eta 17.3 12:50
    """
    from ...cases import answer_call

    book = open_book(desk)
    there_at = read_arrival(time, book, is_asking=desk.is_asking)
    done = answer_call.promise(
        book,
        ref,
        there_at,
        speaker=closed_word(speaker, SPEAKERS),
        language=desk.say,
    )
    return shown_record(desk, "case eta", done)
