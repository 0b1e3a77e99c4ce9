"""Which engine ranks a batch; the answers are the same, and both are held against the desk's."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...records.opening import Records
    from ..read.column_mapping import Columns
    from ..read.row_reader import RowReader
    from ..write.result_writer import ResultWriter
    from .column_batches import ColumnBatches
    from .ranker import MakeRanker, Ranker

WORTH_COMPILING = 2_000_000
"""Bytes of input from which starting numba (about a second) pays."""
LIBRARIES = ("numba", "numpy", "pyarrow", "polars")
"""What the extra ``batch`` installs."""


def engine_for(size: int | None) -> "MakeRanker":
    """Choose the engine for an input of so many bytes; None: the size is not known."""
    is_large = size is None or size >= WORTH_COMPILING
    if is_large and all(find_spec(name) for name in LIBRARIES):
        from ..compiled.column_engine import ColumnEngine

        return ColumnEngine
    return Engine


def library_versions() -> dict[str, str]:
    """The versions of the libraries that are installed, by name; bytes may depend on them."""
    from importlib.metadata import version

    return {name: version(name) for name in LIBRARIES if find_spec(name)}


def column_batches_for(
    records: "Records",
    reader: "RowReader",
    columns: "Columns",
    ranker: "Ranker",
    writer: "ResultWriter",
    *,
    notify: "Callable[[str], None]",
) -> "ColumnBatches | None":
    """Make what works in columns, where the batch is such that it can; None: all goes row by row.

    That is the case with the compiled engine, unless something is asked for that only the desk
    works out (``--full``, ``--summary``) or states of now count (``--live``). Where columns of JSON
    lines or Parquet are copied to JSON lines all goes row by row, since there a number stays one.
    """
    from ...records.csv_rows import CsvRows

    is_typed = not isinstance(records.rows, CsvRows)
    if writer.is_full or (is_typed and columns.keep and writer.form == "jsonl"):
        return None
    if not isinstance(ranker, Engine) or type(ranker) is Engine or ranker.is_scalar:
        return None
    from ..compiled.column_engine import ColumnEngine
    from .column_batches import ColumnBatches

    assert isinstance(ranker, ColumnEngine)  # noqa: S101 - there is no other
    ranker.warm_up(notify)
    return ColumnBatches(records.rows, reader, columns, ranker, writer)
