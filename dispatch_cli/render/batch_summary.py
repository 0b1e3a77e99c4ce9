"""Show the summary of a batch: shares served, minutes, exclusions and unserved places."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from ..messages import Message, Plural, joined
from .figures import grouped
from .layout import Line, Screen, cells, flow, plain_line, plain_lines
from .wording import number

if TYPE_CHECKING:
    from pathlib import Path

    from ..results.batch_results import BatchCounts, BatchSummary, ServiceSummary
    from .plain import PlainRow

_BAR = 30
_REASONS, _PLACES = 5, 8
COLUMNS = ("service", "what", "name", "value")


def totals(counts: "BatchCounts", seconds: float | None) -> Message | str:
    """Return the counts of a batch in one line; with ``seconds`` also its time and rate."""
    rejected = {"count": grouped(counts.rejected), "file": counts.rejects}
    is_filed = counts.rejects is not None and counts.rejected
    parts = [
        Message("{count} ranked", count=grouped(counts.ranked)),
        Message("{count} rejected (in {file})", **rejected)
        if is_filed
        else Message("{count} rejected", **rejected),
        Message("{count} served", count=grouped(counts.served)),
    ]
    listed = joined(parts, ", ")
    line = Message("{rows}: {counts}", rows=counted_rows(counts.rows), counts=listed)
    if not seconds:
        return line
    rate = grouped(counts.rows / seconds)
    return Message(
        "{counts}; {seconds} s, {rate}/s", counts=line, seconds=number(seconds, ".1f"), rate=rate
    )


def unknown_kinds(rows: int, texts: int, written_to: "Path | None") -> Message:
    """Say how many rows have an unknown kind; the lines for ``--map-kinds`` follow below."""
    values = {
        "rows": counted_rows(rows),
        "texts": Plural("{number} text", "{number} texts", texts, number=grouped(texts)),
    }
    if not rows:
        return Message("no row has an unknown kind: {path} is not written", path=written_to)
    if written_to is not None and texts:
        return Message(
            "{rows} with unknown kinds, {texts}, the commonest below; all of them are in {path},"
            " to be filled in for --map-kinds",
            path=written_to,
            **values,
        )
    return Message(
        "{rows} with unknown kinds, {texts}; a file for --map-kinds may begin with the commonest:",
        **values,
    )


def counted_rows(count: int) -> Message:
    """Return a number of rows with its noun."""
    return Plural("{number} row", "{number} rows", count, number=grouped(count))


def print_summary(summary: "BatchSummary", *, stream: TextIO) -> None:
    """Print the summary as a screen on a terminal, else as tab-separated lines."""
    if stream.isatty():
        from .console import print_lines, screen_of

        screen = screen_of(stream)
        print_lines(lines(summary, screen), stream, screen)
        return
    from .plain import write_table

    write_table(COLUMNS, rows(summary), stream)


def rows(summary: "BatchSummary") -> Iterator["PlainRow"]:
    """Yield one line for each number, those of the whole batch first."""
    for name in ("rows", "ranked", "rejected", "served"):
        yield {"service": "", "what": "count", "name": name, "value": getattr(summary, name)}
    for reason, count in summary.reject_reasons.items():
        yield {"service": "", "what": "rejected", "name": reason, "value": count}
    for each in summary.services:
        for what, name, value in _numbers(each):
            yield {"service": each.service, "what": what, "name": name, "value": value}


def _numbers(service: "ServiceSummary") -> Iterator[tuple[str, str, float]]:
    yield "count", "incidents", service.incidents
    yield "count", "served", service.served
    yield "share", "served", service.share_served
    for share, minutes in service.quantiles_min.items():
        yield "quantile_min", share, minutes
    for bar in service.histogram:
        end = "" if bar.to_min is None else str(bar.to_min)
        yield "histogram", f"{bar.from_min}-{end}", bar.incidents
    for reason, count in service.excluded_counts.items():
        yield "excluded", reason, count
    for place in service.nobody_reaches:
        yield "nobody_reaches", place.postcode, place.incidents


def lines(summary: "BatchSummary", screen: Screen) -> Iterator[Line]:
    """Yield the lines of the screen, with a block for each service."""
    counts = (
        screen.text(counted_rows(summary.rows)),
        screen.say("{count} ranked", count=grouped(summary.ranked)),
        screen.say("{count} rejected", count=grouped(summary.rejected)),
        screen.say("{count} served", count=grouped(summary.served)),
    )
    yield from plain_lines(flow(counts, screen.width), "bold")
    if summary.reject_reasons:
        label = screen.say("Rejected:")
        yield from _listed(label, _counted(summary.reject_reasons, screen), screen)
    for each in summary.services:
        yield plain_line("")
        yield from _service_lines(each, screen)


def _service_lines(service: "ServiceSummary", screen: Screen) -> Iterator[Line]:
    title = screen.say(
        "{served} of {count} served ({share})",
        served=grouped(service.served),
        count=grouped(service.incidents),
        share=_percent(service.share_served),
    )
    name = screen.word(service.service).upper()
    yield from plain_lines(flow([name, title], screen.width), "bold")
    if service.quantiles_min:
        quantiles = [f"{float(part):.0%} {number(minutes, '.1f')}"
                     for part, minutes in service.quantiles_min.items()]  # fmt: skip
        first = f"  {screen.say('Expected minutes by share:')}   "
        yield from plain_lines(flow(quantiles, screen.width, first=first, rest="    "))
        most = max(bar.incidents for bar in service.histogram)
        for bar in service.histogram:
            end = "+    " if bar.to_min is None else f"-{bar.to_min:3d} "
            between, count = f"{bar.from_min:4d}{end}", number(bar.incidents, "9,d")
            label = f"  {screen.say('{minutes} min {count}', minutes=between, count=count)}  "
            room = max(0, min(_BAR, screen.width - cells(label)))
            yield plain_line(f"{label}{'#' * round(room * bar.incidents / most)}".rstrip())
    if service.excluded_counts:
        few = dict(list(service.excluded_counts.items())[:_REASONS])
        label = screen.say("Excluded:")
        yield from _listed(f"  {label}", _counted(few, screen), screen)
    if service.nobody_reaches:
        shown = service.nobody_reaches[:_PLACES]
        places = [f"{screen.word(each.postcode)} {grouped(each.incidents)}" for each in shown]
        more = service.places_nobody_reaches - len(shown)
        others = Plural("{number} more place", "{number} more places", more, number=grouped(more))
        places += [screen.text(others)] if more > 0 else []
        yield from _listed(f"  {screen.say('Unserved places:')}", places, screen)


def _listed(label: str, parts: Sequence[str], screen: Screen) -> list[Line]:
    """Put a comma-separated list behind its label; no item is broken across lines."""
    ended = [f"{part}," for part in parts[:-1]] + list(parts[-1:])
    return plain_lines(flow(ended, screen.width, gap=" ", first=f"{label} ", rest="    "))


def _counted(counts: dict[str, int], screen: Screen) -> list[str]:
    return [
        screen.say("{reason} {count}", reason=screen.word(reason), count=grouped(count))
        for reason, count in counts.items()
    ]


def _percent(share: float) -> str:
    """Format a share in percent, rounded down, so that 100.0 % means all."""
    return f"{number(int(share * 1000) / 10, '.1f')} %"
