"""``dispatch case open``: a case begins."""

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
        typer.Option(metavar="ID", min=1, help="Place and caller of another case: same crash."),
    ] = None,
    work: Annotated[bool, typer.Option("--work", help="Go straight into the guided loop.")] = False,
) -> Outcome:
    """Open a case: rank, freeze the cascades, write both down. Asks for what is missing.

    dispatch case open breakdown --at 86150 --client adac --vehicle car --caller - --note -
    """
    from ...cases import copied_facts, open_case

    book = open_book(desk, calls=True)
    place: Place | None = None
    known = Personal()
    if like is not None:
        other, known = copied_facts.incident_and_caller(book, like)
        place = other.place
        facts = _as_there(facts, other)
    if desk.is_asking:
        from .questions import ask_missing

        facts, personal = ask_missing(book, facts, _said(motorist, facts, known), place=place)
    else:
        personal = _read_personal(_said(motorist, facts, known))
    book = book.renewed()
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

    # Read back here as well: the loop says only the rough area.
    confirm = f"CONFIRM  {opened.answer.incident.place}"
    return work_on(desk, book, opened.case.id, [confirm, *map(str, warnings)])


def _as_there(facts: IncidentOptions, other: "Incident") -> IncidentOptions:
    """What the second vehicle of a crash shares with the first, where nothing else was said."""
    shared = {
        name: getattr(other, name)
        for name in ("where", "spot", "language")
        if getattr(facts, name) is None
    }
    return replace(facts, **shared)


def _complete(facts: IncidentOptions, place: "Place | None") -> IncidentOptions:
    """The facts as they are read; raises UsageError where kind or place is missing."""
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
            hint="on a terminal it is asked for, unless --quiet",
        )
    at = facts.at or f"{place.lat:.6f},{place.lon:.6f}" if place is not None else facts.at
    # What the caller says beside the facts is personal and kept with the personal data.
    return replace(facts, at=at, injured=facts.injured or 0, note=None)


def _said(motorist: MotoristOptions, facts: IncidentOptions, known: Personal) -> Personal:
    """The motorist's own data as they were typed; ``-`` is still to be asked for."""
    said = {
        name: value
        for name in MotoristOptions.__struct_fields__
        if (value := getattr(motorist, name)) is not None
    }
    if facts.note is not None:
        said["note"] = facts.note
    return replace(known, **said)


def _read_personal(said: Personal) -> Personal:
    """Read a line of stdin for each ``-``, in the order of the options."""
    return replace(
        said,
        **{
            name: read_text("-", name.replace("_", "-"))
            for name in (*MotoristOptions.__struct_fields__, "note")
            if getattr(said, name) == "-"
        },
    )
