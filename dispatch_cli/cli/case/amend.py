"""``dispatch case amend`` and ``rerank``: change the facts of a case, and rank it again."""

from typing import Annotated

import typer
from msgspec.structs import replace

from ...errors import UsageError
from ...model import Vehicle
from ..desk_options import CaseArgument
from ..incident_options import IncidentOptions
from ..log_book import open_book
from ..option_groups import with_changes, with_options
from ..options import complete_kinds
from ..outcome import Outcome
from ..router_options import RankingDeskOptions
from ..typed_facts import changed_facts
from ..typed_input import read_text
from .doubtful_sizes import confirmed_sizes
from .motorist import MotoristOptions, read_call_back, typed
from .opened import shown_amended
from .typed_data import warn_of_typed_data


@with_changes(IncidentOptions, MotoristOptions, RankingDeskOptions, without=("kind", "note"))
def amend(
    changes: dict[str, object],
    motorist: MotoristOptions,
    desk: RankingDeskOptions,
    case_id: CaseArgument,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="New kind of incident.", autocompletion=complete_kinds),
    ] = None,
) -> Outcome:
    """Record new facts, add the services that they need, and rank those without acceptance again.

    dispatch case amend 17 --injured 1 --trailer
    """
    from ...cases import amend_case

    if kind is not None:
        changes = {"kind": kind, **changes}
    theirs = {
        name: read_call_back(desk, value)
        if name == "call_back"
        else read_text(value, name.replace("_", "-"))
        for name in MotoristOptions.__struct_fields__
        if (value := getattr(motorist, name)) is not None
    }
    if "at" in changes:
        theirs["typed_place"] = str(changes["at"])
    if not changes and not theirs:
        raise UsageError(
            "no fact to amend", hint="add the changed facts, for example --injured 1 --trailer"
        )
    book = open_book(desk, calls=True)
    if desk.is_asking:
        with book.store.reading() as reader:
            found = reader.case(case_id)
        changes = confirmed_sizes(changes, found.incident.vehicle if found else Vehicle())
        book = book.renewed()
    facts = changed_facts(changes, book.catalog.rules, book.now)
    warnings = warn_of_typed_data(typed(motorist))
    opened = amend_case.amend(book, case_id, facts, theirs)
    opened = replace(opened, warnings=(*opened.warnings, *warnings))
    return shown_amended(desk, "case amend", book, opened, changes)


@with_options(RankingDeskOptions)
def rerank(desk: RankingDeskOptions, case_id: CaseArgument) -> Outcome:
    """Rank every service without an acceptance again, as of now."""
    from ...cases import amend_case

    book = open_book(desk, calls=True)
    opened = amend_case.amend(book, case_id, {})
    return shown_amended(desk, "case rerank", book, opened, {})
