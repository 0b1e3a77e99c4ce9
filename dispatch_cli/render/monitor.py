"""One line for Nagios, Icinga and Checkmk, and the monitors' own exit codes.

As the monitoring-plugins guidelines have it: ``STATUS: text | 'label'=value;warn;crit;min;max``,
the text short, the status in the exit code. The codes 0 to 3 count here and nowhere else.
"""

from typing import Final, Literal

from ..results.check_results import CheckReport
from .clean import clean
from .layout import cells, encodable, shorten

MonitorCode = Literal[0, 1, 2, 3]
OK: Final = 0
WARNING: Final = 1
CRITICAL: Final = 2
UNKNOWN: Final = 3

_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_MOST_CELLS = 79

# What each state means to a monitor: the range beyond which it warns, and is critical.
_RANGES = {
    "up": ";", "busy": ";", "degraded": "0;", "down": ";0", "unknown": "0;", "closed": ";",
}  # fmt: skip


def monitor_line(report: CheckReport) -> tuple[str, MonitorCode]:
    """Make the line, without its end, and the code to leave with.

    Critical while anybody is down; a warning while anybody is degraded or unknown, or was not
    looked at; unknown if the observer itself is offline. Being busy is a towing firm's business.
    """
    code = _code(report)
    return f"{_line(code, _text(report))} | {_figures(report)}", code


def unknown_line(reason: str) -> tuple[str, MonitorCode]:
    """Make the line of a run that failed: a file that cannot be read, a wrong argument."""
    return _line(UNKNOWN, clean(reason, 400)), UNKNOWN


def _line(code: MonitorCode, text: str) -> str:
    """Join status and text, in ASCII; a bar would begin the figures."""
    plain = encodable(text.replace("|", "/"), "ascii")
    return shorten(f"{_WORDS[code]}: {plain}", _MOST_CELLS, "...")


def _code(report: CheckReport) -> MonitorCode:
    counts = report.counts
    if report.offline:
        return UNKNOWN
    if "down" in counts:
        return CRITICAL
    return WARNING if report.left_out or counts.keys() & {"degraded", "unknown"} else OK


def _text(report: CheckReport) -> str:
    """The counts, then as many names of those who are down as a line can hold."""
    if report.offline:
        return f"observer offline: {clean(str(report.offline), 200)}"
    counts = report.counts
    parts = [f"{counts[state]} {state}" for state in counts]
    if report.left_out:
        parts.append(f"{report.left_out} not looked at")
    text = ", ".join(parts) or "nobody to look at"
    names = [clean(row.name, 60) for row in report.rows if row.state == "down"]
    said = f"{text}: {', '.join(names)}"
    return said if names and cells(said) < _MOST_CELLS else text


def _figures(report: CheckReport) -> str:
    """The figures to draw: each state with its ranges, and how the run itself went."""
    total = len(report.rows)
    figures = [
        f"'{state}'={report.counts.get(state, 0)};{limits};0;{total}"
        for state, limits in _RANGES.items()
    ]
    figures.append(f"'checked'={report.checked};;;0;{total}")
    figures.append(f"'left_out'={report.left_out};0;;0;{total}")
    figures.append(f"'time'={report.seconds:.3f}s;;;0;")
    return " ".join(figures)
