"""The reject file: one JSON object a line, from which the original bytes come back exactly.

Bytes that are UTF-8 stand as ``text``, all others as ``base64``. A record over the limit takes
several lines, in order: they have ``part``, and all but the last ``more``.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator

import msgspec

from .values import Reject


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    row: int
    line: int
    reason: str
    detail: str = ""
    part: int = 0
    more: bool = False
    text: str | None = None
    base64: str | None = None


_DECODER = msgspec.json.Decoder(_Line)


def reject_line(reject: Reject) -> bytes:
    """Write one reject, or one piece of one, as its line of the reject file."""
    text, base64 = None, None
    try:
        text = reject.raw.decode()
    except UnicodeDecodeError:
        base64 = b64encode(reject.raw).decode()
    line = _Line(
        reject.number,
        reject.line,
        reject.reason,
        # A detail quotes what was found, which may be half of a pair that UTF-8 does not have.
        reject.detail.encode("utf-8", "backslashreplace").decode(),
        reject.part,
        reject.more,
        text,
        base64,
    )
    return msgspec.json.encode(line) + b"\n"


def read_rejects(lines: Iterable[bytes]) -> Iterator[Reject]:
    """Read a reject file, a value for each line; raises msgspec.DecodeError for another file."""
    for line in lines:
        found = _DECODER.decode(line)
        raw = (found.text or "").encode() if found.base64 is None else b64decode(found.base64)
        yield Reject(found.row, found.line, found.reason, found.detail, raw, found.part, found.more)
