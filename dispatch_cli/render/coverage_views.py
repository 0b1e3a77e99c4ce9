"""Coverage on a screen and as lines with tabs: where and when too few can come."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..results.coverage_results import CoverageContact, CoverageReport
from .coverage_spans import GapPeriod, blocks, when, where, who
from .figures import date_and_clock
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines

if TYPE_CHECKING:
    from .plain import Row

COVERAGE_COLUMNS = (
    "region", "service", "start", "end", "hours", "count", "worst", "postcodes", "served",
    "providers", "names", "phones", "unknown",
)  # fmt: skip

_MOST_NAMED = 3
_SEPARATOR = "; "
_NARROW = 48
"""Below so many cells a number and its name each have a line of their own."""


def coverage_lines(report: CoverageReport, screen: Screen) -> list[Line]:
    """Make the table for the weekend: by region and service, in local time, worst in red."""
    lines = plain_lines(flow(_head(report), screen.width, rest="  "), "bold")
    contacts = {contact.provider: contact for contact in report.contacts}
    found = blocks(report)
    # One column for all, so that the eye runs down it; but a few long texts do not push it out.
    widths = [cells(when(spell, report)) for block in found for spell in block.spells]
    wide = min(max(widths, default=0), max(20, screen.width * 9 // 16))
    region = ""
    for block in found:
        label = block.region if block.region != region else ""
        region = block.region
        names = ", ".join(one.service for one in block.services)
        served = max(one.served for one in block.services)
        reach = f"{served} of {block.services[0].postcodes} postcodes served"
        first = pad(label, max(2, cells(label))) + "  "
        head = flow([names, reach], screen.width, first=first, rest=" " * (cells(first) + 2))
        lines += plain_lines(head, "bold")
        for spell in block.spells:
            parts = _parts(spell, served, contacts, screen)
            lines += _spell_lines(spell, when(spell, report), wide, parts, screen)
    if not report.gaps:
        lines.append(plain_line(f"everywhere and always at least {report.minimum}"))
    return lines


def coverage_rows(report: CoverageReport) -> "Iterable[Row]":
    """Make a row for each gap, exactly as it was found."""
    served = {(one.region, one.service): one.served for one in report.services}
    contacts = {contact.provider: contact for contact in report.contacts}
    for gap in report.gaps:
        yield {
            "region": gap.region,
            "service": gap.service,
            "start": gap.start.isoformat(timespec="minutes"),
            "end": gap.end.isoformat(timespec="minutes"),
            "hours": round((gap.end.timestamp() - gap.start.timestamp()) / 3600, 2),
            "count": gap.count,
            "worst": gap.worst,
            "postcodes": gap.postcodes,
            "served": served[gap.region, gap.service],
            "providers": _SEPARATOR.join(gap.providers),
            "names": _SEPARATOR.join(contacts[each].name for each in gap.providers),
            "phones": _SEPARATOR.join(contacts[each].phone for each in gap.providers),
            "unknown": _SEPARATOR.join(gap.unknown),
        }


def coverage_summary(report: CoverageReport) -> str:
    """Say in one line how it looks."""
    if not report.gaps:
        return f"everywhere at least {report.minimum}"
    regions = {gap.region for gap in report.gaps}
    nobody = {gap.region for gap in report.gaps if gap.count == 0}
    missed = "MISSED: " if report.exit_code else ""
    where_few = f"{missed}fewer than {report.minimum} in {_regions(regions)}"
    return f"{where_few}, nobody in {_regions(nobody)}" if nobody else where_few


def _regions(regions: Collection[str]) -> str:
    if len(regions) <= _MOST_NAMED:
        return ", ".join(sorted(regions))
    return f"{len(regions)} regions"


def named(
    providers: Iterable[str], contacts: Mapping[str, CoverageContact]
) -> tuple[list[CoverageContact], int]:
    """The first few of some providers, and how many more there are."""
    known = [contacts[each] for each in providers]
    return known[:_MOST_NAMED], max(0, len(known) - _MOST_NAMED)


def _head(report: CoverageReport) -> list[str]:
    """The parts of the first line."""
    return [
        f"Coverage {date_and_clock(report.start)} - {date_and_clock(report.end)}",
        coverage_summary(report),
    ]


def _spell_lines(
    spell: GapPeriod, told: str, wide: int, parts: Sequence[tuple[str, str, str]], screen: Screen
) -> list[Line]:
    """Set one spell: when, how many and where, then the numbers, each whole with its name."""
    style = "bold red" if spell.count == 0 else ""
    is_narrow = screen.width < _NARROW
    deeper = " " * (4 if is_narrow else 8)
    first = f"  {told}  " if is_narrow else f"    {pad(told, wide)}  "
    beside = flow([" ".join(filter(None, parts[0]))], screen.width, first=first, rest=deeper)
    shown: list[str] = []
    for label, phone, name in parts[1:]:
        before = " ".join(filter(None, (label, phone)))
        room = screen.width - len(deeper) - (0 if is_narrow else cells(before) + 2)
        if is_narrow:
            shown += filter(None, (label, phone, screen.shorten(name, room)))
        else:
            shown.append(f"{before}  {screen.shorten(name, max(6, room))}".rstrip())
    joined = "   ".join([beside[-1], *shown])
    if len(beside) == 1 and cells(joined) <= screen.width:
        return [plain_line(joined, style)]
    below = flow(shown, screen.width, first=deeper, rest=deeper) if shown else []
    return [*plain_lines(beside, style), *plain_lines(below)]


def _parts(
    spell: GapPeriod, served: int, contacts: Mapping[str, CoverageContact], screen: Screen
) -> list[tuple[str, str, str]]:
    """What is to be said of a spell, as (label, phone, name); the first has no phone."""
    parts = [(who(spell), where(spell, served), "")]
    for label, providers in (
        ("" if spell.count else "elsewhere", spell.providers),
        ("hours unknown:", spell.unknown),
    ):
        shown, more = named(providers, contacts)
        for number, one in enumerate(shown):
            phone, name = screen.text(one.phone, 40), screen.text(one.name, 60)
            parts.append((label if number == 0 else "", phone, name))
        if more:
            parts.append((f"and {more} more", "", ""))
    return parts
