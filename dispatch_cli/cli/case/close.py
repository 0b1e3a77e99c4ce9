"""``dispatch case close``, ``cancel`` and ``correct``."""

from typing import Annotated, get_args

import typer

from ...errors import UsageError
from ...messages import Message, joined
from ...model.case import CorrectedOutcome
from ..closed_word import closed_word
from ..completion import complete_offers, complete_outcomes
from ..desk_options import CaseArgument, DeskOptions, ExtraUnitOption, RefArgument
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import read_arrival, read_text


@with_options(DeskOptions)
def close(desk: DeskOptions, case_id: CaseArgument) -> Outcome:
    """Close a case; its units are free again."""
    from ...cases import end_case

    return shown_record(desk, "case close", end_case.close(open_book(desk), case_id))


@with_options(DeskOptions)
def cancel(
    desk: DeskOptions,
    ref: Annotated[
        str,
        typer.Argument(
            metavar="ID|REF",
            help="Number of the case (17) or of an offer (17.2).",
            autocompletion=complete_offers,
        ),
    ],
) -> Outcome:
    """Record that the motorist no longer needs help; this counts against no provider."""
    from ...cases import answer_call, end_case
    from ...cases.decisions import parse_case_id

    book = open_book(desk)
    if "." in ref:
        return shown_record(desk, "case cancel", answer_call.record(book, ref, "cancel"))
    return shown_record(desk, "case cancel", end_case.cancel(book, parse_case_id(ref)))


@with_options(DeskOptions)
def correct(
    desk: DeskOptions,
    ref: RefArgument,
    *,
    outcome: Annotated[
        str,
        typer.Option(
            metavar="OUTCOME",
            help="Right outcome: accepted (with --eta), declined, …, open or not_called.",
            autocompletion=complete_outcomes,
        ),
    ],
    because: Annotated[
        str, typer.Option(metavar="TEXT", help="Reason of the correction (- asks for it).")
    ],
    eta: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Promised arrival, for accepted: 35 (minutes from now) or 12:38.",
        ),
    ] = None,
    extra_unit: ExtraUnitOption = False,
) -> Outcome:
    """Supersede a wrong answer by a new record; both are kept, and only the new one counts.

    dispatch case correct 17.2 --outcome accepted --eta 35 --because "wrong line"
    """
    from ...cases import correct_case

    right = closed_word(outcome, get_args(CorrectedOutcome))
    for known in get_args(CorrectedOutcome):
        if right == known:
            text, book = read_text(because, Message("because")), open_book(desk)
            done = correct_case.correct(
                book,
                ref,
                known,
                text,
                there_at=None if eta is None else read_arrival(eta, book, is_asking=desk.is_asking),
                extra_unit=extra_unit,
                language=desk.say,
            )
            return shown_record(desk, "case correct", done)
    raise UsageError(
        "unknown outcome {outcome!r}; allowed: {allowed}",
        outcome=outcome,
        allowed=joined(map(Message, get_args(CorrectedOutcome)), ", "),
    )
