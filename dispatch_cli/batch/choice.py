"""Which engine ranks a batch: the answers are the same, and both are held against the desk's."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from .engine import Engine

if TYPE_CHECKING:
    from ..records import Records
    from .blockwise import Blockwise
    from .mapping import Columns
    from .output import Objects, Table
    from .ranker import MakeRanker, Ranker
    from .rows import Rows

WORTH_COMPILING = 2_000_000
"""Bytes of input from which starting numba (about a second) pays."""


def engine_for(size: int | None) -> "MakeRanker":
    """Choose the engine for an input of so many bytes; None: nobody knows how many."""
    is_large = size is None or size >= WORTH_COMPILING
    if is_large and all(find_spec(name) for name in ("numba", "numpy")):
        from .compiled import CompiledEngine

        return CompiledEngine
    return Engine


def blockwise_for(
    records: "Records",
    rows: "Rows",
    columns: "Columns",
    ranker: "Ranker",
    output: "Table | Objects",
) -> "Blockwise | None":
    """Make what works by blocks, where the batch is such that it can; else all goes row by row.

    Nothing is asked for that only the desk works out (``--full``, ``--summary``), no states of now
    (``--live``), and the engine is compiled. Where columns of JSON lines or Parquet are copied to
    JSON lines all goes row by row, since there a number stays one.
    """
    from ..records.csv_rows import CsvRows

    source = records.rows
    is_typed = not isinstance(source, CsvRows)
    if output.is_full or (is_typed and columns.keep and output.form == "jsonl"):
        return None
    if not isinstance(ranker, Engine) or type(ranker) is Engine or ranker.is_scalar:
        return None
    from .blockwise import Blockwise
    from .compiled import CompiledEngine

    assert isinstance(ranker, CompiledEngine)  # noqa: S101 - there is no other
    blocks = source if isinstance(source, CsvRows) and source.encoding == "utf-8" else None
    return Blockwise(blocks, rows, columns, ranker, output)
