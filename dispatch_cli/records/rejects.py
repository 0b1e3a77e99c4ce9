"""Encode the reject file: JSON lines that preserve the bytes of each record.

The field ``text`` has bytes that are UTF-8, ``base64`` all others. A record over the limit takes
several lines, in order: all have ``part``, and all but the last have ``more``.
"""

from base64 import b64encode

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


def reject_line(reject: Reject) -> bytes:
    """Encode one reject, or one piece of a reject, as a line of the reject file."""
    text, base64 = None, None
    try:
        text = reject.raw.decode()
    except UnicodeDecodeError:
        base64 = b64encode(reject.raw).decode()
    line = _Line(
        reject.number,
        reject.line,
        reject.reason,
        # A detail may quote half of a surrogate pair, which UTF-8 cannot encode.
        str(reject.detail).encode("utf-8", "backslashreplace").decode(),
        reject.part,
        reject.more,
        text,
        base64,
    )
    return msgspec.json.encode(line) + b"\n"
