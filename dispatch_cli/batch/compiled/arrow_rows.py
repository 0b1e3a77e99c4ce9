"""Rank Arrow record batches for ``api.rank_batches``, without an object for each row.

The input columns have the names of the facts of an incident (``lat``, ``lon``, ``when``, ``kind``,
``client``, ``vehicle``, ``weight_t``, …) with valid values; all but the first four are optional.
``row`` and ``id`` are copied. The output has the columns of ``result_record``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import UsageError
from ...intake import AMOUNTS
from ...messages import Message, Plural, marked
from ...model import Incident, Place, Vehicle
from ...model.stamps import EPOCH
from ...model.words import SPOTS, VEHICLE_CLASSES, VEHICLE_STATES
from ...notation.place_notations import MOST_UNCERTAIN_KM
from ..result_record import columns_for
from ..write.frame_writer import table_of
from .arrays import Array
from .column_engine import ColumnEngine
from .incident_columns import IncidentColumns
from .parallel import in_order, parts_of
from .result_columns import OfferRows, rank_lines

_VEHICLE_FACTS = {"vehicle": "kind", "state": "state", "ev": "ev", "trailer": "trailer",
                  "brand": "brand"}  # fmt: skip
_FACTS = (
    "kind", "client", "spot", "trapped", "injured", "hazard", "persons", "children", "pets", "wish",
    "where", "language", "note", "asked", *_VEHICLE_FACTS,
)  # fmt: skip
_UNUSED_FACTS = frozenset({"brand", "where", "language", "note"})
_LIMITS = (
    ("lat", -90, 90), ("lon", -180, 180), ("uncertainty_km", 0, MOST_UNCERTAIN_KM),
    ("weight_t", 0, 1e6), ("height_m", 0, 1e6), ("clearance_m", 0, 1e6),
)  # fmt: skip
_MOST_US = 60_000_000_000_000_000
_MOST_COUNT = 100_000
_WHOLE = marked("whole numbers")
_TYPES: dict[str, tuple[Callable[[pa.DataType], bool], str]] = {
    **dict.fromkeys(("injured", "persons", "children", "pets"), (pa.types.is_integer, _WHOLE)),
    **dict.fromkeys(("trapped", "ev", "trailer"), (pa.types.is_boolean, marked("true and false"))),
}
"""The types of columns that are not texts."""
_WORDS = {"vehicle": VEHICLE_CLASSES, "state": VEHICLE_STATES, "spot": SPOTS}

SCHEMA = pa.schema(
    [(column.name, getattr(pa, column.type)()) for column in columns_for(full=False)]
)
"""The output columns."""


def rank_table(
    engine: ColumnEngine,
    batch: pa.RecordBatch,
    check: Callable[[Incident], None] | None = None,
    *,
    first_row: int = 1,
    offers: OfferRows | None = None,
    key: str = "",
) -> pa.RecordBatch:
    """Rank every row; the lines have the order of the rows, then of plan and rank.

    ``when`` is a timestamp with a time zone, or whole microseconds since 1970. Rows without a
    column ``row`` are numbered from ``first_row`` on; ``offers`` is a cache for several batches.
    With ``key`` the lines have the values of that column instead of the number.
    Raises UsageError for invalid columns, and the errors of ``check`` for an incident.
    """
    _check_columns(batch)
    rows = _columns_of(batch, engine.gate_facts, first_row)
    if check is not None:
        for template in rows.templates:
            check(template)
    names = _column(batch, "id")
    ids = pa.nulls(rows.count, pa.string()) if names is None else names.cast(pa.string())
    kept = offers or OfferRows()
    shown: Array = np.arange(rows.count) if key else rows.number

    def ranked(part: Array) -> pl.DataFrame:
        lines = rank_lines(engine, engine.prepare(rows.picked(part)), kept)
        return table_of(shown[part], ids.take(pa.array(part)), lines)

    frames = [frame for _, frame in in_order(parts_of(rows.count, engine.threads), ranked,
                                             engine.threads)]  # fmt: skip
    table = pl.concat(frames).to_arrow().cast(SCHEMA).combine_chunks()
    batches = table.to_batches()
    ranked_rows = batches[0] if batches else pa.RecordBatch.from_pylist([], SCHEMA)
    return _with_key(ranked_rows, batch, key) if key else ranked_rows


def _with_key(ranked_rows: pa.RecordBatch, batch: pa.RecordBatch, key: str) -> pa.RecordBatch:
    """Replace the places of rows in the column ``row`` by the values of a column."""
    at, column = ranked_rows.schema.get_field_index("row"), _column(batch, key)
    if column is None:
        raise UsageError("a record batch needs the column {name!r}", name=key)
    field = pa.field(key, column.type)
    return ranked_rows.set_column(at, field, column.take(ranked_rows.column(at)))


def _column(batch: pa.RecordBatch, name: str) -> Any | None:
    at = batch.schema.get_field_index(name)
    return None if at < 0 else batch.column(at)


def _check_columns(batch: pa.RecordBatch) -> None:
    """Check the columns; raises UsageError with all problems."""
    problems: list[Message | str] = []
    for name in ("kind", "lat", "lon", "when", "row"):
        column = _column(batch, name)
        if column is None and name != "row":
            problems.append(Message("a record batch needs the column {name!r}", name=name))
        elif column is not None and column.null_count:
            lacking = Plural("{count} value", "{count} values", column.null_count)
            text = "the column {name!r} lacks {lacking}"
            problems.append(Message(text, name=name, lacking=lacking))
    problems += _time_problems(_column(batch, "when"))
    for name in _FACTS:
        column = _column(batch, name)
        if column is not None:
            problems += _fact_problems(name, column)
    for name, least, most in _LIMITS:
        column = _column(batch, name)
        if column is not None and not _is_within(column, least, most):
            text = "the column {name!r} has values that are not numbers from {least} to {most}"
            problems.append(Message(text, name=name, least=least, most=most))
    if problems:
        raise UsageError(*problems)


def _time_problems(when: Any | None) -> list[Message | str]:
    if when is None:
        return []
    if pa.types.is_timestamp(when.type):
        if not when.type.tz:
            return [Message("the column 'when' has no time zone")]
        when = _in_microseconds(when)
    elif not pa.types.is_integer(when.type):
        text = "the column 'when' is {type}; allowed: timestamps with a zone, or microseconds"
        return [Message(text, type=when.type)]
    is_beyond = not _is_within(when, -_MOST_US, _MOST_US)
    beyond = Message("the column 'when' has times outside of the years 69 to 3870")
    return [beyond] if is_beyond else []


def _in_microseconds(when: Any) -> Any:
    """Convert times to whole microseconds since 1970.

    Nanoseconds are cut off; a time outside of the limits becomes one that ``_is_within`` refuses.
    """
    unit = when.type.unit
    if unit == "ns":
        return when.cast(pa.timestamp("us", when.type.tz), safe=False).cast(pa.int64())
    wide, factor = when.cast(pa.int64()), {"s": 1_000_000, "ms": 1_000, "us": 1}[unit]
    most = _MOST_US // factor
    is_far = pc.or_(pc.greater(wide, most), pc.less(wide, -most))
    return pc.multiply(pc.if_else(is_far, most + 1, wide), factor)


def _fact_problems(name: str, column: Any) -> list[Message | str]:
    """Find invalid values in a column of a fact."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if name == "asked" and pa.types.is_list(kind):
        column, kind = column.flatten(), kind.value_type
        if column.null_count:
            return [Message("the column 'asked' has a list with a null")]
    is_fit, fits = _TYPES.get(name, (_is_text, marked("texts")))
    if not (is_fit(kind) or pa.types.is_null(kind)):
        text = "the column {name!r} is {type}; allowed: {allowed}"
        return [Message(text, name=name, type=kind, allowed=Message(fits))]
    if fits == _WHOLE and not _is_within(column, 0, _MOST_COUNT):
        text = "the column {name!r} has values that are not whole numbers from 0 to {most:,}"
        return [Message(text, name=name, most=_MOST_COUNT)]
    found = set(column.unique().to_pylist()) if name in _WORDS else set()
    return [
        Message(
            "unknown {name} {word!r}; allowed: {allowed}",
            name=name,
            word=word,
            allowed=", ".join(_WORDS[name]),
        )
        for word in sorted(found - {None, *_WORDS.get(name, ())})
    ]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_within(column: Any, least: float, most: float) -> bool:
    """Return whether a column has only numbers of a range; nulls are ignored."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return bool(column.null_count == len(column))
    known = column.drop_null()
    found = pc.and_(pc.greater_equal(known, least), pc.less_equal(known, most))
    return bool(pc.all(found, min_count=0).as_py())


def _columns_of(
    batch: pa.RecordBatch, gate_facts: frozenset[str], first_row: int
) -> IncidentColumns:
    """Read the rows of a record batch, with one template for each combination of facts."""
    count = batch.num_rows
    code: Array = np.zeros(count, np.int64)
    known = []
    for name in _FACTS:
        column = _column(batch, name)
        if column is None or (name in _UNUSED_FACTS and name not in gate_facts):
            continue
        own, values = _coded(column)
        known.append((name, own, values))
        code = code * len(values) + own
        if code.max(initial=0) > 1 << 40:
            code = np.unique(code, return_inverse=True)[1]
    _, first, template_of = np.unique(code, return_index=True, return_inverse=True)
    templates = [
        _incident({name: values[own[row]] for name, own, values in known}) for row in first.tolist()
    ]
    return IncidentColumns(
        number=_numbers(batch, first_row),
        lat=_floats(batch, "lat", 0.0) + 0.0,
        lon=_floats(batch, "lon", 0.0) + 0.0,
        uncertainty_km=_floats(batch, "uncertainty_km", 0.0),
        at_us=_moments(batch),
        amounts={name: _floats(batch, name, float("nan")) for name in AMOUNTS},
        template_of=template_of,
        templates=templates,
        shared=len(templates),
    )


def _coded(column: Any) -> tuple[Array, list[Any]]:
    """Return the code of each value of a column, and the distinct values by code."""
    if pa.types.is_list(column.type):
        texts = [None if cell is None else tuple(cell) for cell in column.to_pylist()]
        values = list(dict.fromkeys(texts))
        number = {value: at for at, value in enumerate(values)}
        return np.array([number[text] for text in texts], np.int64), values
    is_coded = pa.types.is_dictionary(column.type)
    encoded = column if is_coded else column.dictionary_encode()
    values = [*encoded.dictionary.to_pylist(), None]
    own = pc.fill_null(encoded.indices.cast(pa.int64()), len(values) - 1)
    return np.array(own.to_numpy(zero_copy_only=False), np.int64), values


def _incident(facts: dict[str, Any]) -> Incident:
    known = {name: value for name, value in facts.items() if value is not None}
    vehicle = {_VEHICLE_FACTS[name]: known.pop(name) for name in _VEHICLE_FACTS if name in known}
    asked = known.pop("asked", ())
    return Incident(
        place=Place(lat=0.0, lon=0.0),
        when=EPOCH,
        vehicle=Vehicle(**vehicle),
        asked=(asked,) if isinstance(asked, str) else asked,
        **known,
    )


def _numbers(batch: pa.RecordBatch, first_row: int) -> Array:
    """Return the numbers of the rows, counted from ``first_row`` without a column ``row``."""
    own = _column(batch, "row")
    if own is None:
        return np.arange(first_row, first_row + batch.num_rows)
    return np.array(own.cast(pa.int64()).to_numpy(zero_copy_only=False))


def _floats(batch: pa.RecordBatch, name: str, missing: float) -> Array:
    column = _column(batch, name)
    if column is None:
        return np.full(batch.num_rows, missing)
    filled = pc.fill_null(column.cast(pa.float64()), missing)
    return np.array(filled.to_numpy(zero_copy_only=False), np.float64)


def _moments(batch: pa.RecordBatch) -> Array:
    when = batch.column(batch.schema.get_field_index("when"))
    if pa.types.is_timestamp(when.type):
        when = _in_microseconds(when)
    return np.array(when.to_numpy(zero_copy_only=False), np.int64)
