"""The options of an incident, declared once for all commands that have them."""

from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import fields

from .completion import complete_spots, complete_states, complete_vehicles
from .options import complete_clients, complete_kinds, complete_providers


class IncidentOptions(Struct, frozen=True, kw_only=True):
    """The typed options of an incident; only ``kind`` and ``at`` are required."""

    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="Kind of incident, or a service: breakdown, unfall, tow, … (see: dispatch kinds)",
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
            help='Client whose customer calls; "none" for no client. Default: not asked.',
            autocompletion=complete_clients,
        ),
    ] = None
    vehicle: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            help="Vehicle class: car, motorcycle, van, camper, truck, bus. Default: not asked.",
            autocompletion=complete_vehicles,
        ),
    ] = None
    brand: Annotated[str | None, typer.Option(metavar="NAME", help="Make of the vehicle.")] = None
    ev: Annotated[bool, typer.Option("--ev", help="Electric vehicle, which must be carried.")] = (
        False
    )
    trailer: Annotated[bool, typer.Option("--trailer", help="A trailer is attached.")] = False
    weight_t: Annotated[
        str | None,
        typer.Option(
            "--weight-t",
            metavar="T",
            help="Weight in tonnes (1.6 or 1,6) or kilograms (1600kg). Default: that of the class.",
        ),
    ] = None
    height_m: Annotated[
        str | None, typer.Option("--height-m", metavar="M", help="Height of the vehicle in metres.")
    ] = None
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help="State of the vehicle: rolls, blocked, on_side, on_roof.",
            autocompletion=complete_states,
        ),
    ] = None
    spot: Annotated[
        str | None,
        typer.Option(
            metavar="SPOT",
            help="Where the vehicle is: lane, shoulder, roadside, tunnel, ramp, parking, garage,"
            " ditch, offroad.",
            autocompletion=complete_spots,
        ),
    ] = None
    clearance_m: Annotated[
        str | None,
        typer.Option("--clearance-m", metavar="M", help="Clearance at the spot in metres."),
    ] = None
    where: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Road, direction and junctions; providers hear it before they accept.",
        ),
    ] = None
    last_exit: Annotated[
        str | None,
        typer.Option(
            "--last-exit",
            metavar="TEXT",
            help="Exit that was passed last; providers hear it before they accept.",
        ),
    ] = None
    injured: Annotated[
        int, typer.Option(min=0, metavar="N", help="Number of injured persons; they need 112.")
    ] = 0
    trapped: Annotated[bool, typer.Option("--trapped", help="A person is trapped: needs 112.")] = (
        False
    )
    hazard: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Hazard such as fire, fuel or gas: needs 112."),
    ] = None
    persons: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Number of people to take along.")
    ] = None
    children: Annotated[
        int, typer.Option(min=0, metavar="N", help="Number of children among them.")
    ] = 0
    pets: Annotated[
        int, typer.Option(min=0, metavar="N", help="Number of animals to take along.")
    ] = 0
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of the caller.")
    ] = None
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Other facts.")] = None
    wish: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Provider that the motorist has chosen; it is asked first.",
            autocompletion=complete_providers,
        ),
    ] = None
    asked: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Provider that was already called; repeatable.",
            autocompletion=complete_providers,
        ),
    ] = None
    when: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Time of the incident: 22:30 (the next one) or 2026-12-24T22:30, also with an"
            " offset. Default: now.",
        ),
    ] = None


def command_words(facts: IncidentOptions, *command: str) -> list[str]:
    """Return the words of a command line with these options."""
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
