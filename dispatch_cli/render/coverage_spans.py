"""Gaps in coverage for a reader: neighbours joined, repeated ones once, in local time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from msgspec import Struct

from ..messages import Plural
from ..results.coverage_results import CoverageGap, CoverageReport, CoveredService
from . import figures
from .wording import say, worded

_ONE_DAY = timedelta(days=1)


class GapPeriod(Struct, frozen=True, kw_only=True):
    """Neighbouring gaps with the same count, joined, with all repetitions at the same hours.

    Its numbers of postcodes are the largest of its gaps; its providers are those of all gaps.
    """

    starts: tuple[datetime, ...]
    end: datetime
    count: int
    worst: int
    postcodes: int
    providers: tuple[str, ...]
    unknown: tuple[str, ...]


class GapBlock(Struct, frozen=True):
    """The services of one region that have the same periods."""

    region: str
    services: tuple[CoveredService, ...]
    periods: tuple[GapPeriod, ...]


def blocks(report: CoverageReport) -> list[GapBlock]:
    """Group the gaps by region and service, in the report's order."""
    covered = {(one.region, one.service): one for one in report.services}
    found: dict[tuple[str, tuple[GapPeriod, ...]], list[CoveredService]] = {}
    for (region, service), gaps in groupby(report.gaps, lambda gap: (gap.region, gap.service)):
        periods = _repeated(_joined(gaps))
        found.setdefault((region, periods), []).append(covered[region, service])
    return [GapBlock(region, tuple(each), periods) for (region, periods), each in found.items()]


def when(period: GapPeriod, report: CoverageReport) -> str:
    """Write the time of a period: ``Sat 28 Nov 18:00 - Sun 06:00`` or ``daily 18:00 - 06:00``."""
    start = period.starts[0]
    if start == report.start and period.end == report.end:
        return say("all the time")
    if len(period.starts) == 1:
        return f"{_day(start.date())} {figures.time_of_day(start)} - {_end(start, period.end)}"
    hours = f"{figures.time_of_day(start)} - {_end(start, period.end, with_day=False)}"
    days = [each.date() for each in period.starts]
    if days[-1] - days[0] == (len(days) - 1) * _ONE_DAY:
        between = {"hours": hours, "first": _day(days[0]), "last": _day(days[-1])}
        return say("daily {hours}, {first} - {last}", **between)
    return f"{hours}, {', '.join(map(_day, days))}"


def where(period: GapPeriod, served: int) -> str:
    """Write in how many of the region's served postcodes the gap is; "" for all of them."""
    if period.worst == period.postcodes:
        if period.postcodes >= served:
            return ""
        return say("in {count} of {served}", count=period.postcodes, served=served)
    counts = {"worst": period.worst, "served": served, "postcodes": period.postcodes}
    return say("in {worst} of {served}, too few in {postcodes}", **counts)


def who(period: GapPeriod) -> str:
    """Write how many providers can come."""
    if period.count == 0:
        return say("none")
    return worded(Plural("only one", "only {count}", period.count))


def _joined(gaps: Iterable[CoverageGap]) -> list[GapPeriod]:
    periods: list[GapPeriod] = []
    for gap in gaps:
        before = periods[-1] if periods else None
        if before and before.end == gap.start and before.count == gap.count:
            periods[-1] = GapPeriod(
                starts=before.starts,
                end=gap.end,
                count=gap.count,
                worst=max(before.worst, gap.worst),
                postcodes=max(before.postcodes, gap.postcodes),
                providers=_both(before.providers, gap.providers),
                unknown=_both(before.unknown, gap.unknown),
            )
        else:
            periods.append(
                GapPeriod(
                    starts=(gap.start,),
                    end=gap.end,
                    count=gap.count,
                    worst=gap.worst,
                    postcodes=gap.postcodes,
                    providers=gap.providers,
                    unknown=gap.unknown,
                )
            )
    return periods


def _repeated(periods: Sequence[GapPeriod]) -> tuple[GapPeriod, ...]:
    """Join periods that repeat at the same hours of other days; the first one's end is kept."""
    found: dict[tuple[object, ...], GapPeriod] = {}
    for period in periods:
        start = period.starts[0]
        key = (
            start.time(), period.end.time(), period.end.date() - start.date(),
            period.count, period.worst, period.postcodes, period.providers, period.unknown,
        )  # fmt: skip
        if key in found:
            first = found[key]
            period = GapPeriod(  # noqa: PLW2901
                starts=(*first.starts, start),
                end=first.end,
                count=period.count,
                worst=period.worst,
                postcodes=period.postcodes,
                providers=period.providers,
                unknown=period.unknown,
            )
        found[key] = period
    return tuple(found.values())


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _day(day: date) -> str:
    return say("{weekday} {day}", weekday=figures.weekday(day), day=figures.day_and_month(day))


def _end(start: datetime, end: datetime, *, with_day: bool = True) -> str:
    """Write the end of a period: midnight as 24:00, and the day only if it is another one."""
    is_midnight = end.hour == end.minute == 0
    day = end.date() - _ONE_DAY if is_midnight else end.date()
    clock = "24:00" if is_midnight else figures.time_of_day(end)
    if day == start.date() or not with_day:
        return clock
    far = day - start.date() >= 6 * _ONE_DAY
    named = _day(day) if far else figures.weekday(day)
    return say("{day} {time}", day=named, time=clock)
