"""Files of records: read in pieces with bounded memory, written exactly, nothing lost between."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .opening import Records, open_records
    from .rejects import read_rejects, reject_line
    from .values import Block, Chunk, Mark, Reject, Row
    from .writing import FORMATS, writer_of

_HOMES = {
    "FORMATS": "writing",
    "Block": "values",
    "Chunk": "values",
    "Mark": "values",
    "Records": "opening",
    "Reject": "values",
    "Row": "values",
    "open_records": "opening",
    "read_rejects": "rejects",
    "reject_line": "rejects",
    "writer_of": "writing",
}

__all__ = [
    "FORMATS",
    "Block",
    "Chunk",
    "Mark",
    "Records",
    "Reject",
    "Row",
    "open_records",
    "read_rejects",
    "reject_line",
    "writer_of",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
