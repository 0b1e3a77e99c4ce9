"""Check that a write-ahead log belongs to the database beside it, which SQLite does not.

SQLite replays any ``-wal`` onto any database file, so that a backup in the place of a log would get
pages of the old log. The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from .identity import NO_MARK, SINCE_VERSION, Stamp, stamp_in_page

_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_MAGIC = (0x377F0682, 0x377F0683)
_USER_VERSION = slice(60, 64)


class WalFrame(Struct, frozen=True):
    """A page in a write-ahead log; at the end of a commit, ``size`` is the database's in pages."""

    number: int
    size: int
    page: bytes
    checksum: bytes


class WalPages(Struct, frozen=True):
    """The page numbers in a write-ahead log, and how often it was restarted.

    ``sequence`` is None without a log.
    """

    sequence: int | None
    pages: frozenset[int]

    def follows(self, before: "WalPages | None") -> bool:
        """Return whether it was restarted once since, so that no other program has emptied it."""
        if before is None:
            return True
        known = before.sequence is not None and self.sequence is not None
        return known and self.sequence == (before.sequence or 0) + 1


def read_log(wal: Path) -> WalPages:
    """Read which pages are in a write-ahead log. Raises OSError."""
    try:
        file = _open(wal)
    except FileNotFoundError:
        return WalPages(None, frozenset())
    try:
        header = _read(file, _HEADER_BYTES, 0)
        if len(header) < _HEADER_BYTES:
            return WalPages(None, frozenset())
        pages = frozenset(frame.number for frame in _frames(file))
        return WalPages(int.from_bytes(header[12:16], "big"), pages)
    finally:
        os.close(file)


def read_head(wal: Path) -> bytes:
    """Read the header, which changes at each restart of a log; empty without a log."""
    try:
        file = _open(wal)
    except FileNotFoundError:
        return b""
    try:
        header = _read(file, _HEADER_BYTES, 0)
        return header if len(header) == _HEADER_BYTES else b""
    finally:
        os.close(file)


def replay(wal: Path, database: int) -> None:
    """Write the pages of all complete commits into a copy of the database. Raises OSError."""
    file = _open(wal)
    try:
        places: dict[int, int] = {}
        pending: dict[int, int] = {}
        size = page_bytes = 0
        place = _HEADER_BYTES
        for frame in _whole_frames(file):
            page_bytes = len(frame.page)
            pending[frame.number] = place + _FRAME_HEADER_BYTES
            place += _FRAME_HEADER_BYTES + page_bytes
            if frame.size:
                places.update(pending)
                pending.clear()
                size = frame.size
        for number, place in places.items():
            page = _read(file, page_bytes, place)
            write_all(database, page, (number - 1) * page_bytes)
        if size:
            os.ftruncate(database, size * page_bytes)
    finally:
        os.close(file)


def write_all(file: int, content: bytes, place: int) -> None:
    """Write all bytes, also if the system accepts only some at a time. Raises OSError."""
    rest = memoryview(content)
    while rest:
        written = os.pwrite(file, rest, place)
        rest, place = rest[written:], place + written


def belongs(wal: Path, database: int) -> bool:
    """Return whether a write-ahead log belongs to the database that is open for reading.

    It does if the database has the mark before the log's first commit, or that of a commit in the
    log. Frames that no commit follows are never replayed. Raises OSError.
    """
    try:
        file = _open(wal)
    except FileNotFoundError:
        return True
    try:
        return _follows(file, database)
    finally:
        os.close(file)


def _follows(wal: int, database: int) -> bool:
    first: Stamp | None = None
    found: Stamp | None = None
    pages: set[int] = set()
    size = 0
    for frame in _frames(wal):
        pages.add(frame.number)
        size = frame.size or size
        stamp = stamp_in_page(frame.page)
        if stamp is None:
            continue
        if first is None:
            first = stamp
            length = len(frame.page)
            found = stamp_in_page(_read(database, length, (frame.number - 1) * length))
        if found is not None and found.mark in (first.before, stamp.mark):
            return True
    if not size:
        return True
    if first is None:
        return _version(database) < SINCE_VERSION
    # The database has no stamp before its first commit, or after an interrupted VACUUM: then the
    # log has all pages.
    return found is None and (first.before == NO_MARK or pages.issuperset(range(1, size + 1)))


def _frames(wal: int) -> Iterator[WalFrame]:
    """Yield the frames since the last restart of the log; older ones have other salts."""
    header = _read(wal, _HEADER_BYTES, 0)
    if len(header) < _HEADER_BYTES or int.from_bytes(header[:4], "big") not in _MAGIC:
        return
    page_bytes = int.from_bytes(header[8:12], "big")
    if not 512 <= page_bytes <= 65536:
        return
    whole = _FRAME_HEADER_BYTES + page_bytes
    place = _HEADER_BYTES
    while True:
        frame = _read(wal, whole, place)
        if len(frame) < whole or frame[8:16] != header[16:24]:
            return
        number, size = (int.from_bytes(frame[at : at + 4], "big") for at in (0, 4))
        yield WalFrame(number, size, frame[_FRAME_HEADER_BYTES:], frame[16:_FRAME_HEADER_BYTES])
        place += whole


def _whole_frames(wal: int) -> Iterator[WalFrame]:
    """Yield the frames up to the first with a wrong checksum, as SQLite does."""
    header = _read(wal, _HEADER_BYTES, 0)
    order = "big" if header[3:4] == b"\x83" else "little"
    sums = _checksum(header[:24], (0, 0), order)
    if b"".join(each.to_bytes(4, "big") for each in sums) != header[24:32]:
        return
    for frame in _frames(wal):
        head = frame.number.to_bytes(4, "big") + frame.size.to_bytes(4, "big")
        sums = _checksum(head + frame.page, sums, order)
        if b"".join(each.to_bytes(4, "big") for each in sums) != frame.checksum:
            return
        yield frame


def _checksum(content: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """Continue a checksum: https://www.sqlite.org/fileformat2.html#checksum_algorithm."""
    from array import array

    words = array("I", content)
    if order != sys.byteorder:
        words.byteswap()
    one, two = sums
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return one, two


def _version(database: int) -> int:
    return int.from_bytes(_read(database, 100, 0)[_USER_VERSION], "big")


def _open(wal: Path) -> int:
    return os.open(wal, os.O_RDONLY | getattr(os, "O_BINARY", 0))


def _read(file: int, length: int, place: int) -> bytes:
    os.lseek(file, place, os.SEEK_SET)
    return os.read(file, length)
