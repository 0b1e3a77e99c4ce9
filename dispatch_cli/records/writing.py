"""Tables of results: exact CSV, CSV for a spreadsheet, JSON lines, Parquet."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

FORMATS = ("jsonl", "csv", "spreadsheet", "parquet")

Cell = str | float | int | None
Line = Sequence[Cell]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula; some do so for the wide signs, too."""


class Writer(Protocol):
    """Turns results into the bytes of a file, piece by piece."""

    def head(self) -> bytes:
        """What stands before the first result."""

    def lines(self, lines: Iterable[Line]) -> bytes:
        """The bytes of some lines, each with a cell for every column."""


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
        rows = list(map(_guarded, lines) if self._guarded else lines)
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


def _guarded(line: Line) -> Line:
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in line
    ]


class ArrayWriter:
    """A line of JSON for each line of the table: what becomes Parquet when all is there.

    A Parquet file cannot be taken up in its middle, a file of lines can.
    """

    def head(self) -> bytes:
        """Nothing: the columns are known."""
        return b""

    def lines(self, lines: Iterable[Line]) -> bytes:
        """The bytes of some lines."""
        return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def writer_of(form: str, columns: Sequence[str]) -> Writer:
    """Make the writer for a table in one of ``FORMATS``; JSON lines are objects, not tables."""
    if form == "parquet":
        return ArrayWriter()
    return CsvWriter(columns, guarded=form == "spreadsheet")


def write_parquet(lines: Path, target: Path, columns: Sequence[str], types: Sequence[str]) -> None:
    """Make a Parquet file of what an ``ArrayWriter`` wrote; the same lines give the same bytes."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema(
        [(name, getattr(pa, kind)()) for name, kind in zip(columns, types, strict=True)]
    )
    decoder = msgspec.json.Decoder(list[str | float | int | None])
    with (
        lines.open("rb") as file,
        parquet.ParquetWriter(target, schema, compression="zstd") as writer,
    ):
        while block := file.readlines(1 << 22):
            rows = zip(*map(decoder.decode, block), strict=True)
            arrays = [
                pa.array(cells, field.type) for cells, field in zip(rows, schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
