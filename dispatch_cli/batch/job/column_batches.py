"""Rank a batch in columns instead of row by row, with the same bytes, rejects and counts."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator

import numpy as np
from msgspec import Struct

from ...errors import BadDataError
from ...records.csv_columns import read_block
from ...records.csv_rows import CsvRows
from ...records.open_records import RecordReader
from ...records.values import Block, Chunk, Mark, Reject, Row
from ..compiled.column_engine import ColumnEngine
from ..compiled.parallel import in_order
from ..compiled.parsed_columns import ParsedColumns
from ..compiled.result_columns import OfferRows, rank_lines
from ..read.column_mapping import ColumnMapping
from ..read.row_reader import RowReader
from ..read.text_rows import TextReader, texts_of_rows
from ..write.frame_writer import encode
from ..write.result_writer import ResultWriter

LEAST_BYTES, MOST_BYTES = 1 << 19, 1 << 22
"""Limits of the block size. A block with many unusual rows is slow, and checkpoints wait for it."""
MOST_BYTES_AT_ONCE = 1 << 24
"""All blocks together that are worked on at a time: more threads have smaller ones."""
_QUICK_S, _SLOW_S = 0.6, 1.6
"""Seconds that a block takes: below the first its size is doubled, above the second halved."""
LEAST_ROWS, MOST_ROWS = 100, 1 << 14
"""Fewer rows are faster row by row; more rows of JSON lines or Parquet are not collected."""


class BlockResult(Struct, frozen=True):
    """The result of a block: its bytes, its rejects, and the counts of rows ranked and served."""

    data: bytes | memoryview
    rejects: list[Reject]
    ranked: int
    served: int


class ColumnBatches:
    """Rank blocks of CSV lines, or many rows of the other formats at a time."""

    def __init__(
        self,
        source: RecordReader,
        reader: RowReader,
        columns: ColumnMapping,
        engine: ColumnEngine,
        writer: ResultWriter,
    ) -> None:
        self._source = source if isinstance(source, CsvRows) else None
        self._engine, self._columns, self._writer = engine, columns, writer
        self._reader = TextReader(reader, columns.keep)
        self._offers = OfferRows()
        at_once = MOST_BYTES_AT_ONCE // (engine.threads + 1)
        self._block_bytes = LEAST_BYTES
        self._most_bytes = max(LEAST_BYTES, min(MOST_BYTES, at_once))

    def _block_limit(self) -> int:
        return self._block_bytes

    def results(
        self, records: RecordReader, mark: Mark, *, is_file: bool
    ) -> Generator[tuple[Block | Chunk, BlockResult | None], None, None]:
        """Rank the input from a mark to the end, in blocks of CSV lines or joined chunks.

        A result is None if the part has to be ranked row by row. Of a file several parts are
        worked on at a time. A stream may give nothing for as long as it likes: each part of it is
        written before the next one is waited for.
        """
        wanted = self._columns.wanted
        if self._source is not None:
            parts = self._source.parts(mark, wanted, self._block_limit)
        else:
            parts = _joined(records.chunks(mark, wanted), self._block_limit)
        if is_file:
            return in_order(parts, self._rank, self._engine.threads)
        return ((part, self._rank(part)) for part in parts)

    def _rank(self, part: Block | Chunk) -> BlockResult | None:
        """Read, rank and write a part."""
        if isinstance(part, Chunk) and len(part.records) < LEAST_ROWS:
            return None
        begun = time.monotonic()
        rejects, rows = self._read(part)
        lines = rank_lines(self._engine, self._engine.prepare(rows.columns), self._offers)
        if rejects:
            rejects = sorted([*rejects, *rows.rejects], key=lambda each: (each.number, each.part))
        data = encode(self._writer, rows, lines)
        took_s = time.monotonic() - begun
        if took_s < _QUICK_S:
            self._block_bytes = min(2 * self._block_bytes, self._most_bytes)
        elif took_s > _SLOW_S:
            self._block_bytes = max(self._block_bytes // 2, LEAST_BYTES)
        return BlockResult(data, rejects or rows.rejects, rows.columns.count, lines.served)

    def _read(self, part: Block | Chunk) -> tuple[list[Reject], ParsedColumns]:
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
