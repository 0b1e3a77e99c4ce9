"""Read the bytes of a file, a gzip file or a stream, forwards and once."""

import os
import stat
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..errors import BadDataError, Problem, UsageError

BLOCK = 1 << 18
"""Bytes read at a time."""
_GZIP = b"\x1f\x8b"
STDIN = "-"


class InputStream:
    """A forward reader of decompressed bytes; ``offset`` counts the bytes read so far.

    ``size`` is the size of the file on disk, compressed or not; None for a stream.
    """

    def __init__(self, name: str, file: BinaryIO, size: int | None) -> None:
        self.name = name
        self.size = size
        self.offset = 0
        self._file = file
        self._unread = b""
        self._has_ended = False
        first = _read_fully(file.read, len(_GZIP))
        self.is_gzip = first == _GZIP
        if self.is_gzip:
            self._read: Callable[[int], bytes] = _GzipReader(file.read, first).read
        else:
            self._read, self._unread = file.read, first

    @property
    def done(self) -> int:
        """The number of bytes read so far from the ``size`` bytes of the file on disk."""
        return self._file.tell() if self.size is not None else self.offset

    def read(self, most: int = BLOCK) -> bytes:
        """Read up to ``most`` bytes, none at the end; raises BadDataError for a read error."""
        if self._unread:
            block, self._unread = self._unread[:most], self._unread[most:]
        else:
            try:
                block = self._read(most)
            except (OSError, EOFError, zlib.error) as error:
                raise BadDataError(
                    Problem.at(
                        self.name,
                        "cannot be read beyond byte {offset}: {error}",
                        offset=self.offset,
                        error=error,
                    )
                ) from None
        self._has_ended |= not block
        self.offset += len(block)
        return block

    def peek(self) -> bytes:
        """Return up to ``BLOCK`` bytes without consuming them."""
        data = b""
        while len(data) < BLOCK and (block := self.read()):
            data += block
        self.unread(data)
        return data

    def first_lines(self, most: int) -> list[bytes]:
        """Return up to ``most`` whole lines that are in memory already, without consuming them.

        A stream may give no more data for as long as it likes, so that nothing is read.
        """
        lines = self._unread.splitlines(keepends=True)
        if lines and not self._has_ended:
            lines.pop()  # the rest of it may not be read yet
        return lines[:most]

    def unread(self, data: bytes) -> None:
        """Return bytes to the source, to be read again."""
        self._unread = data + self._unread
        self.offset -= len(data)

    def skip_to(self, offset: int) -> None:
        """Skip forwards to an offset of the decompressed bytes.

        Raises BadDataError if the source ends before the offset.
        """
        if not self.is_gzip and self.size is not None and offset >= self.offset + len(self._unread):
            self._file.seek(offset)
            self._unread, self.offset = b"", offset
        while self.offset < offset:
            if not self.read(min(BLOCK, offset - self.offset)):
                raise BadDataError(
                    Problem.at(self.name, "the input ends before byte {offset}", offset=offset)
                )

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self.name != STDIN:
            self._file.close()


class _GzipReader:
    """Decompress the members of a gzip stream, one after the other."""

    def __init__(self, read: Callable[[int], bytes], first: bytes) -> None:
        self._compressed, self._pending = read, first
        self._member = zlib.decompressobj(wbits=31)

    def read(self, most: int) -> bytes:
        """Read up to ``most`` bytes; raises EOFError for a truncated stream, and zlib.error."""
        while True:
            if self._member.eof:
                self._pending = (self._member.unused_data or self._compressed(BLOCK)).lstrip(b"\0")
                if not self._pending:
                    return b""
                self._member = zlib.decompressobj(wbits=31)
            block = self._member.decompress(self._pending, most)
            self._pending = self._member.unconsumed_tail
            if block:
                return block
            if not self._pending and not self._member.eof:
                self._pending = self._compressed(BLOCK)
                if not self._pending:
                    raise EOFError("the gzip stream is truncated")


def _read_fully(read: Callable[[int], bytes], size: int) -> bytes:
    """Read ``size`` bytes, or all up to the end; a pipe may return them one by one."""
    data = b""
    while len(data) < size and (more := read(size - len(data))):
        data += more
    return data


def open_input(path: str) -> InputStream:
    """Open a file or, for ``-``, stdin; raises BadDataError for a folder or a missing file."""
    if path == STDIN:
        if sys.stdin is None:  # pragma: no cover - a process may be started without stdin
            raise UsageError("stdin is closed; name an input file instead of -")
        return InputStream(STDIN, sys.stdin.buffer, None)
    if "\0" in path:
        raise UsageError("the name of the input contains a NUL character")
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise BadDataError(Problem("is a folder, not a regular file", file=path))
        file = Path(path).open("rb")  # noqa: SIM115 - the source closes it
    except OSError as error:
        raise BadDataError(
            Problem.at(path, "cannot be read: {strerror}", strerror=error.strerror)
        ) from None
    return InputStream(path, file, found.st_size if stat.S_ISREG(found.st_mode) else None)


def is_regular(path: str) -> bool:
    """Return whether the input is a regular file, which can be read a second time."""
    return path != STDIN and os.path.isfile(path)
