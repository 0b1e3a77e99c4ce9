"""A batch in columns instead of row by row: the same bytes, rejects and counts."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar, cast

import numpy as np
from msgspec import Struct

from ...errors import BadDataError
from ...records.csv_columns import read_block
from ...records.csv_rows import CsvRows
from ...records.opening import Rows as RecordRows
from ...records.values import Block, Chunk, Mark, Reject, Row
from ..compiled.column_engine import ColumnEngine
from ..compiled.prepared_rows import PreparedRows
from ..compiled.result_columns import OfferRows, rank_lines
from ..compiled.understood_rows import UnderstoodRows
from ..read.column_mapping import Columns
from ..read.row_reader import RowReader
from ..read.text_rows import TextReader, texts_of_rows
from ..write.frame_writer import encode
from ..write.result_writer import ResultWriter

T = TypeVar("T")

LEAST_BYTES, MOST_BYTES = 1 << 19, 1 << 22
"""Sizes of blocks: many unusual rows take long, and no checkpoint comes before a block's end."""
_QUICK_S, _SLOW_S = 0.3, 0.8
LEAST_ROWS, MOST_ROWS = 100, 1 << 14
"""Fewer rows are ranked sooner one by one; of rows read singly no more wait together."""


class BlockResult(Struct, frozen=True):
    """The outcome of a block: its bytes, made when ``encode`` is called, rejects and counts."""

    encode: Callable[[], bytes | memoryview]
    rejects: list[Reject]
    ranked: int
    served: int


class ReadPart(Struct, frozen=True):
    """A part of the input; ``rows`` is None where it has to go row by row."""

    part: Block | Chunk
    rejects: list[Reject]
    rows: UnderstoodRows | None
    prepared: PreparedRows | None


class ColumnBatches:
    """Works through blocks of CSV lines, and through rows of other formats many at a time."""

    def __init__(
        self,
        source: RecordRows,
        reader: RowReader,
        columns: Columns,
        engine: ColumnEngine,
        writer: ResultWriter,
    ) -> None:
        self._source = source if isinstance(source, CsvRows) else None
        self._engine, self._columns, self._writer = engine, columns, writer
        self._reader = TextReader(reader, columns.keep)
        self._offers = OfferRows()
        self._most = LEAST_BYTES

    def most(self) -> int:
        """How many bytes the next block may have."""
        return self._most

    def parts(self, records: RecordRows, mark: Mark) -> Iterator["ReadPart"]:
        """Read on from a mark: blocks of CSV lines, else as many rows as are worth it.

        One part is read and understood while the one before it is ranked.
        """
        wanted = self._columns.wanted
        if self._source is not None:
            parts = self._source.parts(mark, wanted, self.most)
        else:
            parts = _gathered(records.chunks(mark, wanted), self.most)
        return read_ahead(map(self._understood, parts))

    def _understood(self, part: Block | Chunk) -> "ReadPart":
        if isinstance(part, Chunk) and len(part.records) < LEAST_ROWS:
            return ReadPart(part, [], None, None)
        rejects, rows = self._read(part)
        return ReadPart(part, rejects, rows, self._engine.prepare(rows.columns))

    def work(self, read: "ReadPart") -> BlockResult | None:
        """Rank a part; None where it has too few rows for it."""
        rows, prepared = read.rows, read.prepared
        if rows is None or prepared is None:
            return None
        begun = time.monotonic()
        lines = rank_lines(self._engine, prepared, self._offers)
        rejects = [*read.rejects, *rows.rejects]
        if read.rejects:
            rejects.sort(key=lambda each: (each.number, each.part))
        took_s = time.monotonic() - begun
        if took_s < _QUICK_S:
            self._most = min(2 * self._most, MOST_BYTES)
        elif took_s > _SLOW_S:
            self._most = max(self._most // 2, LEAST_BYTES)
        write = partial(encode, self._writer, rows, lines)
        return BlockResult(write, rejects, len(rows.numbers), lines.served)

    def _read(self, part: Block | Chunk) -> tuple[list[Reject], UnderstoodRows]:
        """Records that were rejected when they were read, and the rows."""
        names = self._reader.names
        if isinstance(part, Block):
            assert self._source is not None  # noqa: S101 - no other format has blocks
            numbers = np.arange(part.begin.number, part.end.number)
            singly = _Lines(part, self._source, self._columns.wanted)
            return [], self._reader.read(
                read_block(part, self._source, names), numbers, singly.record
            )
        rejects = [each for each in part.records if isinstance(each, Reject)]
        rows = [each for each in part.records if isinstance(each, Row)]
        others = [name for name in self._columns.wanted if name not in names]
        texts = texts_of_rows(rows, names, others)
        numbers = np.array([row.number for row in rows], np.int64)
        return rejects, self._reader.read(texts, numbers, rows.__getitem__)


class _Lines:
    """The lines of a block, cut when the first of them is asked for."""

    def __init__(self, block: Block, source: CsvRows, wanted: Iterable[str]) -> None:
        self._block, self._source, self._wanted = block, source, wanted
        self._lines: list[bytes] = []

    def record(self, place: int) -> Row | Reject:
        """Read one line by itself."""
        if not self._lines:
            self._lines = self._block.data.splitlines(keepends=True)
        begin = self._block.begin
        mark = Mark(0, begin.number + place, begin.line + place)
        return self._source.record(self._lines[place], mark, self._wanted)


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """Give items in their order, each made on another thread while the one before is used."""
    nothing = object()
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, items, nothing)
        while (item := coming.result()) is not nothing:
            coming = worker.submit(next, items, nothing)
            yield cast("T", item)


def _gathered(chunks: Iterable[Chunk], most: Callable[[], int]) -> Iterator[Chunk]:
    """Put chunks together until they hold as many rows, or bytes, as are ranked at once."""
    records: list[Row | Reject] = []
    size, end = 0, None
    try:
        for chunk in chunks:
            records += chunk.records
            size += sum(len(each.raw) for each in chunk.records)
            end = chunk.end
            if len(records) >= MOST_ROWS or size >= most():
                yield Chunk(records, end)
                records, size, end = [], 0, None
    except BadDataError:
        # Where the input breaks off, what was read before comes first.
        if end is not None:
            yield Chunk(records, end)
        raise
    if end is not None:
        yield Chunk(records, end)
