"""Tables of results: exact CSV, CSV for a spreadsheet, JSON lines, Parquet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from .values import MOST_BYTES

FORMATS = ("jsonl", "csv", "spreadsheet", "parquet")

Cell = str | float | int | None
Line = Sequence[Cell]

_BLOCKS = 3 * MOST_BYTES, 16 * MOST_BYTES
"""The lines of a block must fit into it: a record has at most 1 MiB, but what is copied from it may
be longer as it is written (quotes, signs of other encodings, 1e15 in a list)."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula; some do so for the wide signs, too."""


class CsvWriter:
    """CSV by RFC 4180 with ``\\n``: numbers as short as they can be and still be read back exactly.

    With ``guarded`` a text that a spreadsheet would take for a formula gets a single quote in
    front, and a byte order mark says that it is UTF-8.
    """

    def __init__(self, columns: Sequence[str], *, guarded: bool = False) -> None:
        self._columns, self._guarded = columns, guarded

    def head(self) -> bytes:
        """The header line."""
        return (b"\xef\xbb\xbf" if self._guarded else b"") + self.lines([self._columns])

    def lines(self, lines: Iterable[Line]) -> bytes:
        """The bytes of some lines."""
        rows = [[_text(cell, guard=self._guarded) for cell in line] for line in lines]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        written = text.getvalue()
        if "\r" in written:
            # Python before 3.13 quotes only what is in its line end: a cell's "\r" must be.
            written = "".join(map(_quoted_cr, rows))
        return written.encode()


def _quoted_cr(line: Line) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(line)
    return text.getvalue().removesuffix("\r\n") + "\n"


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _text(cell: Cell, *, guard: bool) -> Cell:
    """A cell as it is written: a number in the fewest digits that read back as the same bits."""
    if isinstance(cell, float):
        return msgspec.json.encode(cell).decode()
    return guarded(cell) if guard and isinstance(cell, str) else cell


def writer_of(form: str, columns: Sequence[str]) -> CsvWriter:
    """Make the writer for a table in one of ``FORMATS``; JSON lines are objects, not tables.

    What becomes Parquet is CSV until all is there: a Parquet file cannot be taken up in its middle,
    a file of lines can.
    """
    return CsvWriter(columns, guarded=form == "spreadsheet")


def write_parquet(lines: Path, target: Path, types: Mapping[str, str]) -> None:
    """Make a Parquet file of what the CSV writer wrote; the same lines give the same bytes.

    ``types`` are those of the columns, by name. An empty cell is null, of whatever type.
    """
    from pyarrow import ArrowInvalid

    small, large = _BLOCKS
    try:
        _write_parquet(lines, target, types, small)
    except ArrowInvalid:  # a line is longer
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
