"""The cells of a block of CSV, cut and worked out by compiled parts on all threads."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..records.csv_rows import CsvRows
from . import cutting, layout
from .compiled import CompiledEngine
from .layout import Array


class Sheet:
    """The cells of a block, and which of its rows are odd.

    What is asked for is filled when ``work`` goes through all rows, once for everything.
    """

    def __init__(self, data: bytes, source: CsvRows, slots: Array, engine: CompiledEngine) -> None:
        self._raw, self._engine = data, engine
        self.data = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(self.data == 10)
        if not len(ends) or ends[-1] != len(data) - 1:
            ends = np.append(ends, len(data))
        self._ends = ends
        self._starts = np.concatenate([[0], ends[:-1] + 1])
        self.count = len(ends)
        self.cells = np.zeros((self.count, int(slots.max(initial=-1)) + 1, 2), np.int32)
        self.odd, self._high = np.zeros(self.count, np.bool_), np.zeros(self.count, np.bool_)
        self._tasks: list[Callable[[int, int], object]] = [
            lambda begin, end: cutting.cut(
                self.data, self._starts, ends, ord(source.delimiter), slots, begin, end,
                self.cells, self.odd, self._high,
            )
        ]  # fmt: skip

    def work(self) -> None:
        """Fill what was asked for."""
        self._engine.share(
            self.count, lambda begin, end: [task(begin, end) for task in self._tasks]
        )
        # They hold this sheet: without them it is gone as soon as nobody needs it.
        self._tasks.clear()
        if self._high.any() and not _is_utf8(self._raw):
            self.odd |= self._high

    def ask(self, kernel: Any, slot: Any, *columns: Array) -> None:
        """Ask for what a compiled part finds in one column of cells, or in several."""
        self._tasks.append(
            lambda begin, end: kernel(self.data, self.cells, slot, begin, end, *columns)
        )

    def ask_hashes(self, slots: Array) -> Array:
        """Ask for a number that is the same for rows with the same cells."""
        hashes = np.empty(self.count, np.uint64)
        self.ask(cutting.blends, slots, hashes)
        return hashes

    def combinations(self, slots: Array, hashes: Array) -> tuple[Array, list[tuple[bytes, ...]]]:
        """Number rows by what stands in some cells; for each number the cells."""
        codes, firsts = self.alike(lambda *args: cutting.number_alike(
            self.data, self.cells, slots, hashes, *args
        ))  # fmt: skip
        return codes, [tuple(self.cell(row, slot) for slot in slots) for row in firsts]

    def alike(self, number: Any) -> tuple[Array, Array]:
        """Number rows: the number of each, and for each number its first row."""
        table = np.full(1 << (2 * self.count).bit_length(), -1, np.int32)
        codes, firsts = np.empty(self.count, np.int64), np.empty(self.count, np.int64)
        count = number(table, codes, firsts)
        return codes, firsts[:count]

    def cell(self, row: int, slot: int) -> bytes:
        """What stands in a cell."""
        begin, end = self.cells[row, slot]
        return self._raw[begin:end]

    def line(self, row: int) -> bytes:
        """A line with its end."""
        return self._raw[self._starts[row] : self._ends[row] + 1]


class More:
    """Cells that stand nowhere in the block as they are to be written."""

    def __init__(self, begin: int) -> None:
        self._at, self._texts = begin, list[bytes]()

    def put(self, cells: layout.Cells, row: int, column: int, text: bytes) -> None:
        """Write one down anew."""
        self._texts.append(text)
        cells.begin[row, column], cells.end[row, column] = self._at, self._at + len(text)
        self._at += len(text)

    def joined(self, cells: layout.Cells) -> layout.Cells:
        """All cells, those behind the block as well."""
        if not self._texts:
            return cells
        more = np.frombuffer(b"".join(self._texts), np.uint8)
        return cells._replace(text=np.concatenate([cells.text, more]))


def text_of_cell(cell: bytes) -> str:
    """The text of a cell; what is no UTF-8 stands in an odd row, whatever comes of it here."""
    return cell.decode(errors="replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
