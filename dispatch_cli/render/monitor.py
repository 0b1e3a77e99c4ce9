"""One line for Nagios, Icinga and Checkmk, and the monitors' own exit codes.

The format is that of the monitoring-plugins guidelines: ``STATUS: text |
'label'=value;warn;crit;min;max``, with the status also in the exit code. Only ``--monitor`` has
these exit codes 0 to 3.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from ..results.check_results import CheckReport, Severity
from ..results.check_thresholds import Threshold
from .clean import clean
from .layout import cells, encodable, shorten

MonitorCode = Literal[0, 1, 2, 3]
UNKNOWN: Final = 3

_CODES: Mapping[Severity, MonitorCode] = {"ok": 0, "warning": 1, "critical": 2, "unknown": UNKNOWN}
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_MOST_CELLS = 79

# For each state the range beyond which a monitor warns, and that beyond which it is critical.
_RANGES = {
    "up": ";", "busy": ";", "degraded": "0;", "down": ";0", "unknown": "0;", "closed": ";",
}  # fmt: skip


class Thresholds(Struct, frozen=True):
    """How many providers may be down before a monitor warns, and before it is critical."""

    warning: Threshold | None = None
    critical: Threshold | None = None


_NONE = Thresholds()


def monitor_line(report: CheckReport, thresholds: Thresholds = _NONE) -> tuple[str, MonitorCode]:
    """Make the line, without its line end, and the exit code.

    Without thresholds each provider that is down is critical. With them the number or share of
    those that are down decides; any other fault still gives a warning.
    """
    code = _code(report, thresholds)
    return f"{_line(code, _text(report))} | {_figures(report, thresholds)}", code


def _code(report: CheckReport, thresholds: Thresholds) -> MonitorCode:
    if report.offline or thresholds == _NONE:
        return _CODES[report.severity]
    counts = report.counts
    down, open_now = counts.get("down", 0), len(report.rows) - counts.get("closed", 0)
    warning, critical = thresholds.warning, thresholds.critical
    if critical is not None and critical.is_beyond(down, open_now):
        return 2
    is_warning = warning.is_beyond(down, open_now) if warning is not None else down > 0
    return 1 if is_warning or report.has_other_faults else 0


def unknown_line(reason: str) -> tuple[str, MonitorCode]:
    """Make the line of a failed run, for example with an unreadable file or a wrong argument."""
    return _line(UNKNOWN, clean(reason, 400)), UNKNOWN


def _line(code: MonitorCode, text: str) -> str:
    """Join status and text in ASCII; "|" is replaced, because it would begin the figures."""
    plain = encodable(text.replace("|", "/"), "ascii")
    return shorten(f"{_WORDS[code]}: {plain}", _MOST_CELLS, "...")


def _text(report: CheckReport) -> str:
    """Write the counts, then the names of the providers that are down if the line can hold them."""
    if report.offline:
        return f"observer offline: {clean(str(report.offline), 200)}"
    counts = report.counts
    parts = [f"{counts[state]} {state}" for state in counts]
    if report.left_out:
        parts.append(f"{report.left_out} not checked")
    text = ", ".join(parts) or "no provider to check"
    names = [clean(row.name, 60) for row in report.rows if row.state == "down"]
    with_names = f"{text}: {', '.join(names)}"
    return with_names if names and cells(with_names) < _MOST_CELLS else text


def _figures(report: CheckReport, thresholds: Thresholds) -> str:
    """Write the performance data: each state with its ranges, and the figures of the run."""
    total = len(report.rows)
    ranges = _RANGES
    if thresholds != _NONE:
        ranges = {**_RANGES, "down": _limits(thresholds, is_share=False)}
    figures = [
        f"'{state}'={report.counts.get(state, 0)};{limits};0;{total}"
        for state, limits in ranges.items()
    ]
    if _limits(thresholds, is_share=True) != ";":
        open_now = total - report.counts.get("closed", 0)
        share = 100 * report.counts.get("down", 0) / open_now if open_now else 0.0
        figures.append(f"'down_share'={share:.1f}%;{_limits(thresholds, is_share=True)};0;100")
    figures.append(f"'checked'={report.checked};;;0;{total}")
    figures.append(f"'left_out'={report.left_out};0;;0;{total}")
    figures.append(f"'time'={report.seconds:.3f}s;;;0;")
    return " ".join(figures)


def _limits(thresholds: Thresholds, *, is_share: bool) -> str:
    """Write the ranges of the thresholds that are shares, or of those that are numbers."""
    texts = [
        each.text.removesuffix("%") if each is not None and each.is_share is is_share else ""
        for each in (thresholds.warning, thresholds.critical)
    ]
    return ";".join(texts)
