"""The compiled engine over record batches, without a row as an object: Arrow in, Arrow out.

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
from .compiled import CompiledEngine
from .incoming import Incoming
from .layout import Array
from .outgoing import REASONS
from .output import PARTS
from .written import ranked

SCHEMA = pa.schema(
    [("row", pa.int64()), ("id", pa.string()), ("service", pa.string()), ("rank", pa.int64()),
     ("provider", pa.string()), ("phone", pa.string()), *((name, pa.float64()) for name in PARTS),
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
        """A column of values by their numbers; below nought there is none."""
        return pa.array(values, kind).take(pa.array(at, mask=at < 0))

    def constant(name: str) -> Any:
        """What an offer says wherever it goes."""
        return taken([getattr(offer, name) for offer in engine.offers], pa.float64(), lines.offer)

    def number(values: Array) -> Any:
        """Minutes, where there is an offer."""
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
