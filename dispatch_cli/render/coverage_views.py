"""The output of coverage, on a screen and as rows: the gaps by place and time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..messages import Message, Plural
from ..results.coverage_results import CoverageContact, CoverageReport
from .coverage_spans import GapBlock, GapPeriod, blocks, when, where, who
from .figures import date_and_clock
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines
from .wording import say, worded

if TYPE_CHECKING:
    from .plain import PlainRow

COVERAGE_COLUMNS = (
    "region", "service", "start", "end", "hours", "count", "worst", "postcodes", "served",
    "providers", "names", "phones", "unknown",
)  # fmt: skip

_MOST_NAMED = 3
_SEPARATOR = "; "
_NARROW = 48
"""On a screen with fewer cells a number and its name have a line each."""


def coverage_lines(report: CoverageReport, screen: Screen) -> list[Line]:
    """Make the table of gaps by region and service, in local time, the worst in red."""
    lines = plain_lines(flow(map(screen.text, _head(report)), screen.width, rest="  "), "bold")
    contacts = {contact.provider: contact for contact in report.contacts}
    found = blocks(report)
    # All blocks have one column of times; a few long texts do not widen it.
    widths = [
        cells(screen.text(when(period, report))) for block in found for period in block.periods
    ]
    wide = min(max(widths, default=0), max(20, screen.width * 9 // 16))
    region = ""
    for block in found:
        label = block.region if block.region != region else ""
        region = block.region
        names = ", ".join(screen.word(one.service) for one in block.services)
        served = max(one.served for one in block.services)
        reach = screen.text(reach_sentence(block))
        first = pad(label, max(2, cells(label))) + "  "
        head = flow([names, reach], screen.width, first=first, rest=" " * (cells(first) + 2))
        lines += plain_lines(head, "bold")
        for period in block.periods:
            parts = _parts(period, served, contacts, screen)
            time = screen.text(when(period, report))
            lines += _period_lines(period, time, wide, parts, screen)
    if not report.gaps:
        everywhere = screen.say("everywhere and always at least {count}", count=report.minimum)
        lines.append(plain_line(everywhere))
    return lines


def reach_sentence(block: GapBlock) -> Message:
    """Return the sentence about the postcodes of a block to which any provider ever comes."""
    served = max(one.served for one in block.services)
    count = block.services[0].postcodes
    return Plural(
        "{served} of {count} postcode served",
        "{served} of {count} postcodes served",
        count,
        served=served,
    )


def coverage_rows(report: CoverageReport) -> "Iterable[PlainRow]":
    """Make a row for each gap of the report."""
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
    """Summarize the coverage in one line."""
    if not report.gaps:
        return say("everywhere at least {count}", count=report.minimum)
    regions = {gap.region for gap in report.gaps}
    empty = {gap.region for gap in report.gaps if gap.count == 0}
    values = {
        "count": report.minimum, "regions": _regions(regions), "empty": _regions(empty),
    }  # fmt: skip
    if empty:
        found = Message("fewer than {count} in {regions}, none in {empty}", **values)
    else:
        found = Message("fewer than {count} in {regions}", **values)
    return say("MISSED: {gaps}", gaps=found) if report.exit_code else worded(found)


def _regions(regions: Collection[str]) -> Message | str:
    if len(regions) <= _MOST_NAMED:
        return ", ".join(sorted(regions))
    return Message("{count} regions", count=len(regions))


def named(
    providers: Iterable[str], contacts: Mapping[str, CoverageContact]
) -> tuple[list[CoverageContact], int]:
    """Return the first few of some providers, and how many more there are."""
    known = [contacts[each] for each in providers]
    return known[:_MOST_NAMED], max(0, len(known) - _MOST_NAMED)


def labelled(period: GapPeriod) -> list[tuple[Message | str, tuple[str, ...]]]:
    """Return the providers of a period in their groups, each with its label."""
    return [
        ("" if period.count else Message("elsewhere"), period.providers),
        (Message("hours unknown:"), period.unknown),
    ]


def _head(report: CoverageReport) -> list[str]:
    """Return the parts of the first line."""
    return [
        say(
            "Coverage {start} - {end}",
            start=date_and_clock(report.start),
            end=date_and_clock(report.end),
        ),
        coverage_summary(report),
    ]


def _period_lines(
    period: GapPeriod, time: str, wide: int, parts: Sequence[tuple[str, str, str]], screen: Screen
) -> list[Line]:
    """Make the lines of a period: time, count and extent, then whole numbers with their names."""
    style = "bold red" if period.count == 0 else ""
    is_narrow = screen.width < _NARROW
    deeper = " " * (4 if is_narrow else 8)
    first = f"  {time}  " if is_narrow else f"    {pad(time, wide)}  "
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
    period: GapPeriod, served: int, contacts: Mapping[str, CoverageContact], screen: Screen
) -> list[tuple[str, str, str]]:
    """Return the parts of a period as (label, phone, name); the first one has no phone."""
    parts = [(screen.text(who(period)), screen.text(where(period, served)), "")]
    for label, providers in labelled(period):
        shown, more = named(providers, contacts)
        for number, one in enumerate(shown):
            phone, name = screen.text(one.phone, 40), screen.text(one.name, 60)
            parts.append((screen.text(label) if number == 0 else "", phone, name))
        if more:
            parts.append((screen.say("and {count} more", count=more), "", ""))
    return parts
