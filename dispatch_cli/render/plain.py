"""Off a terminal: tab-separated lines with a header, nothing cropped, the same columns always."""

import sys
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, TextIO

from msgspec import UNSET

from .clean import clean
from .layout import encodable

if TYPE_CHECKING:
    from ..results import Answer, Candidate, Cascade, EmergencyCall

COLUMNS = (
    "service", "when", "rank", "phone", "provider", "name", "there", "order_min", "index_min",
    "arrival_min", "wait_min", "turnout_min", "travel_min", "answer_min", "acceptance",
    "chance_by_rank", "head_start_min", "distance_km", "open_state", "open_until",
    "travel_source", "outside_contract", "why", "ask", "phone_label", "state", "reason", "detail",
    "expected_min", "success_probability", "contract_cost_min", "method_cost_min", "wish_cost_min",
)  # fmt: skip
"""New columns are only ever added at the end."""

_SEPARATOR = "; "
"""Between several reasons in one cell."""

Cell = str | float | bool
Row = dict[str, Cell]


def print_plain(answer: "Answer", *, stream: TextIO, explain: bool = False) -> None:
    """Print every candidate of every service, emergency first, the last resort last.

    ``rank`` is 0 for an emergency number and what to say, ``last`` for the last resort, which has
    the totals, and empty for the excluded, who appear only with ``explain``. Numbers are
    unrounded; an infinite one is empty.
    """
    write_table(COLUMNS, rows(answer, explain=explain), stream)


def rows(answer: "Answer", *, explain: bool = False) -> Iterator[Row]:
    """Make the rows of an answer, each with the columns that apply to it."""
    yield from emergency_rows(answer.emergency, answer.advice)
    for centre in answer.control_centres:
        yield {"service": "control_centre", "when": "now", "rank": 0, "name": centre}
    if answer.ask:
        yield {"service": "ask", "when": "now", "rank": 0, "ask": _SEPARATOR.join(answer.ask)}
    for cascade in answer.cascades:
        yield from _cascade_rows(cascade, explain=explain)


def emergency_rows(calls: Iterable["EmergencyCall"], advice: Iterable[str] = ()) -> Iterator[Row]:
    """Make the rows that stand before everything, at rank 0: one per number, then what to say."""
    by_number: dict[str, list[EmergencyCall]] = {}
    for call in calls:
        by_number.setdefault(call.dial, []).append(call)
    for number, group in by_number.items():
        yield {
            "service": group[0].service,
            "when": "now",
            "rank": 0,
            "phone": number,
            "name": ", ".join(call.service for call in group),
            "why": _SEPARATOR.join(dict.fromkeys(call.text for call in group)),
        }
    for each in advice:
        yield {"service": "advice", "when": "now", "rank": 0, "why": each}


def write_table(columns: Iterable[str], lines: Iterable[Row], stream: TextIO) -> None:
    """Write rows as tab-separated lines under a header; no cell can hold a tab or a line break."""
    keys = tuple(columns)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write("\t".join(keys) + "\n")
    for row in lines:
        cells = (_cell(row.get(key, "")) for key in keys)
        stream.write(encodable("\t".join(cells), encoding) + "\n")


def _cascade_rows(cascade: "Cascade", *, explain: bool) -> Iterator[Row]:
    shared: Row = {"service": cascade.service, "when": cascade.when}
    for candidate in cascade.candidates:
        yield {**shared, **_candidate_row(candidate)}
    yield {
        **shared,
        "rank": "last",
        "phone": cascade.last_resort.phone,
        "name": "LAST RESORT",
        "order_min": cascade.fallback_min,
        "why": cascade.last_resort.text,
        "expected_min": cascade.expected_min,
        "success_probability": cascade.success_probability,
        "contract_cost_min": cascade.contract_cost_min,
        "method_cost_min": cascade.method_cost_min,
        "wish_cost_min": cascade.wish_cost_min,
    }
    # Those who are only slower than the last resort must not vanish, whatever was asked for.
    excluded = cascade.excluded if explain and cascade.excluded is not UNSET else ()
    named = {exclusion.provider for exclusion in excluded}
    slower = [one for one in cascade.beyond_fallback if one.provider not in named]
    for exclusion in (*slower, *excluded):
        yield {
            **shared,
            "phone": exclusion.phone,
            "provider": exclusion.provider,
            "name": exclusion.name,
            "reason": exclusion.reason,
            "detail": str(exclusion.detail),
        }


def _candidate_row(candidate: "Candidate") -> Row:
    until = candidate.open_until
    return {
        "rank": candidate.rank,
        "phone": candidate.phone,
        "provider": candidate.provider,
        "name": candidate.name,
        "there": candidate.there_at.isoformat(),
        "order_min": candidate.order_min,
        "index_min": candidate.index_min,
        "arrival_min": candidate.arrival_min,
        "wait_min": candidate.wait_min,
        "turnout_min": candidate.turnout_min,
        "travel_min": candidate.travel_min,
        "answer_min": candidate.answer_min,
        "acceptance": candidate.acceptance,
        "chance_by_rank": candidate.chance_by_rank,
        "head_start_min": candidate.head_start_min,
        "distance_km": candidate.distance_km,
        "open_state": candidate.open_state,
        "open_until": until.isoformat() if until is not None else "",
        "travel_source": candidate.travel_source,
        "outside_contract": candidate.outside_contract,
        "why": _SEPARATOR.join(candidate.why),
        "ask": _SEPARATOR.join(candidate.ask),
        "phone_label": candidate.phone_label,
        "state": candidate.state,
    }


def _cell(value: Cell) -> str:
    """Write one cell: numbers unrounded, yes and no as in JSON, texts cleaned but never cropped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value) if isfinite(value) else ""
    return clean(value, sys.maxsize - 1)
