"""The arguments and options of ``dispatch storm``."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from .options import complete_clients, complete_kinds


class StormArguments(Struct, frozen=True, kw_only=True):
    """The incidents, and how they are planned."""

    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="File of open incidents, as for batch: CSV, JSON lines or Parquet. - reads stdin.",
        ),
    ] = None
    open_cases: Annotated[bool, typer.Option("--open", help="Plan all open cases of the log.")] = (
        False
    )
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Record the plan: cascades begin with its firms."),
    ] = False
    watch: Annotated[
        bool, typer.Option("--watch", help="Plan again whenever the log changes, until Ctrl-C.")
    ] = False
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.jsonl", help="File for the plan: JSON lines."),
    ] = None
    operators: Annotated[
        int | None,
        typer.Option(
            min=1, max=10_000, metavar="N", help="Operators who make calls. Default: lines suffice."
        ),
    ] = None
    window_min: Annotated[
        float,
        typer.Option(
            "--window-min", min=0, max=1440, metavar="MIN",
            help="Call only firms with a unit within this time. Default: 30.",
        ),
    ] = 30.0  # fmt: skip
    longest_wait_min: Annotated[
        float | None,
        typer.Option(
            "--longest-wait-min", min=1, max=1440, metavar="MIN",
            help="Wait after which an incident goes to the last resort. Default: fallback_min.",
        ),
    ] = None  # fmt: skip
    ageing: Annotated[
        float,
        typer.Option(
            min=0, max=10, metavar="X",
            help="Weight that an incident gains until the last resort could be there. Default: 2.",
        ),
    ] = 2.0  # fmt: skip
    keep_min: Annotated[
        float,
        typer.Option(
            "--keep-min", min=0, max=240, metavar="MIN",
            help="Move a proposal of the last plan only if that saves more. Default: 5.",
        ),
    ] = 5.0  # fmt: skip
    top: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help="Candidates of each incident in JSON.")
    ] = 5
    when: Annotated[
        str | None, typer.Option(metavar="TIME", help="Moment of a plan of a file. Default: now.")
    ] = None
    columns: Annotated[
        str, typer.Option(metavar="FACT=COL,…", help="Input column of each fact, as for batch.")
    ] = ""
    map_kinds: Annotated[
        Path | None,
        typer.Option("--map-kinds", metavar="TOML", help="TOML file that maps texts to kinds."),
    ] = None
    priority: Annotated[
        str,
        typer.Option(
            metavar="COL", help='Column with the weight of each incident. Default: "priority".'
        ),
    ] = ""
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="Kind for rows without one.", autocompletion=complete_kinds
        ),
    ] = None
    client: Annotated[
        str | None,
        typer.Option(
            "--client", "-c", metavar="ID", help="Client for rows without one.",
            autocompletion=complete_clients,
        ),
    ] = None  # fmt: skip
