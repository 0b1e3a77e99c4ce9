"""Read and write the stamp of a case log: its id and its last commit.

Every commit writes a new random mark and the mark before it. So a copy differs from its original,
and a write-ahead log from that of another copy.
"""

import os
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from .log_faults import TornRowError

if TYPE_CHECKING:
    import sqlite3

SINCE_VERSION = 5
"""The schema version from which every log has a stamp."""

NO_MARK = "0" * 16
"""Stands for the mark before the first."""

_LENGTH = 92
_TEXT = re.compile(
    r"dispatch-log:(?P<log>[0-9a-f]{32}):(?P<count>[0-9]{12}):(?P<mark>[0-9a-f]{16})"
    r":(?P<before>[0-9a-f]{16})"
)
_TABLE_LEAF = 13
# The only row of its page: length of the record, row number 1, the record's own header (its
# length, NULL for the row number, a text of 92 bytes). https://www.sqlite.org/fileformat2.html
_CELL = bytes([4 + _LENGTH, 1, 4, 0, 0x81, 0x45])


class Stamp(Struct, frozen=True):
    """The id of a log, how many commits it has had, and the marks of its last two."""

    log: str
    count: int
    mark: str
    before: str = NO_MARK

    def __str__(self) -> str:
        return f"dispatch-log:{self.log}:{self.count:012d}:{self.mark}:{self.before}"


class AcknowledgedCommit(Struct, frozen=True):
    """The last commit as recorded in the lock file: its stamp, and the journal's head.

    ``head`` is "" if an older version has written the record. ``coming`` is the last commit of the
    log that a restore was about to put in the place of this one.
    """

    stamp: Stamp
    head: str
    coming: "AcknowledgedCommit | None" = None

    @property
    def commits(self) -> int:
        """The most commits that a log at the path can have had by this record."""
        return max(self.stamp.count, self.coming.commits if self.coming else 0)


def parse_stamp(text: str) -> Stamp | None:
    """Read a stamp; None for any other text."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    return Stamp(match["log"], int(match["count"]), match["mark"], match["before"])


def stamp_in_page(page: bytes) -> Stamp | None:
    """Read the stamp from the bytes of a database page; None for any other page."""
    if len(page) < 512 or page[0] != _TABLE_LEAF or page[3:5] != b"\0\1":
        return None
    begin = int.from_bytes(page[8:10], "big")
    if page[begin : begin + len(_CELL)] != _CELL:
        return None
    text = page[begin + len(_CELL) : begin + len(_CELL) + _LENGTH]
    return parse_stamp(text.decode("ascii", "replace"))


def read_stamp(connection: "sqlite3.Connection") -> Stamp:
    """Read the stamp of an open log; raises TornRowError if it has none."""
    row = connection.execute("SELECT stamp FROM identity").fetchone()
    stamp = parse_stamp(row[0]) if row and isinstance(row[0], str) else None
    if stamp is None:
        raise TornRowError
    return stamp


def begin(connection: "sqlite3.Connection") -> None:
    """Write the stamp of a new log: an id of its own, and no commit."""
    stamp = Stamp(os.urandom(16).hex(), 0, os.urandom(8).hex())
    connection.execute("UPDATE identity SET stamp = ?", (str(stamp),))


def renew(connection: "sqlite3.Connection", *, after: int = 0) -> Stamp:
    """Write a new mark for the current commit, with a number above ``after``."""
    last = read_stamp(connection)
    count = max(last.count, after) + 1
    stamp = Stamp(last.log, count, os.urandom(8).hex(), last.mark)
    connection.execute("UPDATE identity SET stamp = ?", (str(stamp),))
    return stamp
