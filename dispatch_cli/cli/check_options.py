"""The options of ``dispatch check``."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct


class RunOptions(Struct, frozen=True, kw_only=True):
    """How a run is shown, and where its files go."""

    everybody: Annotated[bool, typer.Option("--all", help="Those who are up, too.")] = False
    verbose: Annotated[bool, typer.Option("-v", help="One ID: every phase timed.")] = False
    monitor: Annotated[
        bool, typer.Option("--monitor", help="One line for Nagios, Icinga, Checkmk; exit 0 to 3.")
    ] = False
    prometheus: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For node_exporter's textfile collector.")
    ] = None
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="A page to look at.")] = None
    status: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The JSON of the run, in a file.")
    ] = None
    budget: Annotated[
        float | None, typer.Option(metavar="S", help="Seconds for the whole run; else the file's.")
    ] = None


class OtherTaskOptions(Struct, frozen=True, kw_only=True):
    """What else than a run is wanted."""

    coverage: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="7d: where and when too few will be able to come."),
    ] = None
    minimum: Annotated[
        int | None, typer.Option(metavar="N", help="With --coverage: so many; else the file's.")
    ] = None
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="DIGITS", help="With --coverage: 86, 861; else the file's, or all."),
    ] = None
    service: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE", help="With --coverage: else the file's, or all."),
    ] = None
    print_crontab: Annotated[
        bool, typer.Option("--print-crontab", help="Lines for crontab -e.")
    ] = False
    print_systemd: Annotated[
        bool, typer.Option("--print-systemd", help="Units for systemd, instead.")
    ] = False
