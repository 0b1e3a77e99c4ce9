"""``dispatch case open``: open a case for an incident."""

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from ...errors import UsageError
from ...model.case import Personal
from ..completion import complete_cases
from ..incident_options import IncidentOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..router_options import RankingDeskOptions
from .doubtful_sizes import confirmed_options
from .draft_facts import facts_of
from .finish_call import opened_from_facts, opened_from_interview, shown_started
from .motorist import MotoristOptions, read_personal, typed
from .questions import Interview
from .typed_data import warn_of_typed_data

if TYPE_CHECKING:
    from ...model import Incident

NOT_TYPED = {"kind": "", "at": "", "injured": None, "client": None}


@with_options(IncidentOptions, MotoristOptions, RankingDeskOptions, defaults=NOT_TYPED)
def open_case(  # noqa: PLR0917 - the options of a command
    facts: IncidentOptions,
    motorist: MotoristOptions,
    desk: RankingDeskOptions,
    like: Annotated[
        int | None,
        typer.Option(
            metavar="ID",
            min=1,
            help="Copy place and caller of another case of the same crash.",
            autocompletion=complete_cases,
        ),
    ] = None,
    work: Annotated[bool, typer.Option("--work", help="Continue at the desk.")] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="Park the call with these facts; some may be missing.")
    ] = False,
    on_line: Annotated[
        bool, typer.Option("--on-line", help="The caller stays on the line (with --draft).")
    ] = False,
) -> Outcome:
    """Open a case: rank the incident and record its cascades. Asks for missing facts.

    dispatch case open breakdown --at 86150 --client adac --vehicle car --caller - --note -
    """
    from ...cases import copied_facts

    if draft and work:
        raise UsageError("--draft and --work exclude each other", hint="leave one of them out")
    if on_line and not draft:
        raise UsageError(
            "--on-line is an option of a parked call",
            hint='add --draft, or write "dispatch case line 17" when the case is open',
        )
    book = open_book(desk, calls=not draft)
    known, copied = Personal(), {}
    if like is not None:
        other, known = copied_facts.incident_and_caller(book, like)
        facts = _with_shared_facts(facts, other)
        if not facts.at:
            copied = copied_facts.place_facts(like, other.place, known.typed_place)
    data = typed_data(motorist, facts, known)
    warnings = warn_of_typed_data(typed(motorist) | {"--note": facts.note})
    if draft:
        gathered = facts_of(facts, read_personal(desk, motorist, data)) | copied
        return shown_started(desk, book, gathered, warnings, on_line=on_line)
    if desk.is_asking:
        typed_facts = facts_of(confirmed_options(facts), data)
        interview = Interview(book, typed_facts | copied, typed=typed_facts)
        return opened_from_interview(desk, book, interview, warnings, like=like or 0, work=work)
    gathered = facts_of(facts, read_personal(desk, motorist, data)) | copied
    return opened_from_facts(desk, book.renewed(), gathered, warnings, like=like or 0, work=work)


def _with_shared_facts(facts: IncidentOptions, other: "Incident") -> IncidentOptions:
    """Copy the facts that vehicles of one crash share, unless they were typed."""
    from ...cases.copied_facts import SHARED

    typed_here = {name for name in SHARED if getattr(facts, name) is not None}
    return replace(facts, **{each: getattr(other, each) for each in SHARED - typed_here})


def typed_data(motorist: MotoristOptions, facts: IncidentOptions, known: Personal) -> Personal:
    """Return the personal data as typed; a value ``-`` must still be asked for."""
    typed_data = {
        name: value
        for name in MotoristOptions.__struct_fields__
        if (value := getattr(motorist, name)) is not None
    }
    if facts.note is not None:
        typed_data["note"] = facts.note
    return replace(known, **typed_data)
