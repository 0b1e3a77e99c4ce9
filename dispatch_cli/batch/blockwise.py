"""A batch by many rows at a time instead of row by row: the same bytes, rejects and counts."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..errors import BadDataError
from ..records import Block, Chunk, Mark, Reject, Row
from ..records.csv_rows import CsvRows
from ..records.opening import Rows as RecordRows
from ..records.writing import guarded
from .blocks import Blocks
from .compiled import CompiledEngine, Ranking
from .mapping import Columns
from .offers import Shape
from .output import Objects, Table
from .rows import Rows
from .sheet import Fields, Lines, Sheet
from .understood import Understood
from .written import csv_cell, csv_of, json_of, ranked

LEAST_BYTES, MOST_BYTES = 1 << 19, 1 << 22
"""Sizes of blocks: where many rows are odd one takes long, and nothing is safe until it ends."""
_QUICK_S, _SLOW_S = 0.3, 0.8
LEAST_ROWS, MOST_ROWS = 100, 1 << 14
"""Fewer rows are done sooner one by one; of those that were read so no more wait together."""
_CSV_SIGNS = b',"\r\n'
_ESCAPES: dict[str, tuple[Callable[[str], bytes], bytes]] = {
    "csv": (lambda text: csv_cell(text).encode(), _CSV_SIGNS),
    # A formula begins with one of these signs, or with a wide one, whose first byte is the last.
    "spreadsheet": (lambda text: csv_cell(guarded(text)).encode(), _CSV_SIGNS + b"=+-@\t\xef"),
    "jsonl": (lambda text: msgspec.json.encode(text)[1:-1], bytes([*range(32), *b'"\\'])),
}


class Written(Struct, frozen=True):
    """What became of a block: the bytes for the output, the rejects, and the counts."""

    pieces: list[memoryview]
    rejects: list[Reject]
    ranked: int
    served: int


class Blockwise:
    """Works through blocks of lines, and through rows that were read one by one.

    ``source`` is None where there are no blocks.
    """

    def __init__(
        self,
        source: CsvRows | None,
        rows: Rows,
        columns: Columns,
        engine: CompiledEngine,
        output: Table | Objects,
    ) -> None:
        self._source, self._engine, self._columns = source, engine, columns
        # What becomes Parquet is written as CSV first.
        self._form = "csv" if output.form == "parquet" else output.form
        self._blocks = Blocks(rows, columns.keep, _ESCAPES[self._form])
        self._most = LEAST_BYTES

    def most(self) -> int:
        """How many bytes the next block may have."""
        return self._most

    def parts(self, records: RecordRows, mark: Mark) -> Iterator[Block | Chunk]:
        """Read on from a mark: blocks where there are any, else as many rows as are worth it."""
        wanted = self._columns.wanted
        if self._source is not None:
            return self._source.parts(mark, wanted, self.most)
        return _gathered(records.chunks(mark, wanted), self.most)

    def work(self, part: Block | Chunk) -> Written | None:
        """Understand, rank and write; None where there are too few rows for it."""
        if isinstance(part, Chunk) and len(part.records) < LEAST_ROWS:
            return None
        begun = time.monotonic()
        early, sheet = self._sheet(part)
        rows = self._blocks.read(sheet)
        found = self._ranked(rows) if rows.count else Written([], rows.rejects, 0, 0)
        if early:
            rejects = sorted([*early, *found.rejects], key=lambda each: (each.number, each.part))
            found = replace(found, rejects=rejects)
        took_s = time.monotonic() - begun
        if took_s < _QUICK_S:
            self._most = min(2 * self._most, MOST_BYTES)
        elif took_s > _SLOW_S:
            self._most = max(self._most // 2, LEAST_BYTES)
        return found

    def _sheet(self, part: Block | Chunk) -> tuple[list[Reject], Sheet]:
        """What was rejected when it was read, and the rows."""
        names = self._blocks.names
        if isinstance(part, Block):
            assert self._source is not None  # noqa: S101 - nothing else has blocks
            return [], Lines(part, self._source, names, self._columns.wanted, self._engine)
        rejects = [each for each in part.records if isinstance(each, Reject)]
        rows = [each for each in part.records if isinstance(each, Row)]
        others = [name for name in self._columns.wanted if name not in names]
        return rejects, Fields(rows, names, others, self._engine)

    def _ranked(self, rows: Understood) -> Written:
        out, lines, rankings = ranked(self._engine, rows)
        if self._form != "jsonl":
            pieces = csv_of(self._engine, out, lines, rows.numbers, rows.cells, form=self._form)
        else:
            kinds = list(dict.fromkeys(one.kind for one in rows.incidents))
            number = {kind: at for at, kind in enumerate(kinds)}
            of_said = np.array([number[one.kind] for one in rows.incidents], np.int64)
            pieces = json_of(
                self._engine,
                out,
                lines,
                rows.numbers,
                rows.cells,
                kinds=(of_said[rows.said], kinds),
                keep=self._columns.keep,
            )
        served = _served(rows, out.shape, out.shapes, rankings)
        return Written(pieces, rows.rejects, rows.count, served)


def _gathered(chunks: Iterable[Chunk], most: Callable[[], int]) -> Iterator[Chunk]:
    """Put chunks together until they hold as many rows, or bytes, as are worked out at once."""
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


def _served(
    rows: Understood, shape: Any, shapes: Sequence[Shape], rankings: Sequence[Ranking]
) -> int:
    """How many rows are served, as ``output.Result`` has it."""
    nothing_asked = np.array([not one.sides for one in shapes], np.bool_)
    is_served = nothing_asked[shape]
    for ranking in rankings:
        is_served[ranking.row[ranking.found.offer[:, 0] >= 0]] = True
    return int(is_served.sum())
