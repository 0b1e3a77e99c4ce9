"""The compiled engine over record batches, without a row as an object: Arrow in, Arrow or CSV out.

The columns that come in have the names of the facts of an incident (``lat``, ``lon``, ``when``,
``kind``, ``client``, ``vehicle``, ``weight_t``, …) and hold what was read and checked already; all
but the first four may be missing. ``row`` and ``id`` go through. What comes out is what
``batch.output`` writes: a line for each emergency call, service and rank.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ..model import Incident
from . import layout
from .compiled import CompiledEngine
from .incoming import Incoming
from .layout import Array
from .outgoing import REASONS
from .written import csv_cell, csv_of, ranked, texts_of

_PARTS = (
    "order_min", "wait_min", "turnout_min", "travel_min", "late_min", "answer_min", "acceptance",
    "head_start_min",
)  # fmt: skip
SCHEMA = pa.schema(
    [("row", pa.int64()), ("id", pa.string()), ("service", pa.string()), ("rank", pa.int64()),
     ("provider", pa.string()), ("phone", pa.string()), *((name, pa.float64()) for name in _PARTS),
     ("reason", pa.string())]
)  # fmt: skip
"""The columns that come out."""


def rank_table(
    engine: CompiledEngine,
    columns: pa.RecordBatch,
    check: Callable[[Incident], None] | None = None,
) -> pa.RecordBatch:
    """Rank every row; the lines stand in the order of the rows, then of plan and rank.

    ``when`` is a timestamp with a time zone, or whole microseconds since 1970. Raises UsageError
    for columns that lack something, and what ``check`` raises of an incident.
    """
    rows = Incoming(columns, check)
    out, lines, _ = ranked(engine, rows)
    is_none = lines.offer < 0
    firms = [*map(engine.firm_of, engine.offers), *out.more_firms]

    def taken(values: Sequence[Any], kind: Any, at: Array) -> Any:
        return pa.array(values, kind).take(pa.array(at, mask=at < 0))

    def constant(name: str) -> Any:
        return taken([getattr(offer, name) for offer in engine.offers], pa.float64(), lines.offer)

    def number(values: Array) -> Any:
        return pa.array(values, mask=is_none)

    at = pa.array(lines.row)
    return pa.record_batch(
        [
            pa.array(rows.numbers()).take(at),
            rows.names().take(at),
            taken(out.services, pa.string(), lines.service),
            pa.array(lines.rank.astype(np.int64), mask=lines.rank < 0),
            taken([provider for provider, _ in firms], pa.string(), lines.firm),
            taken([phone for _, phone in firms], pa.string(), lines.firm),
            number(lines.order_min),
            constant("wait_min"),
            constant("turnout_min"),
            number(lines.travel_min),
            constant("late_min"),
            constant("answer_min"),
            constant("acceptance"),
            number(lines.head_min),
            taken(REASONS, pa.string(), lines.reason),
        ],
        schema=SCHEMA,
    )


def rank_csv(engine: CompiledEngine, columns: pa.RecordBatch) -> list[memoryview]:
    """Rank every row as ``rank_table`` does, and write the lines as ``records.writing`` does."""
    rows = Incoming(columns)
    out, lines, _ = ranked(engine, rows)
    return csv_of(engine, out, lines, rows.numbers(), _names(rows.names()))


def _names(names: Any) -> layout.Cells:
    """The names of rows as cells of CSV; only where one needs quotes are they looked at singly."""
    names = pa.concat_arrays([names]) if names.offset else names
    _, begins, content = names.buffers()
    begin = np.frombuffer(begins, np.int32)[names.offset : names.offset + len(names) + 1]
    text = np.frombuffer(content or b"", np.uint8)
    used = text[begin[0] : begin[-1]] if len(begin) else text[:0]
    if np.isin(used, np.frombuffer(b',"\r\n', np.uint8)).any():
        begin, text = texts_of(csv_cell(name or "") for name in names.to_pylist())
    places = begin.astype(np.int64).reshape(-1, 1)
    return layout.Cells(text, places[:-1], places[1:])
