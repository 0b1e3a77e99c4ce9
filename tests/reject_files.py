"""Read reject files back, so that tests can compare the bytes of each record."""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator

from dispatch_cli.records.values import Reject


def read_rejects(lines: Iterable[bytes]) -> Iterator[Reject]:
    """Read a reject file, one reject or piece of a reject for each line."""
    for found in map(json.loads, lines):
        raw = b64decode(found["base64"]) if "base64" in found else found["text"].encode()
        yield Reject(
            found["row"],
            found["line"],
            found["reason"],
            found.get("detail", ""),
            raw,
            found.get("part", 0),
            found.get("more", False),
        )
