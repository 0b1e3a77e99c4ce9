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
    open_cases: Annotated[
        bool, typer.Option("--open", help="Plan the open cases of the case log.")
    ] = False
    apply: Annotated[
        bool,
        typer.Option(
            "--apply", help="With --open: record the plan; cascades begin with its firms."
        ),
    ] = False
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="With --open: plan again whenever the log changes, until Ctrl-C."
        ),
    ] = False
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.jsonl",
            help="File for the plan: JSON lines. Default: stdout.",
        ),
    ] = None
    operators: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            metavar="N",
            help="Number of operators who make calls. Default: not counted.",
        ),
    ] = None
    window_min: Annotated[
        float,
        typer.Option(
            "--window-min", min=0, max=1440, metavar="MIN",
            help="Firms without a unit within this time are called later. Default: 30.",
            show_default=False,
        ),
    ] = 30.0  # fmt: skip
    longest_wait_min: Annotated[
        float | None,
        typer.Option(
            "--longest-wait-min", min=1, max=1440, metavar="MIN",
            help="Wait after which a caller goes to the last resort. Default: fallback_min.",
        ),
    ] = None  # fmt: skip
    ageing: Annotated[
        float,
        typer.Option(
            min=0, max=10, metavar="X",
            help="Weight that a demand gains until its last resort is there. Default: 2.",
            show_default=False,
        ),
    ] = 2.0  # fmt: skip
    keep_min: Annotated[
        float,
        typer.Option(
            "--keep-min", min=0, max=240, metavar="MIN",
            help="Move a proposal of the last plan only if that saves more. Default: 5.",
            show_default=False,
        ),
    ] = 5.0  # fmt: skip
    top: Annotated[
        int,
        typer.Option(
            min=1, max=1000, metavar="N", help="Number of candidates for each service, in JSON."
        ),
    ] = 5
    when: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Moment for which a file is planned. Default: now."),
    ] = None
    columns: Annotated[
        str,
        typer.Option(
            metavar="FACT=COL,…",
            help="Input column of each fact: lat=LAT,lon=LNG. Default: the column with its name.",
        ),
    ] = ""
    map_kinds: Annotated[
        Path | None,
        typer.Option(
            "--map-kinds",
            metavar="TOML",
            help='TOML file that maps texts to kinds: [kinds] "EMS*" = "medical".',
        ),
    ] = None
    priority: Annotated[
        str,
        typer.Option(
            metavar="COL",
            help='Column with the weights, over 0 and up to 100. Default: "priority".',
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
