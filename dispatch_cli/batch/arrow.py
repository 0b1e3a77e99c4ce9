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
from . import layout, rendering
from .compiled import CompiledEngine
from .incoming import Incoming
from .layout import Array
from .outgoing import REASONS, Outgoing, settle

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
    out, lines = _ranked(engine, rows)
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
    """Rank every row as ``rank_table`` does, and write the lines as ``records.writing`` does.

    The bytes are in pieces, in order, so that nobody copies them on the way to a file.
    """
    rows = Incoming(columns)
    out, lines = _ranked(engine, rows)
    texts = _texts_of(engine, out)
    ids, numbers = _names(rows.names()), rows.numbers()
    longest = sum(int(np.diff(each.begin).max(initial=0)) for each in texts) + rendering.FIXED
    parts: dict[int, memoryview] = {}

    def part(begin: int, end: int) -> None:
        own = int(np.diff(ids.begin)[lines.row[begin:end]].sum())
        buffer = np.empty((end - begin) * longest + own, np.uint8)
        size = rendering.render(lines, numbers, ids, texts, begin, end, buffer)
        if size:
            parts[begin] = buffer[:size].data

    engine.share(len(lines.row), part)
    return [parts[begin] for begin in sorted(parts)]


def _texts_of(engine: CompiledEngine, out: Outgoing) -> tuple[layout.Texts, ...]:
    """What does not change from row to row, written once for each offer."""
    count, offers = len(engine.offers), engine.offers
    if engine.texts[0] != count:
        engine.texts = (
            count,
            (
                _texts([_firm(*engine.firm_of(one)) for one in offers]),
                _texts([f",{one.wait_min!r},{one.turnout_min!r}," for one in offers]),
                _texts(
                    [f",{one.late_min!r},{one.answer_min!r},{one.acceptance!r}," for one in offers]
                ),
            ),
        )
    firms, standing, asking = engine.texts[1]
    more = _texts([_firm(*each) for each in out.more_firms])
    all_firms = layout.Texts(
        np.concatenate([firms.begin, more.begin[1:] + firms.begin[-1]]),
        np.concatenate([firms.text, more.text]),
    )
    services = _texts([_cell(service) for service in out.services])
    return services, all_firms, standing, asking, _texts(REASONS)


def _firm(provider: str | None, phone: str) -> str:
    return f"{_cell(provider or '')},{_cell(phone)}"


def _ranked(engine: CompiledEngine, rows: Incoming) -> tuple[Outgoing, layout.Lines]:
    shape, shapes = rows.shapes(engine)
    rankings = list(engine.rank_batch(rows.batch(shape), shapes))
    for ranking in rankings:
        settle(engine, rows, ranking)
    out = Outgoing(engine, rows, shapes, shape)
    return out, out.lines(rankings)


def _texts(texts: Sequence[str]) -> layout.Texts:
    content = [text.encode() for text in texts]
    begin = np.cumsum([0, *map(len, content)])
    return layout.Texts(begin, np.frombuffer(b"".join(content), np.uint8))


def _names(names: Any) -> layout.Texts:
    """The names of rows as cells of CSV; only where one needs quotes are they looked at singly."""
    names = pa.concat_arrays([names]) if names.offset else names
    _, begins, content = names.buffers()
    begin = np.frombuffer(begins, np.int32)[names.offset : names.offset + len(names) + 1]
    text = np.frombuffer(content or b"", np.uint8)
    used = text[begin[0] : begin[-1]] if len(begin) else text[:0]
    if np.isin(used, np.frombuffer(b',"\r\n', np.uint8)).any():
        return _texts([_cell(name or "") for name in names.to_pylist()])
    return layout.Texts(begin.astype(np.int64), text)


def _cell(text: str) -> str:
    """A text as a cell of CSV."""
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
