"""``dispatch case open``: open a case for an incident."""

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from ...errors import UsageError
from ...model.case import Personal
from ..desk_options import DeskOptions
from ..incident_options import IncidentOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from .draft_facts import facts_of
from .finish_call import opened_from_facts, opened_from_interview, shown_started
from .motorist import MotoristOptions, read_personal, typed
from .questions import Interview
from .typed_data import warn_of_typed_data

if TYPE_CHECKING:
    from ...model import Incident, Place

NOT_TYPED = {"kind": "", "at": "", "injured": None, "client": None}


@with_options(IncidentOptions, MotoristOptions, DeskOptions, defaults=NOT_TYPED)
def open_case(  # noqa: PLR0917 - the options of a command
    facts: IncidentOptions,
    motorist: MotoristOptions,
    desk: DeskOptions,
    like: Annotated[
        int | None,
        typer.Option(
            metavar="ID", min=1, help="Copy place and caller of another case of the same crash."
        ),
    ] = None,
    work: Annotated[bool, typer.Option("--work", help="Continue in the guided loop.")] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="Park the call with these facts; some may be missing.")
    ] = False,
) -> Outcome:
    """Open a case: rank the incident and record its cascades. Asks for missing facts.

    dispatch case open breakdown --at 86150 --client adac --vehicle car --caller - --note -
    """
    from ...cases import copied_facts

    if draft and work:
        raise UsageError("--draft and --work exclude each other", hint="leave one of them out")
    book = open_book(desk, calls=not draft)
    place: Place | None = None
    known = Personal()
    if like is not None:
        other, known = copied_facts.incident_and_caller(book, like)
        place = other.place
        facts = _with_shared_facts(facts, other)
        if not facts.at:
            facts = replace(facts, at=f"{place.lat:.6f},{place.lon:.6f}")
        else:
            place = None
    data = typed_data(motorist, facts, known)
    warnings = warn_of_typed_data(typed(motorist) | {"--note": facts.note})
    if draft:
        return shown_started(desk, book, facts_of(facts, read_personal(data)), warnings)
    if desk.is_asking:
        interview = Interview(book, facts_of(facts, data))
        return opened_from_interview(
            desk, book, interview, warnings, place=place, like=like or 0, work=work
        )
    gathered = facts_of(facts, read_personal(data))
    return opened_from_facts(
        desk, book.renewed(), gathered, warnings, place=place, like=like or 0, work=work
    )


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
