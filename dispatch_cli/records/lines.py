"""Lines of bytes, with their ends, out of blocks; a line over the limit comes in pieces."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from .values import MOST_BYTES


class Lines(Struct, frozen=True):
    """Whole lines, each with its end, and all of them joined."""

    joined: bytes
    lines: list[bytes]


class Piece(Struct, frozen=True):
    """A part of a line that is longer than ``MOST_BYTES``; the last one has no ``more``."""

    raw: bytes
    more: bool


def lines_of(read: Callable[[], bytes], *, within: bool = False) -> Iterator[Lines | Piece]:
    r"""Cut a stream at ``\n``, ``\r\n`` and lone ``\r``; every byte comes out once, in order.

    ``within``: the stream begins in the middle of a line that is too long.
    """
    left = b""
    while block := read():
        data = left + block
        if within:
            end = _first_end(data)
            if end:
                yield Piece(data[:end], more=False)
                left, within = data[end:], False
            else:
                # A "\r" at the very end may be the half of "\r\n".
                kept = len(data) - data.endswith(b"\r")
                if kept:
                    yield Piece(data[:kept], more=True)
                left = data[kept:]
            continue
        # What is behind the last line end is not complete; nor is a "\r" at the very end.
        end = 1 + max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1))
        if end:
            yield from _complete(data[:end])
        left = data[end:]
        if len(left) > MOST_BYTES:
            kept = len(left) - left.endswith(b"\r")
            yield Piece(left[:kept], more=True)
            left, within = left[kept:], True
    if within:
        yield Piece(left, more=False)
    elif left:
        yield from _complete(left)


def _complete(data: bytes) -> Iterator[Lines | Piece]:
    """Lines that are whole; only the first, which is older than this block, can be too long."""
    lines = data.splitlines(keepends=True)
    first = len(lines[0])
    if first > MOST_BYTES:
        yield Piece(lines[0], more=False)
        if lines[1:]:
            yield Lines(data[first:], lines[1:])
    else:
        yield Lines(data, lines)


def _first_end(data: bytes) -> int:
    """Where the first line ends, or 0 if that cannot be said yet."""
    ends = [at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0]
    if not ends:
        return 0
    at = min(ends)
    if data[at : at + 1] == b"\n":
        return at + 1
    if at + 1 == len(data):
        return 0
    return at + 1 + (data[at + 1 : at + 2] == b"\n")
