"""Where the bytes come from: a file, a gzip file or a stream, read forwards once."""

import os
import stat
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..errors import BadDataError, Problem, UsageError

BLOCK = 1 << 18
_GZIP = b"\x1f\x8b"
STDIN = "-"


class Source:
    """Bytes, decompressed, with the number of those that were taken so far.

    ``size`` is the file's own size, None for a stream; ``done`` says how much of it is read.
    """

    def __init__(self, name: str, file: BinaryIO, size: int | None) -> None:
        self.name = name
        self.size = size
        self.offset = 0
        self._file = file
        self._back = b""
        first = _filled(file.read, len(_GZIP))
        self.is_gzip = first == _GZIP
        if self.is_gzip:
            self._read: Callable[[int], bytes] = _Unzipped(file.read, first).read
        else:
            self._read, self._back = file.read, first

    @property
    def done(self) -> int:
        """How many bytes of the file itself have been read."""
        return self._file.tell() if self.size is not None else self.offset

    def read(self, most: int = BLOCK) -> bytes:
        """Read some bytes, empty at the end; raises BadDataError where they cannot be read."""
        if self._back:
            block, self._back = self._back[:most], self._back[most:]
        else:
            try:
                block = self._read(most)
            except (OSError, EOFError, zlib.error) as error:
                raise BadDataError(
                    Problem(f"cannot be read beyond byte {self.offset}: {error}", file=self.name)
                ) from None
        self.offset += len(block)
        return block

    def peek(self) -> bytes:
        """Look at the first block, or all there is, without taking it."""
        data = b""
        while len(data) < BLOCK and (block := self.read()):
            data += block
        self.unread(data)
        return data

    def unread(self, data: bytes) -> None:
        """Put back what was read too far."""
        self._back = data + self._back
        self.offset -= len(data)

    def skip_to(self, offset: int) -> None:
        """Go on at an offset of the decompressed stream that is not behind; raises BadDataError."""
        if not self.is_gzip and self.size is not None and offset >= self.offset + len(self._back):
            self._file.seek(offset)
            self._back, self.offset = b"", offset
        while self.offset < offset:
            if not self.read(min(BLOCK, offset - self.offset)):
                raise BadDataError(Problem(f"ends before byte {offset}", file=self.name))

    def close(self) -> None:
        """Let go of the file; stdin stays open."""
        if self.name != STDIN:
            self._file.close()


class _Unzipped:
    """What a gzip stream holds, whole members one after the other."""

    def __init__(self, read: Callable[[int], bytes], first: bytes) -> None:
        self._compressed, self._left = read, first
        self._member = zlib.decompressobj(wbits=31)

    def read(self, most: int) -> bytes:
        """Read some bytes; raises EOFError where the stream ends too early, and zlib.error."""
        while True:
            if self._member.eof:
                self._left = (self._member.unused_data or self._compressed(BLOCK)).lstrip(b"\0")
                if not self._left:
                    return b""
                self._member = zlib.decompressobj(wbits=31)
            block = self._member.decompress(self._left, most)
            self._left = self._member.unconsumed_tail
            if block:
                return block
            if not self._left and not self._member.eof:
                self._left = self._compressed(BLOCK)
                if not self._left:
                    raise EOFError("the gzip stream is cut off")


def _filled(read: Callable[[int], bytes], size: int) -> bytes:
    """Read a number of bytes from what may give them one by one, as a pipe does."""
    data = b""
    while len(data) < size and (more := read(size - len(data))):
        data += more
    return data


def open_source(path: str) -> Source:
    """Open a file or, for ``-``, stdin; raises BadDataError for a folder or a missing file."""
    if path == STDIN:
        if sys.stdin is None:  # pragma: no cover - started without one
            raise UsageError("there is no stdin to read from")
        return Source(STDIN, sys.stdin.buffer, None)
    if "\0" in path:
        raise UsageError("the name of the input holds a NUL character")
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise BadDataError(Problem("is a folder, not a file of incidents", file=path))
        file = Path(path).open("rb")  # noqa: SIM115 - the source closes it
    except OSError as error:
        raise BadDataError(Problem(f"cannot be read: {error.strerror}", file=path)) from None
    return Source(path, file, found.st_size if stat.S_ISREG(found.st_mode) else None)


def is_regular(path: str) -> bool:
    """Whether it is a file that can be read a second time."""
    return path != STDIN and os.path.isfile(path)
