"""Rank a batch in columns instead of row by row, with the same bytes, rejects and counts."""

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
from ..read.column_mapping import ColumnMapping
from ..read.row_reader import RowReader
from ..read.text_rows import TextReader, texts_of_rows
from ..write.frame_writer import encode
from ..write.result_writer import ResultWriter

T = TypeVar("T")

LEAST_BYTES, MOST_BYTES = 1 << 19, 1 << 22
"""Limits of the block size. A block with many unusual rows is slow, and checkpoints wait for it."""
_QUICK_S, _SLOW_S = 0.3, 0.8
"""Seconds to rank a block: below the first the size is doubled, above the second it is halved."""
LEAST_ROWS, MOST_ROWS = 100, 1 << 14
"""Fewer rows are faster row by row; more rows of JSON lines or Parquet are not collected."""


class BlockResult(Struct, frozen=True):
    """The result of a block: ``encode`` makes its bytes; its rejects and counts are ready."""

    encode: Callable[[], bytes | memoryview]
    rejects: list[Reject]
    ranked: int
    served: int


class ReadPart(Struct, frozen=True):
    """A part of the input; ``rows`` is None if it has to be ranked row by row."""

    part: Block | Chunk
    rejects: list[Reject]
    rows: UnderstoodRows | None
    prepared: PreparedRows | None


class ColumnBatches:
    """Rank blocks of CSV lines, or many rows of the other formats at a time."""

    def __init__(
        self,
        source: RecordRows,
        reader: RowReader,
        columns: ColumnMapping,
        engine: ColumnEngine,
        writer: ResultWriter,
    ) -> None:
        self._source = source if isinstance(source, CsvRows) else None
        self._engine, self._columns, self._writer = engine, columns, writer
        self._reader = TextReader(reader, columns.keep)
        self._offers = OfferRows()
        self._block_bytes = LEAST_BYTES

    def _block_limit(self) -> int:
        return self._block_bytes

    def parts(self, records: RecordRows, mark: Mark, *, is_file: bool) -> Iterator["ReadPart"]:
        """Read the input from a mark to the end: blocks of CSV lines, or joined chunks.

        Of a file each part is read while its predecessor is ranked. A stream may give nothing for
        as long as it likes, and a thread that waits for it would keep the program from ending.
        """
        wanted = self._columns.wanted
        if self._source is not None:
            parts = self._source.parts(mark, wanted, self._block_limit)
        else:
            parts = _joined(records.chunks(mark, wanted), self._block_limit)
        prepared = map(self._prepare, parts)
        return read_ahead(prepared) if is_file else prepared

    def _prepare(self, part: Block | Chunk) -> "ReadPart":
        if isinstance(part, Chunk) and len(part.records) < LEAST_ROWS:
            return ReadPart(part, [], None, None)
        rejects, rows = self._read(part)
        return ReadPart(part, rejects, rows, self._engine.prepare(rows.columns))

    def rank(self, read: "ReadPart") -> BlockResult | None:
        """Rank a part; None if it has to be ranked row by row."""
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
            self._block_bytes = min(2 * self._block_bytes, MOST_BYTES)
        elif took_s > _SLOW_S:
            self._block_bytes = max(self._block_bytes // 2, LEAST_BYTES)
        write = partial(encode, self._writer, rows, lines)
        return BlockResult(write, rejects, len(rows.numbers), lines.served)

    def _read(self, part: Block | Chunk) -> tuple[list[Reject], UnderstoodRows]:
        """Read a part; returns the rejects of the file reader, and the parsed rows."""
        names = self._reader.names
        if isinstance(part, Block):
            assert self._source is not None  # noqa: S101 - no other format has blocks
            numbers = np.arange(part.begin.number, part.end.number)
            lines = _BlockLines(part, self._source, self._columns.wanted)
            return [], self._reader.read(
                read_block(part, self._source, names), numbers, lines.record
            )
        rejects = [each for each in part.records if isinstance(each, Reject)]
        rows = [each for each in part.records if isinstance(each, Row)]
        others = [name for name in self._columns.wanted if name not in names]
        texts = texts_of_rows(rows, names, others)
        numbers = np.array([row.number for row in rows], np.int64)
        return rejects, self._reader.read(texts, numbers, rows.__getitem__)


class _BlockLines:
    """Read single lines of a block; splits the block at the first call."""

    def __init__(self, block: Block, source: CsvRows, wanted: Iterable[str]) -> None:
        self._block, self._source, self._wanted = block, source, wanted
        self._lines: list[bytes] = []

    def record(self, place: int) -> Row | Reject:
        """Read the line of an index."""
        if not self._lines:
            self._lines = self._block.data.splitlines(keepends=True)
        begin = self._block.begin
        mark = Mark(0, begin.number + place, begin.line + place)
        return self._source.record(self._lines[place], mark, self._wanted)


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items in order, and make the next one on a thread while the caller uses the last."""
    end = object()
    with ThreadPoolExecutor(1) as worker:
        future = worker.submit(next, items, end)
        while (item := future.result()) is not end:
            future = worker.submit(next, items, end)
            yield cast("T", item)


def _joined(chunks: Iterable[Chunk], limit: Callable[[], int]) -> Iterator[Chunk]:
    """Join chunks up to ``MOST_ROWS`` rows or ``limit()`` bytes."""
    records: list[Row | Reject] = []
    size, end = 0, None
    try:
        for chunk in chunks:
            records += chunk.records
            size += sum(len(each.raw) for each in chunk.records)
            end = chunk.end
            if len(records) >= MOST_ROWS or size >= limit():
                yield Chunk(records, end)
                records, size, end = [], 0, None
    except BadDataError:
        # If the input is truncated, the complete part comes first.
        if end is not None:
            yield Chunk(records, end)
        raise
    if end is not None:
        yield Chunk(records, end)
