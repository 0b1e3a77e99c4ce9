"""The output of the forecast report: acceptance by tenths, arrivals by bands, providers by year."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..messages import Message, Plural
from ..results.report_results import (
    ArrivalRow,
    ChanceRow,
    ForecastReport,
    ProviderChanceRow,
    Verdict,
)
from .figures import day_of
from .layout import Line, Screen, plain_line
from .report_table import report_table

if TYPE_CHECKING:
    from .plain import PlainRow

FORECAST_COLUMNS = (
    "what", "year", "provider", "said", "said_from", "said_to", "said_from_min", "said_to_min",
    "asked", "accepted", "share", "low", "high", "verdict", "arrived", "mean_min", "travel_source",
)  # fmt: skip
VERDICTS: dict[Verdict, Message] = {
    "as_said": Message("similar"),
    "less_than_said": Message("lower"),
    "more_than_said": Message("higher"),
    "too_little": Message("too few"),
}

_BY_TENTH = (
    Message("Forecast"), Message("Asked"), Message("Yes"), Message("Observed"),
    Message("Interval"), Message("Verdict"),
)  # fmt: skip
_ARRIVALS = (Message("Forecast arrival"), Message("Arrivals"), Message("Observed mean"))
_BY_PROVIDER = (Message("Provider"), Message("Year"), *_BY_TENTH)


def forecast_lines(report: ForecastReport, screen: Screen) -> list[Line]:
    """Make the three tables, with whole numbers and shortened names."""
    offers = Plural("{count} offer with a forecast", "{count} offers with a forecast", report.asked)
    if report.since is None:
        title = screen.say("all months: {offers}", offers=offers)
    else:
        date = day_of(report.since)
        title = screen.say("since {date}: {offers}", date=date, offers=offers)
    lines = [plain_line(title, "bold")]
    lines += report_table(
        _BY_TENTH,
        [(_tenth(row), *_outcome(row)) for row in report.rows],
        screen,
    )
    lines += report_table(
        _ARRIVALS,
        [(_band(row), str(row.arrived), _minutes(row.mean_min)) for row in report.arrivals],
        screen,
    )
    return lines + report_table(
        _BY_PROVIDER,
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


def _tenth(row: ChanceRow) -> Message:
    low = f"{row.said_from:.0%}".removesuffix("%")
    return Message("{low} to {high}", low=low, high=f"{row.said_to:.0%}")


def _band(row: ArrivalRow) -> Message:
    band = _minutes_of(row)
    if row.is_estimate:
        return band
    return Message("{band}, {engine}", band=band, engine=row.travel_source)


def _minutes_of(row: ArrivalRow) -> Message:
    low, high = row.said_from_min, row.said_to_min
    if high is None:
        return Message("{minutes} min or more", minutes=low)
    return Message("{low} to {high} min", low=low, high=high)


def _minutes(mean_min: float) -> Message:
    return Message("{minutes} min", minutes=f"{mean_min:.0f}")


def _outcome(row: ChanceRow | ProviderChanceRow) -> tuple[Message | str, ...]:
    """Write the counts, the observed share, the interval of the true share, and the verdict."""
    interval = "-"
    if row.low is not None and row.high is not None:
        interval = f"{row.low * 100:.0f}-{row.high:.0%}"
    return (
        str(row.asked), str(row.accepted), f"{row.share:.0%}", interval, VERDICTS[row.verdict],
    )  # fmt: skip
