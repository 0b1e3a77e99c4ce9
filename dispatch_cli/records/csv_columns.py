"""Blocks of CSV lines read in columns by pyarrow, which is only given what it reads right.

pyarrow reads ``"x"y`` as ``xy``, lets an open quote swallow what follows, and knows neither empty
lines nor other encodings. So it is given lines without any of that; all others, and those with too
many or too few cells, are left to be read one by one.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from .values import Block

if TYPE_CHECKING:
    from .csv_rows import CsvRows

_MOST_LINE = 1 << 21
"""A line may grow by being written in UTF-8; pyarrow needs room for the longest."""


class TextColumns(NamedTuple):
    """The cells of some columns as Arrow texts, and which rows are left to be read one by one.

    Such a row has empty texts. There are no nulls.
    """

    texts: dict[str, Any]
    is_single: Any


def read_block(block: Block, source: "CsvRows", names: tuple[str, ...]) -> TextColumns:
    """Read the named columns of a block."""
    delimiter, encoding = source.delimiter.encode(), source.encoding
    data = _in_utf8(block.data, delimiter, encoding)
    places = None
    if data is None:
        lines = block.data.split(b"\n")[: block.count]
        found = [_in_utf8(line, delimiter, encoding) for line in lines]
        places = np.array([at for at, line in enumerate(found) if line is not None], np.int64)
        data = b"".join(line + b"\n" for line in found if line is not None)
    count = block.count if places is None else len(places)
    texts, ragged = _read(data, source, names, count)
    if ragged:
        kept = np.delete(np.arange(count), ragged)
        places = kept if places is None else places[kept]
    if places is None:
        return TextColumns(texts, np.zeros(block.count, np.bool_))
    return _spread(texts, places, block.count)


def _in_utf8(data: bytes, delimiter: bytes, encoding: str) -> bytes | None:
    """The same lines in UTF-8; None where any of them is not for pyarrow."""
    has_empty_line = b"\n\n" in data or b"\n\r\n" in data or data[:2] in (b"", b"\r", b"\r\n")
    if b"\0" in data or has_empty_line or data[:1] == b"\n":
        return None
    if b'"' in data:
        quoted = rb'(?:^|(?<=%b))"(?:[^"\n]|"")*"(?=%b|\r?$)' % (2 * (re.escape(delimiter),))
        if b'"' in re.sub(quoted, b"", data, flags=re.MULTILINE):
            return None
    try:
        return data if data.isascii() else data.decode(encoding).encode()
    except UnicodeDecodeError:
        return None


def _read(
    data: bytes, source: "CsvRows", names: tuple[str, ...], count: int
) -> tuple[dict[str, Any], list[int]]:
    """Read lines; the second value numbers those with too many or too few cells.

    Where pyarrow counts other lines than there are, all of them are left out.
    """
    ragged: list[int] = []

    def leave_out(row: Any) -> str:
        ragged.append(row.number - 1)
        return "skip"

    nothing = {name: pa.array([], pa.string()) for name in names}
    if not count:
        return nothing, []
    # Columns of the same name are told apart by their place.
    columns = [f"{at}" for at in range(len(source.columns))]
    wanted = {name: columns[source.columns.index(name)] for name in names}
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(data),
            arrow_csv.ReadOptions(
                column_names=columns, use_threads=False, block_size=len(data) + _MOST_LINE
            ),
            arrow_csv.ParseOptions(
                delimiter=source.delimiter, ignore_empty_lines=False, invalid_row_handler=leave_out
            ),
            arrow_csv.ConvertOptions(
                include_columns=[*dict.fromkeys(wanted.values())],
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return nothing, [*range(count)]
    if table.num_rows + len(ragged) != count or None in ragged:
        return nothing, [*range(count)]
    return {name: table.column(at).combine_chunks() for name, at in wanted.items()}, ragged


def _spread(texts: dict[str, Any], places: Any, count: int) -> TextColumns:
    """Put texts at their places among all rows."""
    source = np.full(count, -1, np.int64)
    source[places] = np.arange(len(places))
    taken = pa.array(source, mask=source < 0)
    return TextColumns(
        {name: column.take(taken).fill_null("") for name, column in texts.items()}, source < 0
    )
