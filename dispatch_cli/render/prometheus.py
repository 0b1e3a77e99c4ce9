"""The result of a run as text for the textfile collector of node_exporter.

Samples have no time stamps, because the collector refuses them. The times of the run and of each
provider are values, so that an outdated file can be noticed.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import isfinite

from ..results.check_results import WORST_FIRST, CheckReport
from .clean import clean

Labels = tuple[tuple[str, str], ...]
Sample = tuple[Labels, float]


def exposition(report: CheckReport) -> str:
    """Make the whole file, in the text format 0.0.4."""
    return "".join(
        line
        for name, explained, samples in _families(report)
        for line in _family(name, explained, samples)
    )


def _families(report: CheckReport) -> Iterator[tuple[str, str, list[Sample]]]:
    rows = report.rows
    yield (
        "dispatch_provider_state",
        "1 for the state of a provider, 0 for the other states.",
        [
            ((("provider", row.provider), ("state", state)), float(row.state == state))
            for row in rows
            for state in WORST_FIRST
        ],
    )
    yield (
        "dispatch_provider_info",
        "The name and the number of a provider.",
        [
            ((("provider", row.provider), ("name", row.name), ("phone", row.phone)), 1.0)
            for row in rows
        ],
    )
    yield (
        "dispatch_provider_checked_timestamp_seconds",
        "When the state of a provider was last confirmed; an old time means a stale state.",
        [sample for row in rows for sample in _moment(row.provider, row.seen_at)],
    )
    yield (
        "dispatch_provider_since_timestamp_seconds",
        "Since when a provider has been in its state.",
        [sample for row in rows for sample in _moment(row.provider, row.since)],
    )
    yield (
        "dispatch_provider_free_units",
        "Free units that a provider reports; absent if unknown.",
        [((("provider", row.provider),), float(row.free)) for row in rows if row.free is not None],
    )
    counts = report.counts
    yield (
        "dispatch_check_providers",
        "Number of providers in each state.",
        [((("state", state),), float(counts.get(state, 0))) for state in WORST_FIRST],
    )
    for name, explained, value in (
        ("checked", "Providers checked in the last run.", report.checked),
        ("left_out", "Providers not checked within the time budget.", report.left_out),
        ("changes", "Hard states changed by the last run.", len(report.changes)),
        ("observer_online", "0 if the observer itself was offline.", not report.offline),
        ("run_duration_seconds", "Duration of the last run.", report.seconds),
        ("run_timestamp_seconds", "Time of the last run.", report.at.timestamp()),
    ):
        yield f"dispatch_check_{name}", explained, [((), float(value))]


def _moment(provider: str, moment: datetime | None) -> list[Sample]:
    return [] if moment is None else [((("provider", provider),), moment.timestamp())]


def _family(name: str, explained: str, samples: Iterable[Sample]) -> Iterator[str]:
    """Make the lines of one metric; none without samples."""
    lines = [f"{name}{_labels(labels)} {_number(value)}\n" for labels, value in samples]
    if lines:
        yield f"# HELP {name} {explained}\n# TYPE {name} gauge\n"
        yield from lines


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    r"""Write a label's value, cleaned as for a terminal, since other programs may show it as it is.

    The format has escapes for backslash, quote and line end only. A control character is written
    as its code (``\x1b``), a line end as ``\n`` in two characters.
    """
    return clean(value, sys.maxsize - 1).replace("\\", "\\\\").replace('"', '\\"')


def _number(value: float) -> str:
    if not isfinite(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(value)
