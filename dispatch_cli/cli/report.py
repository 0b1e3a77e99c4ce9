"""``dispatch report``: reports on the decisions in the case log."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ..cases.book import local
from ..messages import Message
from .desk_options import DeskOptions
from .lazy import group
from .log_book import open_book
from .option_groups import with_options
from .outcome import Outcome
from .result_output import shown

if TYPE_CHECKING:
    from ..cases.book import Book
    from ..results.report_results import ForecastReport

app = group("Report on fairness and forecasts, from the case log.")


@app.command()
@with_options(DeskOptions)
def fairness(
    desk: DeskOptions,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="DAY",
            help="First month (2026-11) or day (2026-11-01) of the cases.",
        ),
    ],
) -> Outcome:
    """Report offers and acceptances by provider, and what contracts cost the motorists."""
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
            Message(
                "the erased cases of {month} are left out, because they are only counted by month",
                month=month,
            )
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
            help="First month (2026-11) or day of the offers. Default: all kept months.",
        ),
    ] = None,
) -> Outcome:
    """Compare the forecast acceptances and arrivals of the ranking with the observed ones."""
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
                Message(
                    "the forecasts of {period} are left out, because --since divides it",
                    period=each,
                )
                for each in found.left_out
            ),
            *([_too_little(found)] if found.is_too_little else []),
        ],
    )


def _too_little(found: "ForecastReport") -> Message:
    return Message(
        "too few offers for a verdict: {asked} asked, and a verdict needs {least} with a forecast"
        " in the same tenth",
        asked=found.asked,
        least=found.least,
    )


def _moment(since: str, book: "Book") -> datetime:
    """Read a month, a day or a moment, in the time zone of the centre."""
    from ..notation import parse_since

    moment = parse_since(since, book.now, book.catalog.rules.settings.timezone)
    return local(moment, book)
