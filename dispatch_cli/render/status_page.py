"""A self-contained HTML page with the states of all providers.

It has no scripts, requests or fonts, and its content security policy forbids them. Texts from
files and servers are escaped.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape

from ..results.check_results import WORST_FIRST, CheckReport, CheckRow
from ..results.coverage_results import CoverageContact, CoverageReport
from .check_views import FINE, reason, since, worst_first
from .clean import clean
from .coverage_spans import GapBlock, GapPeriod, blocks, when, where, who
from .coverage_views import coverage_summary, named
from .figures import date_and_clock, past_clock, time_of_day
from .layout import encodable
from .status_style import style_sheet
from .wording import worded


def status_page(
    report: CheckReport, *, coverage: CoverageReport | None = None, stale_min: float = 30.0
) -> str:
    """Make the page as of ``report.at``, in its time zone; stale after ``stale_min``.

    Without scripts the page cannot read a clock. It has the time from which it is stale, and shows
    a warning when it has been open for ``stale_min``.
    """
    style = style_sheet(stale_min * 60)
    body = "\n".join(_body(report, coverage, stale_min))
    # Half a surrogate pair has no UTF-8.
    return encodable(f"{_head(report, style)}\n<body>\n{body}\n</body>\n</html>\n", "utf-8")


def _head(report: CheckReport, style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    down = report.counts.get("down", 0)
    title = f"{down} down" if down else "No provider down"
    if report.offline:
        title = "Observer offline"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{title}, {time_of_day(report.at)} - dispatch</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>"""


def _body(report: CheckReport, coverage: CoverageReport | None, stale_min: float) -> Iterator[str]:
    stale_at = report.at + timedelta(minutes=stale_min)
    yield "<header>\n<h1>States of the providers</h1>"
    day, _, clock = date_and_clock(report.at).rpartition(" ")
    zone = _text(report.at.tzname() or "")
    yield (
        f'<p>As of <time datetime="{report.at.isoformat(timespec="seconds")}">'
        f"{day} {report.at.year}, {clock}</time> {zone}: "
        f"{report.checked} checked in {report.seconds:.1f} s. "
        f"<strong>Stale from {past_clock(stale_at, report.at)}.</strong></p>"
    )
    yield (
        f'<p class="alarm stale">This page has been open for more than {stale_min:.0f} minutes: '
        "it is stale. Load it again.</p>"
    )
    if report.offline:
        yield (
            '<p class="alarm">The observer itself is offline: '
            f"{_text(worded(report.offline))}. No state was changed.</p>"
        )
    if report.left_out:
        yield (
            f'<p class="alarm">{report.left_out} not checked within the time budget. '
            "Their states are unchanged.</p>"
        )
    yield "</header>\n<main>"
    yield from _counts(report)
    rows = worst_first(report.rows)
    yield from _not_up([row for row in rows if row.state not in FINE], report.at)
    if coverage is not None:
        yield from _coverage(coverage)
    yield from _rest([row for row in rows if row.state in FINE], report.at)
    yield "</main>"
    yield "<footer><p>Made by dispatch. No scripts, no requests.</p></footer>"


def _counts(report: CheckReport) -> Iterator[str]:
    yield '<ul class="counts" aria-label="Number of providers in each state">'
    counts = report.counts
    for state in WORST_FIRST:
        if state in counts:
            yield f'<li class="of-{state}"><b>{counts[state]}</b> {state}</li>'
    yield "</ul>"


def _not_up(rows: list[CheckRow], now: datetime) -> Iterator[str]:
    yield "<section>\n<h2>Not up</h2>"
    if rows:
        yield from _table(rows, now)
    else:
        yield "<p>All open providers can be reached.</p>"
    yield "</section>"


def _rest(rows: list[CheckRow], now: datetime) -> Iterator[str]:
    if rows:
        closed = sum(row.state == "closed" for row in rows)
        yield f"<details>\n<summary>{len(rows) - closed} up, {closed} closed</summary>"
        yield from _table(rows, now)
        yield "</details>"


def _table(rows: Iterable[CheckRow], now: datetime) -> Iterator[str]:
    """Make a table, with roles for narrow screens, on which its cells are below each other."""
    heads = ("State", "Since", "Phone", "Provider", "Why")
    cells = "".join(f'<th scope="col" role="columnheader">{head}</th>' for head in heads)
    yield '<table role="table">'
    yield f'<thead role="rowgroup"><tr role="row">{cells}</tr></thead>\n<tbody role="rowgroup">'
    for row in rows:
        yield (
            '<tr role="row">'
            f'<td role="cell">{_badge(row.state, row.state)}</td>'
            f'<td role="cell" class="since">{_since(row.since, now)}</td>'
            f'<td role="cell" class="phone">{_phone(row.phone)}</td>'
            f'<td role="cell" class="name">{_text(row.name)}</td>'
            f'<td role="cell" class="why">{_text(reason(row, now))}</td>'
            "</tr>"
        )
    yield "</tbody>\n</table>"


def _coverage(report: CoverageReport) -> Iterator[str]:
    contacts = {contact.provider: contact for contact in report.contacts}
    yield "<section>\n<h2>Coverage</h2>"
    yield (
        f"<p>{date_and_clock(report.start)} to {date_and_clock(report.end)}: "
        f"{_text(coverage_summary(report))}.</p>"
    )
    region = ""
    for block in blocks(report):
        if block.region != region:
            region = block.region
            yield f"<h3>Postcodes {_text(region)}</h3>"
        yield from _block(block, report, contacts)
    yield "</section>"


def _block(
    block: GapBlock, report: CoverageReport, contacts: Mapping[str, CoverageContact]
) -> Iterator[str]:
    names = ", ".join(one.service.replace("_", " ") for one in block.services)
    served = max(one.served for one in block.services)
    yield (
        f'<p class="service"><b>{_text(names)}</b> '
        f'<span class="quiet">{served} of {block.services[0].postcodes} postcodes served</span></p>'
    )
    yield '<ul class="gaps">'
    for period in block.periods:
        badge = _badge("busy" if period.count else "down", who(period))
        parts = [_text(where(period, served)), *_names(period, contacts)]
        yield (
            f"<li><span>{_text(when(period, report))}</span>{badge}"
            f'<span class="who">{"<br>".join(filter(None, parts))}</span></li>'
        )
    yield "</ul>"


def _names(period: GapPeriod, contacts: Mapping[str, CoverageContact]) -> Iterator[str]:
    for label, providers in (
        ("" if period.count else "elsewhere", period.providers),
        ("hours unknown:", period.unknown),
    ):
        shown, more = named(providers, contacts)
        for number, one in enumerate(shown):
            before = f"{label} " if label and number == 0 else ""
            phone = f'<span class="phone">{_phone(one.phone)}</span>'
            yield f"{before}{phone} {_text(one.name)}"
        if more:
            yield f"and {more} more"


def _badge(state: str, word: str) -> str:
    return f'<span class="badge {state}">{_text(word)}</span>'


def _since(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "-"
    stamp = moment.isoformat(timespec="seconds")
    return f'<time datetime="{stamp}">{since(moment, now)}</time>'


def _phone(shown: str) -> str:
    """Make a link for a number that a phone can dial; else the text."""
    digits = "".join(sign for sign in shown if sign in "+0123456789")
    is_number = len(digits) >= 3 and not set(shown) - set("+0123456789 -/()")
    return f'<a href="tel:{digits}">{_text(shown)}</a>' if is_number else _text(shown)


def _text(raw: str) -> str:
    """Clean and escape a text for the page."""
    return escape(clean(raw))
