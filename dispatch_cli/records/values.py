"""What a reader gives: rows, rejects, and where in the file one can go on."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

MOST_BYTES = 1 << 20
"""A record with more bytes is no incident; it is never held as a whole."""

ROWS = 512
"""At most so many records make a chunk, and whoever works through it can say how far it is."""

Values = Mapping[str, Any]
"""The cells of a record by column: texts from CSV, whatever JSON or Parquet has from those."""


class Row(Struct, frozen=True, gc=False):
    """A record that can be read. ``number`` counts records from 1, ``line`` lines of the file.

    ``raw`` holds the bytes of the record as they stand in the file, with the line end.
    """

    number: int
    line: int
    raw: bytes
    values: Values


class Reject(Struct, frozen=True, gc=False):
    """A record that is not taken, and why.

    A record over ``MOST_BYTES`` comes in pieces: ``part`` counts them from 1, and all but the last
    have ``more``. ``part`` 0 is a record in one piece.
    """

    number: int
    line: int
    reason: str
    detail: str
    raw: bytes
    part: int = 0
    more: bool = False


class Mark(Struct, frozen=True):
    """A place between two records, or within one over ``MOST_BYTES`` (then ``part`` is not 0).

    ``offset`` counts bytes of the decompressed stream, in Parquet rows. ``number`` and ``line``
    are those of the record that comes next.
    """

    offset: int = 0
    number: int = 1
    line: int = 1
    part: int = 0


class Chunk(Struct, frozen=True, gc=False):
    """Some records in their order, and the mark behind the last."""

    records: list[Row | Reject]
    end: Mark


class Block(Struct, frozen=True, gc=False):
    """Lines that are a record each, not looked at any closer, for whoever works through columns.

    They end with ``\\n``, or the last without; no quote in a line is open at its end.
    """

    data: bytes
    begin: Mark
    count: int
    """How many records there are."""

    @property
    def end(self) -> Mark:
        """The mark behind the last."""
        begin, count = self.begin, self.count
        return Mark(begin.offset + len(self.data), begin.number + count, begin.line + count)
