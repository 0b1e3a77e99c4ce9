"""Compare the forecasts of the ranking with their outcomes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from .betas import beta_quantile
from .model.forecast_counts import BANDS_MIN, MILLION, TENTHS, ArrivalCount, ChanceCount, ChanceSum
from .model.whole_months import divided, first_month, first_year
from .results.report_results import (
    ArrivalRow,
    ChanceRow,
    ForecastReport,
    ProviderChanceRow,
    Verdict,
)

LEAST = 30
"""Fewest offers for a verdict: the interval of fewer covers about four tenths."""

INTERVAL = 0.95
"""The chance that the true share lies within the interval that is shown."""


def report(
    chances: Iterable[ChanceCount],
    arrivals: Iterable[ArrivalCount],
    sums: Iterable[ChanceSum],
    since: datetime | None = None,
) -> ForecastReport:
    """Add up the counts of the months and years that begin at or after a moment, by its own date.

    A month or a year that the moment divides is named in ``left_out``.
    """
    by_month, by_band, by_year = list(chances), list(arrivals), list(sums)
    kept = [each for each in by_month if each.month >= first_month(since)]
    months = {each.month for each in by_month} | {each.month for each in by_band}
    years = {each.year for each in by_year}
    return ForecastReport(
        since=since,
        asked=sum(each.asked for each in kept),
        least=LEAST,
        rows=_chance_rows(kept),
        arrivals=_arrival_rows(each for each in by_band if each.month >= first_month(since)),
        providers=_provider_rows(
            kept, [each for each in by_year if each.year >= first_year(since)]
        ),
        left_out=tuple(sorted((months | years) & divided(since))),
    )


def share_interval(accepted: int, asked: int) -> tuple[float, float]:
    """Return the bounds of Clopper and Pearson (Biometrika 26, 1934) for a true share.

    They hold it with a chance of at least INTERVAL, however small the numbers are.
    """
    rest = (1 - INTERVAL) / 2
    low = beta_quantile(accepted, asked - accepted + 1, rest)
    high = beta_quantile(accepted + 1, asked - accepted, 1 - rest)
    return low, high


def _judged(
    accepted: int, asked: int, said_from: float, said_to: float
) -> tuple[float | None, float | None, Verdict]:
    """Return the bounds of a true share, and the verdict on the forecast."""
    if asked < LEAST:
        return None, None, "too_little"
    low, high = share_interval(accepted, asked)
    if high < said_from:
        return low, high, "less_than_said"
    return low, high, "more_than_said" if low > said_to else "as_said"


def _chance_rows(counts: Iterable[ChanceCount]) -> tuple[ChanceRow, ...]:
    asked: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    for each in counts:
        asked[each.tenth] += each.asked
        accepted[each.tenth] += each.accepted
    rows = []
    for tenth in sorted(asked):
        said_from, said_to = tenth / TENTHS, (tenth + 1) / TENTHS
        low, high, verdict = _judged(accepted[tenth], asked[tenth], said_from, said_to)
        rows.append(
            ChanceRow(
                said_from=said_from,
                said_to=said_to,
                asked=asked[tenth],
                accepted=accepted[tenth],
                share=accepted[tenth] / asked[tenth],
                low=low,
                high=high,
                verdict=verdict,
            )
        )
    return tuple(rows)


def _arrival_rows(counts: Iterable[ArrivalCount]) -> tuple[ArrivalRow, ...]:
    arrived: Counter[tuple[str, int]] = Counter()
    minutes: Counter[tuple[str, int]] = Counter()
    for each in counts:
        arrived[each.travel_source, each.band_min] += each.arrived
        minutes[each.travel_source, each.band_min] += each.observed_min
    ends = dict(pairwise(BANDS_MIN))
    return tuple(
        ArrivalRow(
            travel_source=source,
            said_from_min=begin,
            said_to_min=ends.get(begin),
            arrived=arrived[source, begin],
            mean_min=minutes[source, begin] / arrived[source, begin],
        )
        for source, begin in sorted(arrived)
    )


def _provider_rows(
    counts: Iterable[ChanceCount], sums: Iterable[ChanceSum]
) -> tuple[ProviderChanceRow, ...]:
    accepted: Counter[tuple[str, str]] = Counter()
    for each in counts:
        accepted[each.month[:4], each.provider] += each.accepted
    rows = []
    for whole in sorted(sums, key=lambda each: (each.year, each.provider)):
        said, yes = whole.millionths / MILLION / whole.asked, accepted[whole.year, whole.provider]
        low, high, verdict = _judged(yes, whole.asked, said, said)
        rows.append(
            ProviderChanceRow(
                year=whole.year,
                provider=whole.provider,
                said=said,
                asked=whole.asked,
                accepted=yes,
                share=yes / whole.asked,
                low=low,
                high=high,
                verdict=verdict,
            )
        )
    return tuple(rows)
