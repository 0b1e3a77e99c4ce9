"""Encode columns of results with polars, to the same bytes as ``result_writer`` row by row."""

import io
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from ...records.formats import FORMATS
from ...records.writing import FORMULA_CHARACTERS
from ..compiled.parsed_columns import ParsedColumns
from ..compiled.result_columns import ResultLines
from ..result_record import EMERGENCY, columns_for, names_of
from .result_writer import ObjectWriter, ResultWriter


def encode(writer: ResultWriter, rows: ParsedColumns, lines: ResultLines) -> bytes | memoryview:
    """Encode the results of rows in the format of the writer."""
    if isinstance(writer, ObjectWriter):
        return _objects(writer, rows, lines)
    kept = {name: pl.Series(rows.kept[name]).replace("", None) for name in writer.keep}
    frame = table_of(rows.columns.number, rows.ids, lines, kept).select([*writer.types])
    if FORMATS[writer.form].is_guarded:
        frame = frame.with_columns(_guarded(frame))
    out = io.BytesIO()
    frame.write_csv(out, include_header=False, quote_style="necessary")
    return out.getbuffer()


def table_of(
    numbers: Any, ids: Any, lines: ResultLines, kept: dict[str, pl.Series] | None = None
) -> pl.DataFrame:
    """Make a table of the columns of ``result_record`` except the totals, then the ``kept`` ones.

    ``kept`` are the columns of the input that ``--keep`` copies.
    """
    own = {"row": pl.Series(numbers), "id": pl.Series(ids), **(kept or {})}
    place = pl.Series(lines.row)
    frame = lines.columns.with_columns(**{name: each.gather(place) for name, each in own.items()})
    return frame.select([*(column.name for column in columns_for(full=False)), *(kept or {})])


def _guarded(frame: pl.DataFrame) -> list[pl.Expr]:
    """Put a single quote before each text that a spreadsheet would take for a formula."""
    characters = "".join(FORMULA_CHARACTERS).replace("-", "\\-")
    return [
        pl.when(pl.col(name).str.contains(f"^[{characters}]")).then("'" + pl.col(name))
        .otherwise(pl.col(name)).alias(name)
        for name, kind in frame.schema.items() if kind == pl.String
    ]  # fmt: skip


def _objects(writer: ObjectWriter, rows: ParsedColumns, lines: ResultLines) -> memoryview:
    """Encode one JSON object for each row, with lists of services and of their candidates."""
    found = lines.columns
    is_call = pl.col("reason").eq_missing(EMERGENCY)
    candidates = found.filter(pl.col("rank") > 0).select(names_of("candidate"))
    services = found.filter(
        ~is_call & pl.col("rank").fill_null(1).eq(1) & pl.col("service").is_not_null()
    ).select(names_of("service"))
    calls = found.filter(is_call).select("service", dial="phone")
    table = {
        "row": pa.array(rows.columns.number),
        "id": rows.ids,
        "kind": pa.array([one.kind for one in rows.columns.templates], pa.string()).take(
            pa.array(rows.columns.template_of)
        ),
        "emergency": _lists(lines.calls, _struct(calls)),
        "cascades": _lists(
            lines.services,
            _struct(services, candidates=_lists(lines.candidates, _struct(candidates))),
        ),
    }
    if writer.keep:
        table["kept"] = pa.StructArray.from_arrays(
            [rows.kept[name] for name in writer.keep], [*writer.keep]
        )
    out = io.BytesIO()
    pl.DataFrame(pa.table(table)).write_ndjson(out)
    return out.getbuffer()


def _struct(frame: pl.DataFrame, **more: Any) -> Any:
    columns = {name: frame[name].to_arrow() for name in frame.columns} | more
    return pa.StructArray.from_arrays([*columns.values()], [*columns])


def _lists(counts: Any, items: Any) -> Any:
    """Split items into consecutive lists of the given lengths."""
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), items)
