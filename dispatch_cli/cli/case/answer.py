"""What a provider answers, and what becomes of it."""

from typing import Annotated

import typer

from ...model.words import DECLINE_REASONS
from ..desk_options import DeskOptions, RefArgument
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import read_text

TextOption = Annotated[
    str | None,
    typer.Option("--text", metavar="TEXT", help="What they said; - is asked for."),
]


@with_options(DeskOptions)
def decline(
    desk: DeskOptions,
    ref: RefArgument,
    reason: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help=f"{', '.join(DECLINE_REASONS)} (with --text).",
        ),
    ],
    text: TextOption = None,
) -> Outcome:
    """Record a refusal with its reason.

    dispatch case decline 17.1 --reason no_unit
    """
    said = read_text(text, "what they said") if text else ""
    return _record(desk, ref, "decline", reason=reason.replace("-", "_"), text=said)


@with_options(DeskOptions)
def no_answer(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that the call was not answered: the next number is due, or a call back."""
    return _record(desk, ref, "no_answer")


@with_options(DeskOptions)
def unreachable(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that the number leads nowhere."""
    return _record(desk, ref, "unreachable")


@with_options(DeskOptions)
def wrong_equipment(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that they cannot do it with what they have."""
    return _record(desk, ref, "wrong_equipment")


@with_options(DeskOptions)
def fail(desk: DeskOptions, ref: RefArgument, text: TextOption = None) -> Outcome:
    """Record that the provider that accepted does not come: the cascade goes on."""
    return _record(desk, ref, "fail", text=read_text(text, "what happened") if text else "")


@with_options(DeskOptions)
def unsuccessful(desk: DeskOptions, ref: RefArgument, text: TextOption = None) -> Outcome:
    """Record that help came and could not help: what was planned after it begins."""
    said = read_text(text, "what happened") if text else ""
    return _record(desk, ref, "unsuccessful", text=said)


@with_options(DeskOptions)
def arrive(desk: DeskOptions, ref: RefArgument) -> Outcome:
    """Record that help is on the scene."""
    from ...cases import answer_call

    return shown_record(desk, "case arrive", answer_call.arrive(open_book(desk), ref))


def _record(
    desk: DeskOptions, ref: str, action: str, *, reason: str = "", text: str = ""
) -> Outcome:
    from ...cases import answer_call

    done = answer_call.record(open_book(desk), ref, action, reason=reason, text=text)
    hint = f'then "dispatch case offer {done.case_id}"' if done.waiting else ""
    return shown_record(desk, f"case {action.replace('_', '-')}", done, hint=hint)
