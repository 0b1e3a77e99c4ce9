"""Lines of bytes, with their ends, out of blocks; a line over the limit comes in pieces."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from .values import MOST_BYTES

PIECE = 1 << 18


class Lines(Struct, frozen=True):
    """Whole lines in one; whoever works through columns never needs them apart."""

    joined: bytes

    @property
    def lines(self) -> list[bytes]:
        """Each line with its end."""
        return self.joined.splitlines(keepends=True)


class Piece(Struct, frozen=True):
    """A part of a line that is longer than ``MOST_BYTES``; the last one has no ``more``.

    All but the last have ``PIECE`` bytes, wherever the reading began: a batch that goes on in the
    middle of a line must write the same pieces.
    """

    raw: bytes
    more: bool


def lines_of(read: Callable[[], bytes], *, within: bool = False) -> Iterator[Lines | Piece]:
    r"""Cut a stream at ``\n``, ``\r\n`` and lone ``\r``; every byte comes out once, in order.

    ``within``: the stream begins behind a piece of a line that is too long.
    """
    left = b""
    while block := read():
        data = left + block
        if not within:
            # What is behind the last line end is not complete; nor is a "\r" at the very end.
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
    """Lines that are whole; only the first, which is older than this block, can be too long."""
    # Without an end, or with a "\r" at the very end, it is the last line of all.
    first = _first_end(data) or len(data)
    if first > MOST_BYTES:
        yield from _pieces(data[:first])
        data = data[first:]
    if data:
        yield Lines(data)


def _pieces(data: bytes) -> Iterator[Piece]:
    """The last pieces of a line, which ends with these bytes."""
    for at in range(0, max(1, len(data)), PIECE):
        yield Piece(data[at : at + PIECE], more=at + PIECE < len(data))


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
