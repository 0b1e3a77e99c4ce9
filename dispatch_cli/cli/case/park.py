"""``dispatch case park``, ``resume`` and ``discard``: calls that are not finished."""

import os
from typing import Annotated, ClassVar

import typer

from ...model.case import Personal
from ...model.draft import with_new_facts
from ..completion import complete_drafts
from ..desk_options import DeskOptions
from ..incident_options import IncidentOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..router_options import RankingDeskOptions
from ..typed_input import read_text
from .draft_facts import facts_of
from .finish_call import opened_from_facts, opened_from_interview, shown_draft
from .motorist import MotoristOptions, read_call_back, read_personal, typed
from .open import NOT_TYPED, typed_data
from .questions import Interview, print_known
from .typed_data import warn_of_typed_data

DraftArgument = Annotated[
    str,
    typer.Argument(
        metavar="G1",
        help="Number of the parked call, as in the list.",
        autocompletion=complete_drafts,
    ),
]
TakeOption = Annotated[
    bool, typer.Option("--take", help="Take the call from the operator who asks its questions.")
]


@with_options(DeskOptions)
def park(
    desk: DeskOptions,
    number: Annotated[
        str,
        typer.Argument(
            metavar="[G1]",
            help="Number of the call. Default: the one that you took last.",
            autocompletion=complete_drafts,
        ),
    ] = "",
    call_back: Annotated[
        str | None,
        typer.Option("--call-back", metavar="NUMBER", help="Call-back number (- asks for it)."),
    ] = None,
    on_line: Annotated[
        bool | None,
        typer.Option(
            "--on-line/--off-line",
            help="The caller stays on the line, or no longer. Default: as before.",
        ),
    ] = None,
) -> Outcome:
    """Set a call aside that is not finished; every operator can go on with it.

    dispatch case park G1 --call-back -
    """
    from ...cases import draft_calls

    book = open_book(desk)
    facts = {}
    if call_back is not None:
        facts["call_back"] = read_call_back(desk, call_back)
    draft_id = draft_calls.draft_id(number) if number else draft_calls.last_of(book)
    book = book.renewed()
    return shown_draft(
        desk,
        "case park",
        book,
        lambda record: draft_calls.park(book, draft_id, facts, on_line=on_line, record=record),
        warnings=warn_of_typed_data({"--call-back": call_back}),
    )


class FurtherFacts(IncidentOptions, frozen=True, kw_only=True):
    """The options of an incident behind the number of a parked call."""

    stands_last: ClassVar[bool] = True


@with_options(FurtherFacts, MotoristOptions, RankingDeskOptions, defaults=NOT_TYPED)
def resume(  # noqa: PLR0917 - the options of a command
    facts: FurtherFacts,
    motorist: MotoristOptions,
    desk: RankingDeskOptions,
    number: DraftArgument,
    take: TakeOption = False,
    work: Annotated[bool, typer.Option("--work", help="Continue at the desk.")] = False,
) -> Outcome:
    """Go on with a parked call: add facts, and open the case when none is missing.

    dispatch case resume G1 breakdown --injured 0 --at 86150
    """
    from ...cases import draft_calls, resume_draft

    book = open_book(desk, calls=True)
    draft_id = draft_calls.draft_id(number)
    data = typed_data(motorist, facts, Personal())
    warnings = warn_of_typed_data(typed(motorist) | {"--note": facts.note})
    if desk.is_asking:
        new = facts_of(facts, data)
        draft = draft_calls.resume(book, draft_id, holder=os.getpid(), take=take)
        interview = Interview(book, with_new_facts(draft.facts, new), draft=draft, typed=new)
        print_known(draft)
        return opened_from_interview(desk, book, interview, warnings, work=work, verb="resume")
    new = facts_of(facts, read_personal(desk, motorist, data))
    book = book.renewed()
    draft = resume_draft.complete(book, draft_id, new, take=take)
    # In one transaction: the new facts are in the case, or the draft is as it was.
    return opened_from_facts(
        desk, book, draft.facts, warnings, draft=draft, work=work, verb="resume"
    )


@with_options(DeskOptions)
def discard(
    desk: DeskOptions,
    number: DraftArgument,
    because: Annotated[
        str, typer.Option(metavar="TEXT", help="Why the call becomes no case (- asks for it).")
    ],
    take: TakeOption = False,
) -> Outcome:
    """End a parked call that becomes no case; its facts are erased a day later.

    dispatch case discard G1 --because "wrong number"
    """
    from ...cases import draft_calls

    book = open_book(desk)
    draft_id = draft_calls.draft_id(number)
    reason = read_text(because, "reason")
    book = book.renewed()
    return shown_draft(
        desk,
        "case discard",
        book,
        lambda record: draft_calls.discard(book, draft_id, reason, take=take, record=record),
        warnings=warn_of_typed_data({"--because": because}),
    )
