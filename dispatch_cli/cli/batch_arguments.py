"""The arguments and options of ``dispatch batch``."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from ..records.formats import FORMATS
from .completion import complete_vehicles, complete_zones, words_of
from .map_option import MapOption
from .options import complete_clients, complete_kinds


class BatchArguments(Struct, frozen=True, kw_only=True):
    """The input, the output and how rows are read, ranked and written."""

    input: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Input: CSV, JSON lines (also in gzip) or Parquet. - reads stdin.",
        ),
    ]
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Output file. Default: stdout."),
    ] = None
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"Output format: {', '.join(FORMATS)}. Default: suffix of --output, else jsonl.",
            autocompletion=words_of(FORMATS.keys),
        ),
    ] = None
    top: Annotated[
        int, typer.Option(min=1, metavar="N", help="Number of candidates for each service.")
    ] = 5
    full: Annotated[
        bool,
        typer.Option("--full", help="Add expected minutes, success probability and exclusions."),
    ] = False
    keep: Annotated[
        str, typer.Option(metavar="COL,…", help="Input columns to copy. Default: only id.")
    ] = ""
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
    write_map: Annotated[
        Path | None,
        typer.Option(
            "--write-map",
            metavar="TOML",
            help="New file for the texts of unknown kinds, to be filled in for --map-kinds.",
        ),
    ] = None
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="Kind for rows without one.", autocompletion=complete_kinds
        ),
    ] = None
    client: Annotated[
        str | None,
        typer.Option(
            "--client",
            "-c",
            metavar="ID",
            help="Client for rows without one.",
            autocompletion=complete_clients,
        ),
    ] = None
    vehicle: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            help="Vehicle class for rows without one.",
            autocompletion=complete_vehicles,
        ),
    ] = None
    when: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time for rows without one. Default: now.")
    ] = None
    now: Annotated[
        bool, typer.Option("--now", help="Rank all rows for now, also if the file has times.")
    ] = False
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            help="Time zone of times without an offset. Default: that of the provider file.",
            autocompletion=complete_zones,
        ),
    ] = None
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File for rejected rows. Default: OUTPUT.rejects."),
    ] = None
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue a stopped batch from its last checkpoint.")
    ] = False
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first rejected row.")
    ] = False
    summary: Annotated[
        bool,
        typer.Option(
            "--summary", help="Print shares served, minutes, exclusions and unserved places."
        ),
    ] = False
    map_file: MapOption = None
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Use checks, reports by phone and bookings, for each row at its time.",
        ),
    ] = False
    history: Annotated[
        bool, typer.Option("--history", help="Use values learned from the case log.")
    ] = False
    delimiter: Annotated[
        str,
        typer.Option(metavar="CHAR", help="CSV delimiter. Default: detected from the header."),
    ] = ""
    skip: Annotated[
        int, typer.Option(min=0, metavar="N", help="Lines of CSV above the header row. Default: 0.")
    ] = 0
    encoding: Annotated[str, typer.Option(metavar="NAME", help="CSV encoding. Default: UTF-8.")] = (
        ""
    )
