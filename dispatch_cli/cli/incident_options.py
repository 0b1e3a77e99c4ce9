"""The options of an incident, written down once for every command that takes one."""

from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import fields

from .options import complete_clients, complete_kinds, complete_providers


class IncidentOptions(Struct, frozen=True, kw_only=True):
    """What the operator typed; only ``kind`` and ``at`` are ever required."""

    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="What happened, or a service: breakdown, unfall, tow, … (see: dispatch kinds)",
            autocompletion=complete_kinds,
        ),
    ]
    at: Annotated[
        str,
        typer.Option(
            "--at",
            "-a",
            metavar="PLACE",
            help="Position, plus code, postcode, place name or map link.",
        ),
    ]
    client: Annotated[
        str | None,
        typer.Option(
            "--client",
            "-c",
            metavar="ID",
            help="Whose customer; none: nobody's.",
            autocompletion=complete_clients,
        ),
    ] = None
    vehicle: Annotated[
        str | None, typer.Option(metavar="CLASS", help="car, motorcycle, van, camper, truck, bus.")
    ] = None
    brand: Annotated[str | None, typer.Option(metavar="NAME", help="Make of the vehicle.")] = None
    ev: Annotated[bool, typer.Option("--ev", help="Electric: must be carried, not rolled.")] = False
    trailer: Annotated[bool, typer.Option("--trailer", help="A trailer is attached.")] = False
    weight_t: Annotated[
        str | None, typer.Option("--weight-t", metavar="T", help="Mass: 1.6, 1,6 or 1600kg.")
    ] = None
    height_m: Annotated[
        str | None, typer.Option("--height-m", metavar="M", help="Height of the vehicle.")
    ] = None
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="rolls, blocked, on_side, on_roof.")
    ] = None
    spot: Annotated[
        str | None,
        typer.Option(
            metavar="SPOT",
            help="lane, shoulder, roadside, tunnel, ramp, parking, garage, ditch, offroad.",
        ),
    ] = None
    clearance_m: Annotated[
        str | None, typer.Option("--clearance-m", metavar="M", help="Headroom at the spot.")
    ] = None
    where: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Road, direction, junctions, as it may be said."),
    ] = None
    injured: Annotated[
        int, typer.Option(min=0, metavar="N", help="How many are hurt: calls 112.")
    ] = 0
    trapped: Annotated[bool, typer.Option("--trapped", help="Somebody is trapped: calls 112.")] = (
        False
    )
    hazard: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Fire, fuel, gas, …: calls 112.")
    ] = None
    persons: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Who has to come along.")
    ] = None
    children: Annotated[
        int, typer.Option(min=0, metavar="N", help="How many of them are children.")
    ] = 0
    pets: Annotated[int, typer.Option(min=0, metavar="N", help="Animals to come along.")] = 0
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="What the caller speaks.")
    ] = None
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Anything else.")] = None
    wish: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="The motorist's own choice, asked first.",
            autocompletion=complete_providers,
        ),
    ] = None
    asked: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Has been called already; repeatable.",
            autocompletion=complete_providers,
        ),
    ] = None
    when: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="22:30 (the next), 2026-12-24T22:30, with or without offset."
        ),
    ] = None


def command_words(facts: IncidentOptions, *command: str) -> list[str]:
    """Write facts as the command line that says them, a word each."""
    words = [*command, facts.kind]
    for field in fields(IncidentOptions)[1:]:
        value = getattr(facts, field.name)
        if value == field.default:
            continue
        option = f"--{field.name.replace('_', '-')}"
        if value is True:
            words.append(option)
        else:
            for each in value if isinstance(value, list) else [value]:
                words += [option, str(each)]
    return words
