"""Write tables of results as exact CSV, as CSV for spreadsheets, and as Parquet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from .values import MOST_BYTES

FORMATS = ("jsonl", "csv", "spreadsheet", "parquet")

Cell = str | float | int | None
Line = Sequence[Cell]

_BLOCK_SIZES = 3 * MOST_BYTES, 16 * MOST_BYTES
"""Bytes. A line must fit into a block. A record has at most 1 MiB, but its copied cells may be
longer in the output because of quotes, UTF-8, or numbers such as 1e15 in a list."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins with one of these is a formula in some spreadsheet program."""


class CsvWriter:
    """Write CSV by RFC 4180 with ``\\n``; numbers have the fewest digits that read back exactly.

    With ``guarded``, a text that a spreadsheet would take for a formula gets a single quote in
    front, and the file begins with a byte order mark.
    """

    def __init__(self, columns: Sequence[str], *, guarded: bool = False) -> None:
        self._columns, self._guarded = columns, guarded

    def head(self) -> bytes:
        """Encode the header row."""
        return (b"\xef\xbb\xbf" if self._guarded else b"") + self.lines([self._columns])

    def lines(self, lines: Iterable[Line]) -> bytes:
        """Encode lines."""
        rows = [[_text(cell, guard=self._guarded) for cell in line] for line in lines]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        written = text.getvalue()
        if "\r" in written:
            # Before Python 3.13, csv quotes "\r" only if the line end contains it.
            written = "".join(map(_line_with_quoted_cr, rows))
        return written.encode()


def _line_with_quoted_cr(line: Line) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(line)
    return text.getvalue().removesuffix("\r\n") + "\n"


def _text(cell: Cell, *, guard: bool) -> Cell:
    """Format a cell: a number with the fewest digits that read back as the same bits."""
    if isinstance(cell, float):
        return msgspec.json.encode(cell).decode()
    if guard and isinstance(cell, str) and cell.startswith(FORMULA_SIGNS):
        return f"'{cell}"
    return cell


def writer_of(form: str, columns: Sequence[str]) -> CsvWriter:
    """Make the writer for a table in the format csv, spreadsheet or parquet.

    Parquet is written as CSV first and converted at the end: a batch can resume a CSV file in the
    middle, but not a Parquet file.
    """
    return CsvWriter(columns, guarded=form == "spreadsheet")


def write_parquet(lines: Path, target: Path, types: Mapping[str, str]) -> None:
    """Convert a file of the CSV writer to Parquet; the same lines give the same bytes.

    ``types`` has the Arrow type of each column by name. An empty cell is null.
    """
    from pyarrow import ArrowInvalid

    small, large = _BLOCK_SIZES
    try:
        _write_parquet(lines, target, types, small)
    except ArrowInvalid:  # a line does not fit into the block
        _write_parquet(lines, target, types, large)


def _write_parquet(lines: Path, target: Path, types: Mapping[str, str], block: int) -> None:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in types.items()])
    with (
        arrow_csv.open_csv(
            lines,
            arrow_csv.ReadOptions(block_size=block),
            arrow_csv.ParseOptions(newlines_in_values=True),
            arrow_csv.ConvertOptions(
                column_types=schema, null_values=[""], strings_can_be_null=True
            ),
        ) as batches,
        parquet.ParquetWriter(target, schema, compression="zstd") as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
