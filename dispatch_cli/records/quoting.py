"""Cut CSV lines into records: a record ends at a line end outside quotes, as in ``csv.reader``."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from .values import MOST_BYTES

MOST_LINES = 500
"""Lines in one record at most. A quoted field with more counts as one that is never closed."""


class RecordBytes(Struct, frozen=True, gc=False):
    """The bytes of one record, its number of lines, and the reason of its reject or ""."""

    raw: bytes
    lines: int = 1
    fault: str = ""


def is_open_after(line: bytes, delimiter: bytes, *, is_open: bool = False) -> bool:
    """Return whether a quoted field is still open at the end of a line.

    A quote opens a field only at its beginning: in ``5" pipe`` it is an ordinary character.
    ``is_open`` means that the line begins inside a quoted field.
    """
    at = 0
    next_quoted = delimiter + b'"'
    if not is_open:
        if line[:1] == b'"':
            at = 1
        else:
            at = line.find(next_quoted) + 2
            if at == 1:
                return False
    while True:
        at = line.find(b'"', at) + 1
        if at == 0:
            return True
        if line[at : at + 1] == b'"':
            at += 1
            continue
        at = line.find(next_quoted, at) + 2
        if at == 1:
            return False


def cut_records(
    lines: Sequence[bytes], delimiter: bytes, *, fits: Callable[[bytes], bool], is_end: bool
) -> tuple[list[RecordBytes], Sequence[bytes]]:
    """Join lines to records; the second value has the lines of an incomplete last record.

    ``fits`` tells whether joined lines have the right number of cells. If they do not, the quote
    was never closed: then only its own line is a fault, and the next line begins a new record.
    """
    cuts: list[RecordBytes] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if b'"' not in line or not is_open_after(line, delimiter):
            cuts.append(RecordBytes(line))
            at += 1
            continue
        end, size, is_open = at + 1, len(line), True
        while is_open and end < len(lines) and end - at < MOST_LINES and size <= MOST_BYTES:
            size += len(lines[end])
            is_open = is_open_after(lines[end], delimiter, is_open=True)
            end += 1
        if size > MOST_BYTES:
            cuts.append(RecordBytes(line, fault="too_long"))
            at += 1
        elif not is_open and fits(joined := b"".join(lines[at:end])):
            cuts.append(RecordBytes(joined, end - at))
            at = end
        elif not is_open or is_end or end - at >= MOST_LINES:
            cuts.append(RecordBytes(line, fault="open_quote"))
            at += 1
        else:
            return cuts, lines[at:]
    return cuts, ()


def closed_until(lines: bytes, delimiter: bytes) -> int:
    """Return the number of leading bytes that are whole lines without an open quote."""
    at = lines.find(b'"')
    while at >= 0:
        begin, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at) + 1 or len(lines)
        if is_open_after(lines[begin:end], delimiter):
            return begin
        at = lines.find(b'"', end)
    return len(lines)
