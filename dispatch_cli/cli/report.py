"""``dispatch report``: what the centre can prove."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .desk_options import DeskOptions
from .lazy import group
from .log_book import open_book, zone_of
from .option_groups import with_options
from .outcome import Outcome
from .result_output import shown

if TYPE_CHECKING:
    from ..cases.book import Book
    from ..results.report_results import ForecastReport

app = group("What the centre can prove.")


@app.command()
@with_options(DeskOptions)
def fairness(
    desk: DeskOptions,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="DAY",
            help="Month (2026-11) or day (2026-11-01): cases opened from its begin on.",
        ),
    ],
) -> Outcome:
    """Say who was asked how often, who accepted, and what contracts cost the motorists."""
    from .. import fairness as counting
    from ..render import fairness_report as screens

    book = open_book(desk)
    begin = _moment(since, book)
    with book.store.reading() as reader:
        found = counting.report(
            reader.cases_since(begin),
            reader.tallies(begin),
            begin,
            standings=reader.standings(),
            contract_counts=reader.contract_counts(),
        )
    return shown(
        desk,
        "report fairness",
        found,
        lines=lambda screen: screens.fairness_lines(found, screen),
        columns=screens.FAIRNESS_COLUMNS,
        rows=lambda: screens.fairness_rows(found),
        warnings=[
            f"the erased cases of {month} are known by whole months only and left out"
            for month in found.left_out
        ],
    )


@app.command()
@with_options(DeskOptions)
def forecast(
    desk: DeskOptions,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DAY",
            help="Month (2026-11) or day: offers of the months from then on."
            " Default: all that is kept.",
        ),
    ] = None,
) -> Outcome:
    """Say whether the chances and arrivals that the ranking forecast have come true."""
    from .. import reliability
    from ..render import forecast_report as screens

    book = open_book(desk)
    with book.store.reading() as reader:
        found = reliability.report(
            reader.chance_counts(),
            reader.arrival_counts(),
            reader.chance_sums(),
            None if since is None else _moment(since, book),
        )
    return shown(
        desk,
        "report forecast",
        found,
        lines=lambda screen: screens.forecast_lines(found, screen),
        columns=screens.FORECAST_COLUMNS,
        rows=lambda: screens.forecast_rows(found),
        warnings=[
            *(
                f"the forecasts of {each} are kept as a whole, and --since divides it: left out"
                for each in found.left_out
            ),
            *([_too_little(found)] if found.is_too_little else []),
        ],
    )


def _too_little(found: "ForecastReport") -> str:
    return (
        f"too little to tell: {found.asked} asked; a verdict needs {found.least} offers whose"
        " chances lie in the same tenth"
    )


def _moment(since: str, book: "Book") -> datetime:
    """Read a month, a day or a moment in the zone of the centre."""
    from ..notation import parse_since

    moment = parse_since(since, book.now, book.catalog.rules.settings.timezone)
    return moment.astimezone(zone_of(book))
