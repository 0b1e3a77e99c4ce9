"""The options of ``dispatch check``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from ..errors import UsageError
from ..messages import Message
from ..model.check import MOST_BUDGET_S
from ..results.check_thresholds import parse_threshold
from .completion import complete_services
from .map_option import MapOption


class RunOptions(Struct, frozen=True, kw_only=True):
    """The options for the output, the files and the time limit of a run."""

    show_all: Annotated[
        bool, typer.Option("--all", help="Also show the providers that are up or closed.")
    ] = False
    verbose: Annotated[
        bool, typer.Option("-v", help="Show the looks at one ID with the seconds of each phase.")
    ] = False
    monitor: Annotated[
        bool,
        typer.Option(
            "--monitor", help="Print one line for Nagios, Icinga or Checkmk; exit code 0 to 3."
        ),
    ] = False
    alert_once: Annotated[
        bool,
        typer.Option(
            "--alert-once",
            help="End with 7 only in the run that finds a provider newly down, and with 5 only in"
            " the first run of a problem, for OnFailure= of systemd. Default: in each run.",
        ),
    ] = False
    warning: Annotated[
        str | None,
        typer.Option(
            "-w",
            "--warning",
            metavar="RANGE",
            help="With --monitor: warn unless the number of providers that are down is in this"
            " range: 2, 1:5, @1:5 or 10%. Default: 0.",
        ),
    ] = None
    critical: Annotated[
        str | None,
        typer.Option(
            "-c",
            "--critical",
            metavar="RANGE",
            help="With --monitor: critical unless it is in this range. Default: 0; never, if only"
            " -w is given.",
        ),
    ] = None
    prometheus: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write metrics for the textfile collector of node_exporter."
        ),
    ] = None
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a status page in HTML.")
    ] = None
    status: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the JSON of the run to a file.")
    ] = None
    on_change: Annotated[
        str | None,
        typer.Option(
            "--on-change",
            metavar="CMD",
            help="Program to run once for each provider whose state has changed, without a shell:"
            " DISPATCH_STATE, _PROVIDER, _SINCE, _WHY in its environment, JSON on its stdin; 10 s"
            " each.",
        ),
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            help="Time limit of the run in seconds. Default: budget_s of the provider file.",
        ),
    ] = None


class OtherTaskOptions(Struct, frozen=True, kw_only=True):
    """The options for a report of coverage or a schedule, instead of a run."""

    coverage: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS",
            help="Report where and when too few providers can come in the next days, as in 7d.",
        ),
    ] = None
    minimum: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Least number of providers for --coverage. Default: that of the provider file.",
        ),
    ] = None
    region: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIGITS",
            help="Leading digits of postcodes for --coverage: 86 or 861; repeatable. Default:"
            " those of the provider file, else all.",
        ),
    ] = None
    service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SERVICE",
            help="Service for --coverage; repeatable. Default: those of the provider file, else"
            " all.",
            autocompletion=complete_services,
        ),
    ] = None
    map_file: MapOption = None
    print_crontab: Annotated[
        bool, typer.Option("--print-crontab", help="Print lines for crontab -e, without a run.")
    ] = False
    print_systemd: Annotated[
        bool, typer.Option("--print-systemd", help="Print units for systemd, without a run.")
    ] = False


def _threshold_problems(options: RunOptions) -> list[Message]:
    """Return the problems of -w and -c."""
    typed = {"-w": options.warning, "-c": options.critical}
    problems = [
        Message("{option} needs --monitor", option=name)
        for name, text in typed.items()
        if text is not None and not options.monitor
    ]
    return problems + [
        Message(
            "{option} {text!r} is no range; write 2, 1:5, @1:5, ~:5 or 10%", option=name, text=text
        )
        for name, text in typed.items()
        if text is not None and parse_threshold(text) is None
    ]


_AN_ID = "an ID"


def _option(name: str) -> Message | str:
    return Message("an ID") if name == _AN_ID else name


def refuse_conflicts(
    options: RunOptions, other_tasks: OtherTaskOptions, *, ids: Sequence[str], json: bool
) -> None:
    """Raise UsageError with all options that exclude or need each other."""
    problems = list[Message]()
    if options.verbose and len(ids) != 1:
        problems.append(Message("-v needs exactly one ID"))
    of_all = {"--on-change": options.on_change is not None, "--alert-once": options.alert_once}
    if ids:
        problems += [
            Message("{option} cannot be used with {other}", option=name, other=_option(_AN_ID))
            for name, is_typed in of_all.items()
            if is_typed
        ]
    if options.monitor and options.alert_once:
        problems.append(Message("--monitor and --alert-once exclude each other"))
    problems += _threshold_problems(options)
    if options.monitor and json:
        problems.append(
            Message("--monitor prints one line: leave out --json, or write --status FILE")
        )
    if other_tasks.coverage is None and (
        other_tasks.minimum is not None or other_tasks.region or other_tasks.service
    ):
        problems.append(Message("--minimum, --region and --service need --coverage"))
    if other_tasks.coverage is None and other_tasks.map_file is not None:
        problems.append(Message("--map needs --coverage"))
    if options.budget is not None and not 0 < options.budget <= MOST_BUDGET_S:
        problems.append(
            Message(
                "--budget {budget_s:g} is not allowed; allowed: above 0, at most {most_s} s",
                budget_s=options.budget,
                most_s=MOST_BUDGET_S,
            )
        )
    wanted = {
        "--coverage": other_tasks.coverage is not None,
        "--print-crontab": other_tasks.print_crontab,
        "--print-systemd": other_tasks.print_systemd,
    }
    instead = [name for name, is_wanted in wanted.items() if is_wanted]
    of_a_run = {
        _AN_ID: bool(ids),
        "--all": options.show_all,
        "--monitor": options.monitor,
        "--prometheus": options.prometheus is not None,
        "--status": options.status is not None,
        "--alert-once": options.alert_once,
        "--budget": options.budget is not None,
        "--on-change": options.on_change is not None and other_tasks.coverage is not None,
        "--html": options.html is not None and other_tasks.coverage is None,
    }
    if len(instead) > 1:
        problems.append(Message("{options} exclude each other", options=", ".join(instead)))
    if instead:
        problems += [
            Message("{option} cannot be used with {other}", option=_option(name), other=instead[0])
            for name, is_typed in of_a_run.items()
            if is_typed
        ]
    if problems:
        raise UsageError(*problems, hint='see "dispatch check --help"')
