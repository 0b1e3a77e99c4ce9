"""Write tables of results as exact CSV, and as CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

Cell = str | float | int | None
Line = Sequence[Cell]

FORMULA_CHARACTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
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
    if guard and isinstance(cell, str) and cell.startswith(FORMULA_CHARACTERS):
        return f"'{cell}"
    return cell
