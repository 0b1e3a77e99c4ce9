"""``dispatch cascade``: the main job."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct, structs

from .facts import incident_from
from .incident_options import Facts, command_words
from .opening import holiday_dates, now, open_catalog
from .options import (
    DebugOption,
    JsonOption,
    ProvidersOption,
    QuietOption,
)
from .outcome import Outcome, emit
from .spreading import takes

if TYPE_CHECKING:
    from ..results import Answer

SCHEMA = "dispatch.cascade/1"


@takes(Facts)
def cascade(
    facts: Facts,
    *,
    top: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Rows shown for each service.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", "-x", help="Name everybody who is out, and why.")
    ] = False,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Rank whom to call first, second, third, and why.

    dispatch cascade breakdown --at "86150 Augsburg" --client adac --vehicle car --weight-t 1.6
    """
    from ..desk import rank_incident

    clock = now()
    catalog = open_catalog(providers, clock)
    incident = incident_from(facts, catalog.rules, clock)
    answer = rank_incident(catalog, incident, holidays=holiday_dates, explain=explain)
    view = View(
        json=json,
        quiet=quiet,
        top=top,
        explain=explain,
        suggest="" if quiet or json else next_command(answer, facts, providers),
        now=clock.astimezone(incident.when.tzinfo),
    )
    return Outcome(lambda: _show(answer, view), answer.exit_code)


class View(Struct, frozen=True):
    """How the operator wants to see the answer."""

    json: bool
    quiet: bool
    top: int | None
    explain: bool
    suggest: str
    now: datetime


def next_command(answer: "Answer", facts: Facts, providers: Path | None) -> str:
    """Make the command for when the first provider refuses; nothing where nobody is ranked."""
    import shlex

    for cascade in answer.cascades:
        if cascade.candidates:
            first = cascade.candidates[0].provider
            said = structs.replace(facts, asked=[*(facts.asked or ()), first])
            if said.when is not None:
                # A bare clock time means another day once it has passed.
                said = structs.replace(said, when=answer.incident.when.isoformat())
            words = command_words(said)
            if providers is not None:
                words += ["--providers", str(providers)]
            return shlex.join(words)
    return ""


def _show(answer: "Answer", view: View) -> None:
    if view.json:
        _show_json(answer)
        return
    from ..render import messages

    # Before the screen, which is as tall as the terminal: nothing may push its first line out.
    messages.print_warnings(answer.warnings, stream=sys.stderr)
    if sys.stdout.isatty():
        from ..render.cascade_table import print_answer

        print_answer(
            answer,
            stream=sys.stdout,
            top=view.top,
            explain=view.explain,
            suggest=view.suggest or None,
            now=view.now,
        )
    else:
        from ..render.plain import print_plain

        print_plain(answer, stream=sys.stdout, explain=view.explain)


def _show_json(answer: "Answer") -> None:
    from ..render.envelope import status_of

    served = any(cascade.candidates for cascade in answer.cascades)
    emit(
        SCHEMA,
        answer,
        exit_code=answer.exit_code,
        status=status_of(answer.exit_code, served=served, emergency=bool(answer.emergency)),
        warnings=answer.warnings,
    )
