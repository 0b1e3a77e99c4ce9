"""Gaps in the words of somebody who plans a weekend: joined, repeated ones once, in local time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from msgspec import Struct

from ..messages import MONTHS, WEEKDAYS, time_of_day
from ..results.coverage_results import CoverageGap, CoverageReport, CoveredService

_ONE_DAY = timedelta(days=1)


class GapPeriod(Struct, frozen=True, kw_only=True):
    """Neighbouring gaps with the same count as one, and all that repeat it by the clock.

    The numbers of postcodes are the largest of its gaps, the names those of all.
    """

    starts: tuple[datetime, ...]
    end: datetime
    count: int
    worst: int
    postcodes: int
    providers: tuple[str, ...]
    unknown: tuple[str, ...]


class GapBlock(Struct, frozen=True):
    """Services of one region that have the same spells."""

    region: str
    services: tuple[CoveredService, ...]
    spells: tuple[GapPeriod, ...]


def blocks(report: CoverageReport) -> list[GapBlock]:
    """Put the gaps together by region and service, in the report's order."""
    covered = {(one.region, one.service): one for one in report.services}
    found: dict[tuple[str, tuple[GapPeriod, ...]], list[CoveredService]] = {}
    for (region, service), gaps in groupby(report.gaps, lambda gap: (gap.region, gap.service)):
        spells = _repeated(_joined(gaps))
        found.setdefault((region, spells), []).append(covered[region, service])
    return [GapBlock(region, tuple(each), spells) for (region, spells), each in found.items()]


def when(spell: GapPeriod, report: CoverageReport) -> str:
    """Say when: ``Sat 28 Nov 18:00 - Sun 06:00``, ``daily 18:00 - 06:00, Fri 27 - Mon 30 Nov``."""
    start = spell.starts[0]
    if start == report.start and spell.end == report.end:
        return "all the time"
    if len(spell.starts) == 1:
        return f"{_day(start.date())} {time_of_day(start)} - {_end(start, spell.end)}"
    hours = f"{time_of_day(start)} - {_end(start, spell.end, with_day=False)}"
    days = [each.date() for each in spell.starts]
    if days[-1] - days[0] == (len(days) - 1) * _ONE_DAY:
        return f"daily {hours}, {_day(days[0])} - {_day(days[-1])}"
    return f"{hours}, {', '.join(map(_day, days))}"


def where(spell: GapPeriod, served: int) -> str:
    """Say in how much of the region, "" for all of it that is served."""
    if spell.worst == spell.postcodes:
        return "" if spell.postcodes >= served else f"in {spell.postcodes} of {served}"
    return f"in {spell.worst} of {served}, too few in {spell.postcodes}"


def who(spell: GapPeriod) -> str:
    """Say how many come; whoever it is stands behind it."""
    if spell.count == 0:
        return "nobody"
    return "only one" if spell.count == 1 else f"only {spell.count}"


def _joined(gaps: Iterable[CoverageGap]) -> list[GapPeriod]:
    spells: list[GapPeriod] = []
    for gap in gaps:
        before = spells[-1] if spells else None
        if before and before.end == gap.start and before.count == gap.count:
            spells[-1] = GapPeriod(
                starts=before.starts,
                end=gap.end,
                count=gap.count,
                worst=max(before.worst, gap.worst),
                postcodes=max(before.postcodes, gap.postcodes),
                providers=_both(before.providers, gap.providers),
                unknown=_both(before.unknown, gap.unknown),
            )
        else:
            spells.append(
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
    return spells


def _repeated(spells: Sequence[GapPeriod]) -> tuple[GapPeriod, ...]:
    """Join what comes again at the same hours of the clock; the first one's end stays."""
    found: dict[tuple[object, ...], GapPeriod] = {}
    for spell in spells:
        start = spell.starts[0]
        key = (
            start.time(), spell.end.time(), spell.end.date() - start.date(),
            spell.count, spell.worst, spell.postcodes, spell.providers, spell.unknown,
        )  # fmt: skip
        if key in found:
            first = found[key]
            spell = GapPeriod(  # noqa: PLW2901
                starts=(*first.starts, start),
                end=first.end,
                count=spell.count,
                worst=spell.worst,
                postcodes=spell.postcodes,
                providers=spell.providers,
                unknown=spell.unknown,
            )
        found[key] = spell
    return tuple(found.values())


def _both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def _end(start: datetime, end: datetime, *, with_day: bool = True) -> str:
    """The end, midnight as the end of its day, the day only where it is another."""
    is_midnight = end.hour == end.minute == 0
    day = end.date() - _ONE_DAY if is_midnight else end.date()
    clock = "24:00" if is_midnight else time_of_day(end)
    if day == start.date() or not with_day:
        return clock
    far = day - start.date() >= 6 * _ONE_DAY
    return f"{_day(day) if far else WEEKDAYS[day.weekday()]} {clock}"
