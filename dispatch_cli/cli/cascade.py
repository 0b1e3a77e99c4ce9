"""``dispatch cascade``: the main job."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct, structs

from .facts import Facts, command_words, incident_from
from .opening import holiday_dates, now, open_catalog
from .options import (
    DebugOption,
    JsonOption,
    ProvidersOption,
    QuietOption,
    complete_clients,
    complete_kinds,
    complete_providers,
)
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from ..results import Answer

SCHEMA = "dispatch.cascade/1"


def cascade(
    *,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="What happened, or a service: breakdown, unfall, tow, … (see: dispatch kinds)",
            autocompletion=complete_kinds,
        ),
    ],
    at: Annotated[
        str,
        typer.Option(
            "--at",
            "-a",
            metavar="PLACE",
            help="Position, plus code, postcode, place name or map link.",
        ),
    ],
    client: Annotated[
        str | None,
        typer.Option(
            "--client",
            "-c",
            metavar="ID",
            help="Whose customer; none: nobody's.",
            autocompletion=complete_clients,
        ),
    ] = None,
    vehicle: Annotated[
        str | None, typer.Option(metavar="CLASS", help="car, motorcycle, van, camper, truck, bus.")
    ] = None,
    brand: Annotated[str | None, typer.Option(metavar="NAME", help="Make of the vehicle.")] = None,
    ev: Annotated[
        bool, typer.Option("--ev", help="Electric: must be carried, not rolled.")
    ] = False,
    trailer: Annotated[bool, typer.Option("--trailer", help="A trailer is attached.")] = False,
    weight_t: Annotated[
        str | None, typer.Option("--weight-t", metavar="T", help="Mass: 1.6, 1,6 or 1600kg.")
    ] = None,
    height_m: Annotated[
        str | None, typer.Option("--height-m", metavar="M", help="Height of the vehicle.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="rolls, blocked, on_side, on_roof.")
    ] = None,
    spot: Annotated[
        str | None,
        typer.Option(
            metavar="SPOT",
            help="lane, shoulder, roadside, tunnel, ramp, parking, garage, ditch, offroad.",
        ),
    ] = None,
    clearance_m: Annotated[
        str | None, typer.Option("--clearance-m", metavar="M", help="Headroom at the spot.")
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Road, direction, junctions, as it may be said."),
    ] = None,
    injured: Annotated[int, typer.Option(min=0, help="How many are hurt: calls 112.")] = 0,
    trapped: Annotated[
        bool, typer.Option("--trapped", help="Somebody is trapped: calls 112.")
    ] = False,
    hazard: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Fire, fuel, gas, …: calls 112.")
    ] = None,
    persons: Annotated[int | None, typer.Option(min=0, help="Who has to come along.")] = None,
    children: Annotated[int, typer.Option(min=0, help="How many of them are children.")] = 0,
    pets: Annotated[int, typer.Option(min=0, help="Animals to come along.")] = 0,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="What the caller speaks.")
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Anything else.")] = None,
    wish: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="The motorist's own choice, asked first.",
            autocompletion=complete_providers,
        ),
    ] = None,
    asked: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Has been called already; repeatable.",
            autocompletion=complete_providers,
        ),
    ] = None,
    when: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="22:30 (the next), 2026-12-24T22:30, with or without offset."
        ),
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Rows shown for each service.")] = None,
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
    facts = Facts(
        kind=kind, at=at, client=client, vehicle=vehicle, brand=brand, ev=ev, trailer=trailer,
        weight_t=weight_t, height_m=height_m, state=state, spot=spot, clearance_m=clearance_m,
        where=where, injured=injured, trapped=trapped, hazard=hazard, persons=persons,
        children=children, pets=pets, language=language, note=note, wish=wish,
        asked=tuple(asked or ()), when=when,
    )  # fmt: skip
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
            words = command_words(structs.replace(facts, asked=(*facts.asked, first)))
            if providers is not None:
                words += ["--providers", str(providers)]
            return shlex.join(words)
    return ""


def _show(answer: "Answer", view: View) -> None:
    if view.json:
        _show_json(answer)
        return
    from ..render import messages

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
    sys.stdout.flush()
    if not view.quiet:
        messages.print_warnings(answer.warnings, stream=sys.stderr)


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
