"""A self-contained HTML page with the states of all providers.

It has no scripts, requests or fonts, and its content security policy forbids them. Texts from
files and servers are escaped.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from ..messages import Message
from ..results.check_results import DAYS, WORST_FIRST, CheckReport, CheckRow, DayState
from ..results.coverage_results import CoverageContact, CoverageReport
from .check_views import headline, reason, since, worst_first
from .coverage_spans import GapBlock, GapPeriod, blocks, when, where, who
from .coverage_views import coverage_summary, labelled, named, reach_sentence
from .day_strip import strip
from .figures import date_and_clock, day_and_month, past_clock, time_of_day, weekday
from .layout import encodable
from .page_text import Html, phone_html, sentence_html, text_html
from .status_style import style_sheet
from .wording import language, number, say, word, worded

_HEADS = (
    Message("State"), Message("Since"), Message("Phone"), Message("Provider"), Message("Why"),
)  # fmt: skip


def status_page(
    report: CheckReport,
    *,
    coverage: CoverageReport | None = None,
    days: Mapping[str, Sequence[DayState]] | None = None,
    stale_min: float = 30.0,
) -> str:
    """Make the page as of ``report.at``, in its time zone; stale after ``stale_min``.

    ``days`` are the worst states of the last days by provider, drawn as a strip.

    Without scripts the page cannot read a clock. It has the time from which it is stale, and shows
    a warning when it has been open for ``stale_min``.
    """
    style = style_sheet(stale_min * 60)
    body = "\n".join(_body(report, coverage, days or {}, stale_min))
    # Half a surrogate pair has no UTF-8.
    return encodable(f"{_head(report, style)}\n<body>\n{body}\n</body>\n</html>\n", "utf-8")


def _head(report: CheckReport, style: str) -> str:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    time = time_of_day(report.at)
    title = sentence_html(Message("{state}, {time} - dispatch", state=headline(report), time=time))
    return f"""<!DOCTYPE html>
<html lang="{text_html(language())}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>"""


def _body(
    report: CheckReport,
    coverage: CoverageReport | None,
    days: Mapping[str, Sequence[DayState]],
    stale_min: float,
) -> Iterator[str]:
    stale_at = report.at + timedelta(minutes=stale_min)
    yield f"<header>\n<h1>{sentence_html(Message('States of the providers'))}</h1>"
    checked = Message(
        "As of {moment} {zone}: {count} checked in {seconds} s.",
        moment=Html(_moment(report.at)),
        zone=word(report.at.tzname() or ""),
        count=report.checked,
        seconds=number(report.seconds, ".1f"),
    )
    stale = Message("Stale from {time}.", time=past_clock(stale_at, report.at))
    yield f"<p>{sentence_html(checked)} <strong>{sentence_html(stale)}</strong></p>"
    stale = Message(
        "This page has been open for more than {minutes} minutes: it is stale. Load it again.",
        minutes=f"{stale_min:.0f}",
    )
    yield f'<p class="alarm stale">{sentence_html(stale)}</p>'
    if report.offline:
        offline = Message(
            "The observer itself is offline: {reason}. No state was changed.",
            reason=report.offline,
        )
        yield f'<p class="alarm">{sentence_html(offline)}</p>'
    if report.left_out:
        left_out = Message(
            "{count} not checked within the time budget. Their states are unchanged.",
            count=report.left_out,
        )
        yield f'<p class="alarm">{sentence_html(left_out)}</p>'
    yield "</header>\n<main>"
    yield from _counts(report)
    if any(any(each) for each in days.values()):
        legend = Message(
            "The strips show the last {days} days, today on the right: the higher, the worse the"
            " day. A thin line is before the first look.",
            days=DAYS,
        )
        yield f'<p class="quiet">{sentence_html(legend)}</p>'
    rows = worst_first(report.rows)
    yield from _not_up([row for row in rows if not row.is_fine], days, report.at)
    if coverage is not None:
        yield from _coverage(coverage)
    yield from _rest([row for row in rows if row.is_fine], days, report.at)
    yield "</main>"
    made = sentence_html(Message("Made by dispatch. No scripts, no requests."))
    yield f"<footer><p>{made}</p></footer>"


def _moment(at: datetime) -> str:
    """Make the element of a moment with its year."""
    shown = say(
        "{weekday} {day} {year}, {time}",
        weekday=weekday(at),
        day=day_and_month(at),
        year=at.year,
        time=time_of_day(at),
    )
    return f'<time datetime="{at.isoformat(timespec="seconds")}">{text_html(shown)}</time>'


def _counts(report: CheckReport) -> Iterator[str]:
    label = sentence_html(Message("Number of providers in each state"))
    yield f'<ul class="counts" aria-label="{label}">'
    counts = report.counts
    for state in WORST_FIRST:
        if state in counts:
            yield f'<li class="of-{state}"><b>{counts[state]}</b> {text_html(word(state))}</li>'
    yield "</ul>"


def _not_up(
    rows: list[CheckRow], days: Mapping[str, Sequence[DayState]], now: datetime
) -> Iterator[str]:
    yield f"<section>\n<h2>{sentence_html(Message('Not up'))}</h2>"
    if rows:
        yield from _table(rows, days, now)
    else:
        yield f"<p>{sentence_html(Message('All open providers can be reached.'))}</p>"
    yield "</section>"


def _rest(
    rows: list[CheckRow], days: Mapping[str, Sequence[DayState]], now: datetime
) -> Iterator[str]:
    if rows:
        closed = sum(row.state == "closed" for row in rows)
        up = len(rows) - closed
        summary = sentence_html(Message("{up} up, {closed} closed", up=up, closed=closed))
        yield f"<details>\n<summary>{summary}</summary>"
        yield from _table(rows, days, now)
        yield "</details>"


def _table(
    rows: Iterable[CheckRow], days: Mapping[str, Sequence[DayState]], now: datetime
) -> Iterator[str]:
    """Make a table, with roles for narrow screens, on which its cells are below each other."""
    heads = [sentence_html(each) for each in _HEADS]
    cells = "".join(f'<th scope="col" role="columnheader">{head}</th>' for head in heads)
    yield '<table role="table">'
    yield f'<thead role="rowgroup"><tr role="row">{cells}</tr></thead>\n<tbody role="rowgroup">'
    for row in rows:
        name = f"{text_html(row.name)}{strip(days.get(row.provider), now)}"
        yield (
            '<tr role="row">'
            f'<td role="cell">{_badge(row.state, word(row.state))}</td>'
            f'<td role="cell" class="since">{_since(row.since, now)}</td>'
            f'<td role="cell" class="phone">{phone_html(row.phone)}</td>'
            f'<td role="cell" class="name">{name}</td>'
            f'<td role="cell" class="why">{text_html(reason(row, now))}</td>'
            "</tr>"
        )
    yield "</tbody>\n</table>"


def _coverage(report: CoverageReport) -> Iterator[str]:
    contacts = {contact.provider: contact for contact in report.contacts}
    yield f"<section>\n<h2>{sentence_html(Message('Coverage'))}</h2>"
    summary = Message(
        "{start} to {end}: {summary}.",
        start=date_and_clock(report.start),
        end=date_and_clock(report.end),
        summary=coverage_summary(report),
    )
    yield f"<p>{sentence_html(summary)}</p>"
    region = ""
    for block in blocks(report):
        if block.region != region:
            region = block.region
            yield f"<h3>{sentence_html(Message('Postcodes {region}', region=region))}</h3>"
        yield from _block(block, report, contacts)
    yield "</section>"


def _block(
    block: GapBlock, report: CoverageReport, contacts: Mapping[str, CoverageContact]
) -> Iterator[str]:
    names = ", ".join(word(one.service.replace("_", " ")) for one in block.services)
    served = max(one.served for one in block.services)
    reach = f'<span class="quiet">{sentence_html(reach_sentence(block))}</span>'
    yield f'<p class="service"><b>{text_html(names)}</b> {reach}</p>'
    yield '<ul class="gaps">'
    for period in block.periods:
        badge = _badge("busy" if period.count else "down", who(period))
        parts = [text_html(where(period, served)), *_names(period, contacts)]
        yield (
            f"<li><span>{text_html(when(period, report))}</span>{badge}"
            f'<span class="who">{"<br>".join(filter(None, parts))}</span></li>'
        )
    yield "</ul>"


def _names(period: GapPeriod, contacts: Mapping[str, CoverageContact]) -> Iterator[str]:
    for label, providers in labelled(period):
        shown, more = named(providers, contacts)
        for place, one in enumerate(shown):
            before = f"{text_html(worded(label))} " if label and place == 0 else ""
            phone = f'<span class="phone">{phone_html(one.phone)}</span>'
            yield f"{before}{phone} {text_html(one.name)}"
        if more:
            yield sentence_html(Message("and {count} more", count=more))


def _badge(state: str, word: str) -> str:
    return f'<span class="badge {state}">{text_html(word)}</span>'


def _since(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "-"
    stamp = moment.isoformat(timespec="seconds")
    return f'<time datetime="{stamp}">{text_html(since(moment, now))}</time>'
