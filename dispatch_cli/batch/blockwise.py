"""A batch by blocks of lines instead of row by row: the same bytes, the same rejects and counts."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from ..records import Block, Reject
from ..records.csv_rows import CsvRows
from .blocks import Blocks
from .compiled import CompiledEngine, Ranking
from .mapping import Columns
from .offers import Shape
from .output import Objects, Table
from .rows import Rows
from .understood import Understood
from .written import csv_cell, csv_of, json_of, ranked

LEAST_BYTES, MOST_BYTES = 1 << 19, 1 << 22
"""Sizes of blocks: where many rows are odd one takes long, and nothing is safe until it ends."""
_QUICK_S, _SLOW_S = 0.3, 0.8
_ESCAPES = {
    "csv": (lambda text: csv_cell(text).encode(), b',"\r\n'),
    "jsonl": (lambda text: msgspec.json.encode(text)[1:-1], bytes([*range(32), *b'"\\'])),
}


class Written(Struct, frozen=True):
    """What became of a block: the bytes for the output, the rejects, and the counts."""

    pieces: list[memoryview]
    rejects: list[Reject]
    ranked: int
    served: int


class Blockwise:
    """Works through blocks."""

    def __init__(
        self,
        source: CsvRows,
        rows: Rows,
        columns: Columns,
        engine: CompiledEngine,
        output: Table | Objects,
    ) -> None:
        self._engine, self._keep = engine, columns.keep
        self._is_csv = isinstance(output, Table)
        escape: Any = _ESCAPES["csv" if self._is_csv else "jsonl"]
        self._blocks = Blocks(source, rows, columns.wanted, columns.keep, escape)
        self._most = LEAST_BYTES

    def most(self) -> int:
        """How many bytes the next block may have."""
        return self._most

    def work(self, block: Block) -> Written:
        """Understand, rank and write a block."""
        begun = time.monotonic()
        rows = self._blocks.read(block, self._engine)
        found = self._ranked(rows) if rows.count else Written([], rows.rejects, 0, 0)
        took_s = time.monotonic() - begun
        if took_s < _QUICK_S:
            self._most = min(2 * self._most, MOST_BYTES)
        elif took_s > _SLOW_S:
            self._most = max(self._most // 2, LEAST_BYTES)
        return found

    def _ranked(self, rows: Understood) -> Written:
        out, lines, rankings = ranked(self._engine, rows)
        if self._is_csv:
            pieces = csv_of(self._engine, out, lines, rows.numbers, rows.cells)
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
                keep=self._keep,
            )
        served = _served(rows, out.shape, out.shapes, rankings)
        return Written(pieces, rows.rejects, rows.count, served)


def _served(
    rows: Understood, shape: Any, shapes: Sequence[Shape], rankings: Sequence[Ranking]
) -> int:
    """How many rows are served, as ``output.Result`` has it."""
    nothing_asked = np.array([not one.sides for one in shapes], np.bool_)
    is_served = nothing_asked[shape]
    for ranking in rankings:
        is_served[ranking.row[ranking.found.offer[:, 0] >= 0]] = True
    return int(is_served.sum())
