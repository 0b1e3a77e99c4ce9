"""``dispatch case open``: open a case for an incident."""

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from ...errors import UsageError
from ...messages import Message
from ...model.case import Personal
from ..desk_options import DeskOptions
from ..incident_options import IncidentOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..typed_facts import incident_from
from ..typed_input import read_text
from .motorist import MotoristOptions, typed
from .opened import shown_opened
from .typed_data import warn_of_typed_data

if TYPE_CHECKING:
    from ...model import Incident, Place

NOT_TYPED = {"kind": "", "at": "", "injured": None, "client": None}


@with_options(IncidentOptions, MotoristOptions, DeskOptions, defaults=NOT_TYPED)
def open_case(
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
) -> Outcome:
    """Open a case: rank the incident and record its cascades. Asks for missing facts.

    dispatch case open breakdown --at 86150 --client adac --vehicle car --caller - --note -
    """
    from ...cases import copied_facts, open_case

    book = open_book(desk, calls=True)
    place: Place | None = None
    known = Personal()
    if like is not None:
        other, known = copied_facts.incident_and_caller(book, like)
        place = other.place
        facts = _with_shared_facts(facts, other)
    if desk.is_asking:
        from .questions import ask_missing

        facts, personal = ask_missing(book, facts, _typed_data(motorist, facts, known), place=place)
    else:
        personal = _read_personal(_typed_data(motorist, facts, known))
    book = book.renewed()
    personal = replace(personal, typed_place=facts.at or personal.typed_place)
    incident = incident_from(_complete(facts, place), book.catalog.rules, book.now)
    if place is not None and not facts.at:
        incident = replace(incident, place=place)
    opened = open_case.open_case(book, incident, personal, like=like or 0)
    warnings: list[Message | str] = [
        *opened.warnings,
        *warn_of_typed_data(typed(motorist) | {"--note": facts.note}),
    ]
    if not work:
        return shown_opened(desk, book, opened, warnings)
    from .work import work_on

    # The place to confirm is shown here as well, because the loop shows only the rough area.
    confirm = Message("CONFIRM  {place}", place=opened.answer.incident.place)
    return work_on(desk, book, opened.case.id, [confirm, *warnings])


def _with_shared_facts(facts: IncidentOptions, other: "Incident") -> IncidentOptions:
    """Copy the facts that vehicles of one crash share, unless they were typed."""
    from ...cases.copied_facts import SHARED

    typed_here = {name for name in SHARED if getattr(facts, name) is not None}
    return replace(facts, **{each: getattr(other, each) for each in SHARED - typed_here})


def _complete(facts: IncidentOptions, place: "Place | None") -> IncidentOptions:
    """Return the options without personal data; raises UsageError if kind or place is missing."""
    missing = [
        name
        for name, is_missing in {
            "KIND": not facts.kind,
            "--at PLACE": not facts.at and place is None,
        }.items()
        if is_missing
    ]
    if missing:
        raise UsageError(
            "missing: {missing}",
            missing=", ".join(missing),
            hint="on a terminal the command asks for it, unless --quiet",
        )
    at = facts.at or f"{place.lat:.6f},{place.lon:.6f}" if place is not None else facts.at
    # The note is personal and is kept with the personal data.
    return replace(facts, at=at, injured=facts.injured or 0, note=None)


def _typed_data(motorist: MotoristOptions, facts: IncidentOptions, known: Personal) -> Personal:
    """Return the personal data as typed; a value ``-`` must still be asked for."""
    typed_data = {
        name: value
        for name in MotoristOptions.__struct_fields__
        if (value := getattr(motorist, name)) is not None
    }
    if facts.note is not None:
        typed_data["note"] = facts.note
    return replace(known, **typed_data)


def _read_personal(data: Personal) -> Personal:
    """Read a line of stdin for each ``-``, in the order of the options."""
    return replace(
        data,
        **{
            name: read_text("-", name.replace("_", "-"))
            for name in (*MotoristOptions.__struct_fields__, "note")
            if getattr(data, name) == "-"
        },
    )
