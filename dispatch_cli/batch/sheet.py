"""The cells of many rows, worked out by compiled parts on all threads."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np
from msgspec.structs import replace

from ..records import Block, Reject, Row
from ..records.csv_rows import CsvRows
from . import cutting, layout
from .compiled import CompiledEngine
from .layout import Array


class Sheet(ABC):
    """The cells of some rows as they stand in a piece of memory, and which of the rows are odd.

    ``cells`` has for each row and slot where its cell begins and ends. What is asked for is filled
    when ``work`` goes through all rows, once for everything.
    """

    def __init__(self, data: bytes, numbers: Array, slots: int, engine: CompiledEngine) -> None:
        self._raw, self._engine = data, engine
        self.data = np.frombuffer(data, np.uint8)
        self.numbers, self.count = numbers, len(numbers)
        self.cells = np.zeros((self.count, slots, 2), np.int32)
        self.odd = np.zeros(self.count, np.bool_)
        self._tasks: list[Callable[[int, int], object]] = []

    @abstractmethod
    def record(self, row: int) -> Row | Reject:
        """A row by itself, as its reader gives it."""

    def work(self) -> None:
        """Fill what was asked for."""
        self._engine.share(
            self.count, lambda begin, end: [task(begin, end) for task in self._tasks]
        )
        # They hold this sheet: without them it is gone as soon as nobody needs it.
        self._tasks.clear()

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
        codes, firsts = cutting.alike(self.data, self.cells, slots, hashes)
        return codes, [tuple(self.cell(row, slot) for slot in slots) for row in firsts]

    def cell(self, row: int, slot: int) -> bytes:
        """What stands in a cell."""
        begin, end = self.cells[row, slot]
        return self._raw[begin:end]


class Lines(Sheet):
    """A block of lines of CSV in UTF-8; ``wanted`` are the columns of a row that is read alone."""

    def __init__(
        self,
        block: Block,
        source: CsvRows,
        names: Sequence[str],
        wanted: Sequence[str],
        engine: CompiledEngine,
    ) -> None:
        data = np.frombuffer(block.data, np.uint8)
        ends = np.flatnonzero(data == 10)
        if not len(ends) or ends[-1] != len(data) - 1:
            ends = np.append(ends, len(data))
        self._begin, self._source, self._wanted = block.begin, source, wanted
        self._starts, self._ends = np.concatenate([[0], ends[:-1] + 1]), ends
        super().__init__(block.data, block.begin.number + np.arange(len(ends)), len(names), engine)
        self._high = np.zeros(self.count, np.bool_)
        slots = np.full(len(source.columns), -1)
        for at, name in enumerate(names):
            slots[source.columns.index(name)] = at
        self._tasks.append(lambda begin, end: cutting.cut(
            self.data, self._starts, ends, ord(source.delimiter), slots, begin, end,
            self.cells, self.odd, self._high,
        ))  # fmt: skip

    def work(self) -> None:
        """Fill what was asked for; odd is what is no UTF-8, too."""
        super().work()
        if self._high.any() and not _is_utf8(self._raw):
            self.odd |= self._high

    def record(self, row: int) -> Row | Reject:
        """A line by itself, read once more."""
        line = self._raw[self._starts[row] : self._ends[row] + 1]
        begin = self._begin
        mark = replace(begin, number=begin.number + row, line=begin.line + row)
        [chunk] = self._source.chunks_of(Block(line, mark), self._wanted)
        return chunk.records[0]


class Fields(Sheet):
    """Rows that were read one by one, of whatever format: their values as texts.

    ``names`` are the columns whose cells are kept; in ``others`` a value is only looked at.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        names: Sequence[str],
        others: Sequence[str],
        engine: CompiledEngine,
    ) -> None:
        self._rows = rows
        odd: set[int] = set()
        parts, lengths = [], np.zeros((len(names), len(rows)), np.int64)
        for at, name in enumerate((*names, *others)):
            texts = _texts_of([row.values.get(name) for row in rows], odd)
            if at < len(names):
                data = "".join(texts)
                cells = texts if data.isascii() else [text.encode() for text in texts]
                lengths[at] = np.fromiter(map(len, cells), np.int64, len(rows))
                parts.append(data.encode())
        numbers = np.array([row.number for row in rows], np.int64)
        super().__init__(b"".join(parts), numbers, len(names), engine)
        ends = np.cumsum(lengths).reshape(lengths.shape)
        self.cells[:, :, 0], self.cells[:, :, 1] = (ends - lengths).T, ends.T
        self.odd[list(odd)] = True

    def record(self, row: int) -> Row | Reject:
        """A row as it was read."""
        return self._rows[row]


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


def _texts_of(values: Sequence[Any], odd: set[int]) -> list[str]:
    """The values of a column as they would stand in CSV; ``odd`` grows by whoever has another."""
    if set(map(type, values)) <= {str, type(None)}:
        texts = [value or "" for value in values]
        try:
            "".join(texts).encode()
        except UnicodeEncodeError:
            pass
        else:
            return texts
    found = list(map(_text_of, values))
    odd.update(at for at, text in enumerate(found) if text is None)
    return [text or "" for text in found]


def _text_of(value: Any) -> str | None:
    """One text or number as ``said.text_of`` writes it; None for what is looked at by itself."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value)
        text.encode()
    except ValueError:  # half a character, or a number of thousands of digits
        return None
    return None if isinstance(value, float) and not isfinite(value) else text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
