"""``dispatch case amend`` and ``rerank``: take up what has changed since a case was opened."""

from typing import Annotated

import typer
from msgspec.structs import replace

from ...errors import UsageError
from ..desk_options import CaseArgument, DeskOptions
from ..incident_options import IncidentOptions
from ..log_book import open_book
from ..option_groups import with_changes, with_options
from ..outcome import Outcome
from ..typed_input import read_text
from .motorist import MotoristOptions, typed
from .opened import shown_amended
from .typed_data import warn_of_typed_data


@with_changes(IncidentOptions, MotoristOptions, DeskOptions, without=("kind", "note"))
def amend(
    said: dict[str, object],
    motorist: MotoristOptions,
    desk: DeskOptions,
    case_id: CaseArgument,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="It is something else.")] = None,
) -> Outcome:
    """Record new facts: add the services that are needed now, rank again those without acceptance.

    dispatch case amend 17 --injured 1 --trailer
    """
    from ...cases import amend_case

    if kind is not None:
        said = {"kind": kind, **said}
    theirs = {
        name: read_text(value, name.replace("_", "-"))
        for name in MotoristOptions.__struct_fields__
        if (value := getattr(motorist, name)) is not None
    }
    if not said and not theirs:
        raise UsageError("nothing to amend", hint="say what has changed, as --injured 1 --trailer")
    book = open_book(desk, calls=True)
    facts = amend_case.read_facts(said, book.catalog.rules, book.now)
    opened = amend_case.amend(book, case_id, facts, theirs)
    opened = replace(opened, warnings=(*opened.warnings, *warn_of_typed_data(typed(motorist))))
    return shown_amended(desk, "case amend", book, opened, said)


@with_options(DeskOptions)
def rerank(desk: DeskOptions, case_id: CaseArgument) -> Outcome:
    """Rank again, as of now, every service without an acceptance."""
    from ...cases import amend_case

    book = open_book(desk, calls=True)
    opened = amend_case.amend(book, case_id, {})
    return shown_amended(desk, "case rerank", book, opened, {})
