"""Remember in a provider file what the last import wrote, to tell it from what the user wrote.

The file ends in comments, one line for each imported provider:

    #: osm-w318410493 name=3f2a91bc phone=0c14e2aa hours=77d0b1f3

A value whose fingerprint is that of the line is the import's, and the next import may replace it. A
value with another fingerprint is the user's, and so is a missing one that the line has.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ..model.digest import blake2b

_HEAD = (
    "# What the import wrote, as fingerprints. They tell which values you have changed: keep them."
)
_LINE = re.compile(r"#: (?P<id>\S+)(?P<values>(?: [a-z_]+=[0-9a-f]{8})*) *")

Written = Mapping[str, str]
"""The fingerprints of the values of one provider by their keys."""


def fingerprint(value: Any) -> str:
    """Return the fingerprint of a value of the provider file; lists and tables count as a whole."""
    content = msgspec.json.encode(value, order="deterministic")
    return blake2b(content, digest_size=4).hexdigest()


def read_memory(text: str) -> tuple[dict[str, Written], str]:
    """Return the fingerprints in a provider file by id, and its text without them."""
    found: dict[str, Written] = {}
    kept: list[str] = []
    for line in text.split("\n"):
        match = _LINE.fullmatch(line)
        if match is not None:
            found[match["id"]] = dict(re.findall("([a-z_]+)=([0-9a-f]+)", match["values"]))
        elif line != _HEAD:
            kept.append(line)
    left = "\n".join(kept)
    return found, f"{left.rstrip()}\n" if found and left.strip() else left


def with_memory(text: str, memory: Mapping[str, Written]) -> str:
    """Return the text of a provider file with the fingerprints at its end."""
    if not memory:
        return text
    return "\n".join((f"{text.rstrip()}\n", _HEAD, *_lines(memory.items()), ""))


def _lines(memory: Iterable[tuple[str, Written]]) -> Iterable[str]:
    for provider, written in memory:
        yield " ".join(("#:", provider, *(f"{key}={value}" for key, value in written.items())))
