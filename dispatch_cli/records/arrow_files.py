"""Convert a file of the CSV writer to Parquet, with pyarrow."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .values import MOST_BYTES

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_SIZES = 3 * MOST_BYTES, 16 * MOST_BYTES
"""Bytes. A line must fit into a block. A record has at most 1 MiB, but its copied cells may be
longer in the output because of quotes, UTF-8, or numbers such as 1e15 in a list."""


def write_parquet(lines: Path, target: Path, types: Mapping[str, str]) -> None:
    """Convert to Parquet; the same lines give the same bytes.

    ``types`` has the Arrow type of each column by name. An empty cell is null.
    """
    from pyarrow import ArrowInvalid

    small, large = _BLOCK_SIZES
    try:
        _write_parquet(lines, target, types, small)
    except ArrowInvalid:  # a line does not fit into the block
        _write_parquet(lines, target, types, large)


def _write_parquet(lines: Path, target: Path, types: Mapping[str, str], block: int) -> None:
    from pyarrow import parquet

    with (
        _read(lines, types, block) as batches,
        parquet.ParquetWriter(target, batches.schema, compression="zstd") as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)


@contextmanager
def _read(lines: Path, types: Mapping[str, str], block: int) -> "Iterator[pa.RecordBatchReader]":
    import pyarrow as pa
    from pyarrow import csv

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in types.items()])
    with csv.open_csv(
        lines,
        csv.ReadOptions(block_size=block),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=True),
    ) as batches:
        yield batches
