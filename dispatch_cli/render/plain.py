"""Tab-separated output: a header row, always the same columns, no cropped cells."""

import sys
from collections.abc import Iterable
from math import isfinite
from typing import TextIO

from ..messages import Message
from .clean import clean
from .layout import encodable

PlainValue = Message | str | float | bool
PlainRow = dict[str, PlainValue]


def write_table(columns: Iterable[str], lines: Iterable[PlainRow], stream: TextIO) -> None:
    """Write rows as tab-separated lines under a header; no cell can hold a tab or a line break."""
    keys = tuple(columns)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write("\t".join(keys) + "\n")
    for row in lines:
        cells = (_cell(row.get(key, "")) for key in keys)
        stream.write(encodable("\t".join(cells), encoding) + "\n")


def _cell(value: PlainValue) -> str:
    """Write one cell: numbers unrounded, yes and no as in JSON, texts in English and whole."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value) if isfinite(value) else ""
    return clean(str(value), sys.maxsize - 1)
