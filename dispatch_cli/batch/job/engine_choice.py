"""Choose the engine that ranks a batch; both engines give the same results."""

import signal
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ...messages import Message
from ...records.formats import FORMATS
from ..engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...records.open_records import RecordFile
    from ..read.column_mapping import ColumnMapping
    from ..read.row_reader import RowReader
    from ..write.result_writer import ResultWriter
    from .column_batches import ColumnBatches
    from .ranker import MakeRanker, Ranker

WORTH_COMPILING = 2_000_000
"""Bytes of input from which the compiled engine is faster, although numba starts for a second."""
LIBRARIES = ("numba", "numpy", "pyarrow", "polars")
"""The libraries that the extra ``batch`` installs."""


def has_libraries() -> bool:
    """Return whether the libraries of the compiled engine are installed."""
    return all(find_spec(name) for name in LIBRARIES)


def engine_for(size: int | None) -> "MakeRanker":
    """Choose the engine for an input of ``size`` bytes; None for an unknown size."""
    is_large = size is None or size >= WORTH_COMPILING
    if is_large and has_libraries():
        from ..compiled.column_engine import ColumnEngine

        return ColumnEngine
    return Engine


def library_versions() -> dict[str, str]:
    """Return the versions of code on which the output bytes may depend.

    The program's own version does not change with every edit, so that its modules count, too.
    """
    from importlib.metadata import version

    from ...catalog.code_digest import digest_of_package

    found = {name: version(name) for name in LIBRARIES if find_spec(name)}
    return {**found, "the program's modules": digest_of_package()}


def column_batches_for(
    records: "RecordFile",
    reader: "RowReader",
    columns: "ColumnMapping",
    ranker: "Ranker",
    writer: "ResultWriter",
    *,
    notify: "Callable[[Message | str], None]",
) -> "ColumnBatches | None":
    """Make the column batches of a batch; None if it has to be ranked row by row.

    Columns need the compiled engine without ``--full`` and ``--summary``, whose values only the
    row-by-row engine has, and no joined columns. Copying columns from JSON lines or Parquet to JSON
    lines also goes row by row, because columns of texts would lose the JSON types.
    """
    from ...records.csv_rows import CsvRows

    is_typed = not isinstance(records.rows, CsvRows)
    if (
        writer.is_full
        or columns.joined
        or (is_typed and columns.keep and not FORMATS[writer.form].is_table)
    ):
        return None
    if not isinstance(ranker, Engine) or type(ranker) is Engine or ranker.is_scalar:
        return None
    from ..compiled.column_engine import ColumnEngine
    from .column_batches import ColumnBatches

    assert isinstance(ranker, ColumnEngine)  # noqa: S101 - the only subclass
    if hasattr(signal, "siginterrupt"):
        # After the import of polars, a read that waits for input would continue after Ctrl-C.
        signal.siginterrupt(signal.SIGINT, True)
    ranker.warm_up(notify)
    return ColumnBatches(records.rows, reader, columns, ranker, writer)
