"""``dispatch travel``: compare estimates with a travel engine, and fit the speeds to it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace

from ..errors import BadDataError, UsageError
from ..messages import quoted
from .completion import complete_services
from .lazy import group
from .open_files import holiday_dates, now, open_catalog
from .options import DebugOption, JsonOption, ProvidersOption, QuietOption
from .outcome import Outcome, emit
from .router_options import RouterOption, open_roads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ..render.layout import Line, Screen
    from ..render.plain import PlainRow
    from ..travel.place_roads import Roads
    from ..travel_study import Sample

app = group("Compare estimates with a travel engine, and fit the speeds to it.")

CountOption = Annotated[
    int,
    typer.Option("--sample", min=10, max=10_000, metavar="N", help="Number of random incidents."),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed",
        metavar="N",
        help="Seed of the random points; the same seed gives the same points.",
    ),
]
ServiceOption = Annotated[
    str,
    typer.Option(
        "--service",
        metavar="SERVICE",
        help="Service whose providers are compared.",
        autocompletion=complete_services,
    ),
]
_LONGEST_S = 10.0
"""All roads to an incident are asked for at once, and no caller waits."""


@app.command()
def compare(
    *,
    service: ServiceOption = "tow",
    sample: CountOption = 200,
    seed: SeedOption = 1,
    router: RouterOption = None,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Compare the estimated minutes of your providers with those of the travel engine.

    dispatch travel compare --router osrm=http://localhost:5000
    """
    from .. import travel_study
    from ..render import travel_report as screens

    drawn, roads = _drawn(service, sample, seed, router, providers)
    found = travel_study.compare(drawn, roads, seed)
    view = ReportView(
        "travel.compare",
        lambda screen: screens.comparison_lines(found, screen),
        screens.COMPARISON_COLUMNS,
        lambda: screens.comparison_rows(found),
    )
    return _shown(found, view, json=json)


@app.command()
def calibrate(
    *,
    service: ServiceOption = "tow",
    sample: CountOption = 200,
    seed: SeedOption = 1,
    router: RouterOption = None,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Print the speeds for the provider file that fit the travel engine.

    Every second incident is used for the fit, and the others for the errors.
    dispatch travel calibrate --router osrm=http://localhost:5000
    """
    from .. import travel_study
    from ..render import travel_report as screens

    drawn, roads = _drawn(service, sample, seed, router, providers)
    found = travel_study.calibrate(drawn, roads, seed)
    view = ReportView(
        "travel.calibrate",
        lambda screen: screens.calibration_lines(found, screen),
        screens.CALIBRATION_COLUMNS,
        lambda: screens.calibration_rows(found),
    )
    return _shown(found, view, json=json)


def _drawn(
    service: str,
    count: int,
    seed: int,
    router: str | None,
    providers: "Path | None",
) -> "tuple[Sample, Roads]":
    from ..model.words import EMERGENCY_SERVICES, SERVICES, lookup
    from ..travel_study import draw_sample

    name = lookup(service, SERVICES)
    if name is None or name in EMERGENCY_SERVICES:
        raise UsageError(
            "--service {service} is not a service of a provider",
            service=quoted(service),
            hint='"dispatch kinds" lists the services',
        )
    clock = now()
    catalog = open_catalog(providers, clock)
    if catalog.source == "sample":
        raise BadDataError(
            "no provider file found; the packaged sample has only invented firms",
            hint='start your own file with "dispatch providers init"',
        )
    roads = open_roads(catalog, router, clock, required=True)
    assert roads is not None  # noqa: S101 - a required one is there, or open_roads has raised
    # No answer is kept: random places would drive out those of real incidents.
    roads.settings = replace(roads.settings, timeout_s=_LONGEST_S)
    roads.cache = None
    drawn = draw_sample(
        catalog, roads, name, count=count, seed=seed, now=clock, holidays=holiday_dates
    )
    return drawn, roads


class ReportView(Struct, frozen=True):
    """How a report is shown: its schema, its screen, and its tab-separated rows."""

    schema: str
    lines: "Callable[[Screen], Iterable[Line]]"
    columns: Sequence[str]
    rows: "Callable[[], Iterable[PlainRow]]"


def _shown(found: object, view: ReportView, *, json: bool) -> Outcome:
    def show() -> None:
        if json:
            emit(f"dispatch.{view.schema}/1", found)
        elif sys.stdout.isatty():
            from ..render.console import print_lines, screen_of

            screen = screen_of(sys.stdout)
            print_lines(view.lines(screen), sys.stdout, screen)
        else:
            from ..render.plain import write_table

            write_table(view.columns, view.rows(), sys.stdout)

    return Outcome(show)
