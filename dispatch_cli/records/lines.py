"""Cut blocks of bytes into lines with their ends, and lines over the limit into pieces."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from .values import MOST_BYTES

PIECE = 1 << 18
"""Bytes in a piece of a line over the limit."""


class Lines(Struct, frozen=True):
    """Whole lines, still joined: reading in columns needs no list of them."""

    joined: bytes

    @property
    def lines(self) -> list[bytes]:
        """The single lines, each with its end."""
        return self.joined.splitlines(keepends=True)


class Piece(Struct, frozen=True):
    """A part of a line over ``MOST_BYTES``; ``more`` is False for the last one.

    All but the last have ``PIECE`` bytes, so that a batch resumed inside a line writes the same
    pieces.
    """

    raw: bytes
    more: bool


def lines_of(read: Callable[[], bytes], *, within: bool = False) -> Iterator[Lines | Piece]:
    r"""Cut a stream at ``\n``, ``\r\n`` and lone ``\r``; yields every byte once, in order.

    ``within`` means that the stream begins inside a line over the limit, behind one of its pieces.
    """
    left = b""
    while block := read():
        data = left + block
        if not within:
            # Behind the last line end the line is incomplete, and a final "\r" may be half of one.
            end = 1 + max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1))
            if end:
                yield from _complete(data[:end])
                data = data[end:]
            within = len(data) > MOST_BYTES
        if within:
            end = _first_end(data)
            if end:
                yield from _pieces(data[:end])
                data, within = data[end:], False
            else:
                whole = (len(data) - 1) // PIECE * PIECE
                for at in range(0, whole, PIECE):
                    yield Piece(data[at : at + PIECE], more=True)
                data = data[whole:]
        left = data
    if within:
        yield from _pieces(left)
    elif left:
        yield from _complete(left)


def _complete(data: bytes) -> Iterator[Lines | Piece]:
    """Yield whole lines; only the first, which began in an earlier block, can be too long."""
    # A line without an end, or with a final "\r", is the last line of the stream.
    first = _first_end(data) or len(data)
    if first > MOST_BYTES:
        yield from _pieces(data[:first])
        data = data[first:]
    if data:
        yield Lines(data)


def _pieces(data: bytes) -> Iterator[Piece]:
    """Yield the last pieces of a line, which ends with these bytes."""
    for at in range(0, max(1, len(data)), PIECE):
        yield Piece(data[at : at + PIECE], more=at + PIECE < len(data))


def _first_end(data: bytes) -> int:
    """Return the offset behind the first line end, or 0 if the block does not contain it."""
    ends = [at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0]
    if not ends:
        return 0
    at = min(ends)
    if data[at : at + 1] == b"\n":
        return at + 1
    if at + 1 == len(data):
        return 0
    return at + 1 + (data[at + 1 : at + 2] == b"\n")
