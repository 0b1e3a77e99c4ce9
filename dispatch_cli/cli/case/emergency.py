"""``dispatch case emergency`` and ``last-resort``: the record of calls that a person makes."""

from typing import Annotated

import typer
from msgspec.structs import replace

from ...errors import UsageError
from ...model.case import CALLERS, EmergencyState, LastResortState
from ...model.words import SERVICES, lookup
from ..closed_word import closed_word
from ..completion import complete_callers, complete_services, words_of
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import read_past_moment, read_text
from .typed_data import warn_of_typed_data

CalledByOption = Annotated[
    str | None,
    typer.Option(
        "--called-by",
        metavar="PERSON",
        help=f"Who dialled: {', '.join(CALLERS)}.",
        autocompletion=complete_callers,
    ),
]

ANSWERS: dict[str, LastResortState] = {"takes-over": "takes_over", "does-not": "does_not"}


@with_options(DeskOptions)
def emergency(  # noqa: PLR0917 - the options of a command
    desk: DeskOptions,
    case_id: CaseArgument,
    called_by: CalledByOption = None,
    not_reached: Annotated[
        bool, typer.Option("--not-reached", help="The number was dialled and not reached.")
    ] = False,
    not_needed: Annotated[
        bool, typer.Option("--not-needed", help="No emergency call is needed (needs --because).")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Time of the call. Default: now.")
    ] = None,
    because: Annotated[
        str, typer.Option(metavar="TEXT", help="Reason why none is needed (- asks for it).")
    ] = "",
) -> Outcome:
    """Record the call to 112 or 110. The program itself calls no number.

    dispatch case emergency 17 --called-by caller
    """
    from ...cases import emergency_record

    states: dict[EmergencyState, bool] = {
        "called": called_by is not None,
        "not_reached": not_reached,
        "not_needed": not_needed,
    }
    wanted = [state for state, is_wanted in states.items() if is_wanted]
    if len(wanted) != 1:
        raise UsageError("name one of --called-by PERSON, --not-reached and --not-needed")
    book = open_book(desk)
    warnings = warn_of_typed_data({"--because": because})
    done = emergency_record.record_emergency(
        book,
        case_id,
        wanted[0],
        caller=closed_word(called_by or "", CALLERS),
        at=None if at is None else read_past_moment(at, book),
        because=read_text(because, "reason") if because else "",
    )
    done = replace(done, warnings=(*done.warnings, *warnings))
    return shown_record(desk, "case emergency", done)


@with_options(DeskOptions)
def last_resort(
    desk: DeskOptions,
    case_id: CaseArgument,
    answer: Annotated[
        str,
        typer.Argument(
            metavar="[ANSWER]",
            help="takes-over or does-not; after the call.",
            autocompletion=words_of(ANSWERS.keys),
        ),
    ] = "",
    called_by: CalledByOption = None,
    service: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Service. Default: the exhausted one.",
            autocompletion=complete_services,
        ),
    ] = "",
) -> Outcome:
    """Record the call to the last resort of a service, and its answer. The program calls no number.

    dispatch case last-resort 17 --called-by desk
    """
    from ...cases import emergency_record

    answer = closed_word(answer, ANSWERS.keys())
    if (answer in ANSWERS) == (called_by is not None):
        raise UsageError(
            "name either --called-by PERSON or the answer: {answers}", answers=", ".join(ANSWERS)
        )
    done = emergency_record.record_last_resort(
        open_book(desk),
        case_id,
        ANSWERS.get(answer, "called"),
        caller=closed_word(called_by or "", CALLERS),
        service=lookup(service, SERVICES) or service,
    )
    return shown_record(desk, "case last-resort", done)
