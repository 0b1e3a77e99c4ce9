"""The commands that record answers of providers, other than acceptances."""

from typing import Annotated

import typer

from ...messages import Message
from ...model.words import DECLINE_REASONS
from ..closed_word import closed_word
from ..completion import complete_refusals
from ..desk_options import DeskOptions, RefArgument
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import read_text

TextOption = Annotated[
    str | None,
    typer.Option("--text", metavar="TEXT", help="Details of the answer (- asks for them)."),
]


@with_options(DeskOptions)
def decline(
    desk: DeskOptions,
    ref: RefArgument,
    reason: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help=f"Reason of the refusal: {', '.join(DECLINE_REASONS)} (needs --text)."
            " Default: none was given.",
            autocompletion=complete_refusals,
        ),
    ] = "",
    text: TextOption = None,
) -> Outcome:
    """Record a refusal, with its reason if one was given.

    dispatch case decline 17.1 --reason no_unit
    """
    details = read_text(text, Message("details of the answer")) if text else ""
    return _record(desk, ref, "decline", reason=closed_word(reason, DECLINE_REASONS), text=details)


@with_options(DeskOptions)
def no_answer(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that the call was not answered; the provider may call back for five minutes."""
    return _record(desk, ref, "no_answer")


@with_options(DeskOptions)
def unreachable(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that the number is out of service or wrong."""
    return _record(desk, ref, "unreachable")


@with_options(DeskOptions)
def wrong_equipment(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that the provider lacks the right equipment."""
    return _record(desk, ref, "wrong_equipment")


@with_options(DeskOptions)
def fail(desk: DeskOptions, ref: RefArgument, text: TextOption = None) -> Outcome:
    """Record that a provider that has accepted does not come; the cascade continues."""
    return _record(
        desk, ref, "fail", text=read_text(text, Message("what happened")) if text else ""
    )


@with_options(DeskOptions)
def unsuccessful(desk: DeskOptions, ref: RefArgument, text: TextOption = None) -> Outcome:
    """Record that help came without success; the services planned after it begin."""
    details = read_text(text, Message("what happened")) if text else ""
    return _record(desk, ref, "unsuccessful", text=details)


@with_options(DeskOptions)
def arrive(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that help has arrived."""
    from ...cases import answer_call

    return shown_record(desk, "case arrive", answer_call.arrive(open_book(desk), ref))


def _record(
    desk: DeskOptions, ref: str, action: str, *, reason: str = "", text: str = ""
) -> Outcome:
    from ...cases import answer_call

    done = answer_call.record(open_book(desk), ref, action, reason=reason, text=text)
    next_call = Message('place the next call: "dispatch case offer {id}"', id=done.case_id)
    hint = next_call if done.waiting else ""
    return shown_record(desk, f"case {action.replace('_', '-')}", done, hint=hint)
