"""The values that readers return: rows, rejects, and marks where reading can resume."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ..messages import Message

MOST_BYTES = 1 << 20
"""Bytes in one record at most. A longer record is rejected in pieces, never held as a whole."""

ROWS = 512
"""Records in one chunk at most; a batch reports its progress after each chunk."""

Values = Mapping[str, Any]
"""The cells of a record by column: texts from CSV, any JSON value from the other formats."""


class Row(Struct, frozen=True, gc=False):
    """A readable record. ``number`` counts records from 1, ``line`` the lines of the file from 1.

    ``raw`` has the bytes of the record in the file, with the line end.
    """

    number: int
    line: int
    raw: bytes
    values: Values


class Reject(Struct, frozen=True, gc=False):
    """A rejected record, or one piece of it, with the reason as an id and a detail as a sentence.

    A record over ``MOST_BYTES`` comes in pieces: ``part`` counts them from 1, and all but the last
    have ``more``. ``part`` is 0 for a record in one piece. ``unknown_kind`` is the text of a kind
    that is not known, whole.
    """

    number: int
    line: int
    reason: str
    detail: Message | str
    raw: bytes
    part: int = 0
    more: bool = False
    unknown_kind: str = ""


class Mark(Struct, frozen=True):
    """A position between two records, or inside one over ``MOST_BYTES`` if ``part`` is not 0.

    ``offset`` counts decompressed bytes, in Parquet rows. ``number`` and ``line`` are those of the
    next record.
    """

    offset: int = 0
    number: int = 1
    line: int = 1
    part: int = 0


class Chunk(Struct, frozen=True, gc=False):
    """Consecutive records, and the mark behind the last."""

    records: list[Row | Reject]
    end: Mark


class Block(Struct, frozen=True, gc=False):
    """Unparsed CSV lines for reading in columns, each line one record.

    Each ends with ``\\n``, which the last may lack; no quoted field is open at a line end.
    ``count`` is the number of records.
    """

    data: bytes
    begin: Mark
    count: int

    @property
    def end(self) -> Mark:
        """The mark behind the last record."""
        begin, count = self.begin, self.count
        return Mark(begin.offset + len(self.data), begin.number + count, begin.line + count)
