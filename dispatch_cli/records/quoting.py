"""Where a CSV record ends: at a line end outside quotes, as ``csv.reader`` sees it."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from .values import MOST_BYTES

MOST_LINES = 500
"""A quoted field with more line breaks was never closed: what follows it are other records."""


class Cut(Struct, frozen=True, gc=False):
    """One record of a number of lines; ``fault`` is why it cannot be one."""

    raw: bytes
    lines: int = 1
    fault: str = ""


def is_open_after(line: bytes, delimiter: bytes, *, is_open: bool = False) -> bool:
    """Whether a quoted field is still open at the end of a line.

    A quote counts only where a field begins: in ``5" pipe`` it is a character like any other.
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
) -> tuple[list[Cut], Sequence[bytes]]:
    """Join lines to records; what is still open at the end comes back as it is.

    A quote that is never closed must not swallow what follows: where the joined lines do not fit
    the columns, the line in which the quote stands is a fault and the next begins a new record.
    """
    cuts: list[Cut] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if b'"' not in line or not is_open_after(line, delimiter):
            cuts.append(Cut(line))
            at += 1
            continue
        end, size, is_open = at + 1, len(line), True
        while is_open and end < len(lines) and end - at < MOST_LINES and size <= MOST_BYTES:
            size += len(lines[end])
            is_open = is_open_after(lines[end], delimiter, is_open=True)
            end += 1
        if size > MOST_BYTES:
            cuts.append(Cut(line, fault="too_long"))
            at += 1
        elif not is_open and fits(joined := b"".join(lines[at:end])):
            cuts.append(Cut(joined, end - at))
            at = end
        elif not is_open or is_end or end - at >= MOST_LINES:
            cuts.append(Cut(line, fault="open_quote"))
            at += 1
        else:
            return cuts, lines[at:]
    return cuts, ()


def closed_until(lines: bytes, delimiter: bytes) -> int:
    """How many bytes from the start are whole lines of which none leaves a quote open."""
    at = lines.find(b'"')
    while at >= 0:
        begin, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at) + 1 or len(lines)
        if is_open_after(lines[begin:end], delimiter):
            return begin
        at = lines.find(b'"', end)
    return len(lines)
