"""What an operations lead sees of a batch: shares, minutes, reasons, places nobody reaches."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from .layout import Line, plain_line

if TYPE_CHECKING:
    from ..batch.summary import BatchSummary, ServiceSummary, Tally

_BAR = 30
_REASONS = 5
COLUMNS = ("service", "what", "name", "value")


def totals(tally: "Tally", seconds: float, rejects: Path | None) -> str:
    """Say in one line what became of the rows."""
    rate = f", {tally.rows / seconds:,.0f}/s" if seconds > 0 else ""
    where = f" (in {rejects})" if rejects is not None and tally.rejected else ""
    return (
        f"{tally.rows:,} rows: {tally.ranked:,} ranked, {tally.rejected:,} rejected{where}, "
        f"{tally.served:,} served; {seconds:.1f} s{rate}"
    )


def print_summary(summary: "BatchSummary", *, stream: TextIO) -> None:
    """Print a screen on a terminal, lines with tabs elsewhere."""
    if stream.isatty():
        from .console import print_lines, screen_of

        print_lines(lines(summary), stream, screen_of(stream))
        return
    from .plain import write_table

    write_table(COLUMNS, rows(summary), stream)


def rows(summary: "BatchSummary") -> Iterator[dict[str, str | float | bool]]:
    """One line for each number, the batch's own first."""
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


def lines(summary: "BatchSummary") -> Iterator[Line]:
    """The screen, a block for each service."""
    yield plain_line(
        f"{summary.rows:,} rows   {summary.ranked:,} ranked   {summary.rejected:,} rejected   "
        f"{summary.served:,} served",
        "bold",
    )
    if summary.reject_reasons:
        yield plain_line(f"Rejected: {_counted(summary.reject_reasons)}")
    for each in summary.services:
        yield plain_line("")
        yield from _service_lines(each)


def _service_lines(service: "ServiceSummary") -> Iterator[Line]:
    yield plain_line(
        f"{service.service.upper()}   {service.served:,} of {service.incidents:,} served "
        f"({_percent(service.share_served)})",
        "bold",
    )
    if service.quantiles_min:
        known = "   ".join(
            f"{float(share):.0%} {minutes:.1f}" for share, minutes in service.quantiles_min.items()
        )
        yield plain_line(f"  Expected minutes, share of incidents within:   {known}")
        most = max(bar.incidents for bar in service.histogram)
        for bar in service.histogram:
            end = "     " if bar.to_min is None else f"-{bar.to_min:3d} "
            drawn = "#" * round(_BAR * bar.incidents / most)
            yield plain_line(f"  {bar.from_min:4d}{end} min {bar.incidents:9,d}  {drawn}".rstrip())
    if service.excluded_counts:
        yield plain_line(
            f"  Out: {_counted(dict(list(service.excluded_counts.items())[:_REASONS]))}"
        )
    if service.nobody_reaches:
        places = ", ".join(
            f"{place.postcode} {place.incidents:,}" for place in service.nobody_reaches[:8]
        )
        more = service.places_nobody_reaches - len(service.nobody_reaches[:8])
        yield plain_line(
            f"  Nobody reaches: {places}" + (f" and {more:,} more places" if more > 0 else "")
        )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _percent(share: float) -> str:
    """Rounded down: 100 % is said of nobody left out only."""
    return f"{int(share * 1000) / 10:.1f} %"
