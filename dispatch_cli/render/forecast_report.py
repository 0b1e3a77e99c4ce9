"""The output of the forecast report: acceptance by tenths, arrivals by bands, providers by year."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..messages import Plural
from ..results.report_results import (
    ArrivalRow,
    ChanceRow,
    ForecastReport,
    ProviderChanceRow,
    Verdict,
)
from .layout import Line, Screen, plain_line
from .report_table import report_table
from .wording import worded

if TYPE_CHECKING:
    from .plain import PlainRow

FORECAST_COLUMNS = (
    "what", "year", "provider", "said", "said_from", "said_to", "said_from_min", "said_to_min",
    "asked", "accepted", "share", "low", "high", "verdict", "arrived", "mean_min",
)  # fmt: skip
VERDICTS: dict[Verdict, str] = {
    "as_said": "similar",
    "less_than_said": "lower",
    "more_than_said": "higher",
    "too_little": "too few",
}


def forecast_lines(report: ForecastReport, screen: Screen) -> list[Line]:
    """Make the three tables, with whole numbers and shortened names."""
    begin = "all months" if report.since is None else f"since {report.since:%Y-%m-%d}"
    offers = worded(Plural("{count} offer", "{count} offers", report.asked))
    lines = [plain_line(f"{begin}: {offers} with a forecast", "bold")]
    lines += report_table(
        ("Forecast", "Asked", "Yes", "Observed", "Interval", "Verdict"),
        [(_tenth(row), *_outcome(row)) for row in report.rows],
        screen,
    )
    lines += report_table(
        ("Forecast arrival", "Arrivals", "Observed mean"),
        [(_band(row), str(row.arrived), f"{row.mean_min:.0f} min") for row in report.arrivals],
        screen,
    )
    return lines + report_table(
        ("Provider", "Year", "Forecast", "Asked", "Yes", "Observed", "Interval", "Verdict"),
        [(row.provider, row.year, f"{row.said:.0%}", *_outcome(row)) for row in report.providers],
        screen,
    )


def forecast_rows(report: ForecastReport) -> "Iterable[PlainRow]":
    """Make a row for each tenth, each band, and each provider and year."""
    for kind, found in (
        ("acceptance", report.rows),
        ("arrival", report.arrivals),
        ("provider", report.providers),
    ):
        for each in found:
            values = {name: getattr(each, name) for name in each.__struct_fields__}
            known = {name: value for name, value in values.items() if value is not None}
            yield {"what": kind, **known}


def _tenth(row: ChanceRow) -> str:
    return f"{row.said_from:.0%} to {row.said_to:.0%}".replace("% to", " to")


def _band(row: ArrivalRow) -> str:
    end = row.said_to_min
    return (
        f"{row.said_from_min} min or more" if end is None else f"{row.said_from_min} to {end} min"
    )


def _outcome(row: ChanceRow | ProviderChanceRow) -> tuple[str, ...]:
    """Write the counts, the observed share, the interval of the true share, and the verdict."""
    interval = "-"
    if row.low is not None and row.high is not None:
        interval = f"{row.low * 100:.0f}-{row.high:.0%}"
    return (
        str(row.asked), str(row.accepted), f"{row.share:.0%}", interval, VERDICTS[row.verdict],
    )  # fmt: skip
