"""Read blocks of CSV lines into columns with pyarrow.

pyarrow reads ``"x"y`` as ``xy``, extends an open quote over the lines after it, leaves empty lines
out, and supports no encodings other than UTF-8. Lines with any of these, and lines with too many or
too few cells, are therefore marked as unusual and read one by one.
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
"""Bytes. A line may grow when it is re-encoded as UTF-8, and must fit into pyarrow's block."""


class TextColumns(NamedTuple):
    """Columns as Arrow strings without nulls, and a mask of the rows to read one by one.

    A row that ``is_unusual`` marks has empty strings.
    """

    texts: dict[str, Any]
    is_unusual: Any


def read_block(block: Block, source: "CsvRows", names: tuple[str, ...]) -> TextColumns:
    """Read the named columns of a block."""
    delimiter, encoding = source.delimiter.encode(), source.encoding
    data = _in_utf8(block.data, delimiter, encoding)
    indexes = np.arange(block.count)
    found = None if data is None else _read(data, source, names, block.count)
    if found is None:
        lines = block.data.split(b"\n")[: block.count]
        usual = [_in_utf8(line, delimiter, encoding) if line.strip(b"\r") else None
                 for line in lines]  # fmt: skip
        indexes = np.array([at for at, line in enumerate(usual) if line is not None], np.int64)
        data = b"".join(line + b"\n" for line in usual if line is not None)
        found = _read(data, source, names, len(indexes))
    if found is None:
        found, indexes = _nothing(names), indexes[:0]
    texts, ragged = found
    indexes = np.delete(indexes, ragged)
    if len(indexes) == block.count:
        return TextColumns(texts, np.zeros(block.count, np.bool_))
    return _spread(texts, indexes, block.count)


def _in_utf8(data: bytes, delimiter: bytes, encoding: str) -> bytes | None:
    """Re-encode lines as UTF-8; return None if pyarrow would misread any that is not empty."""
    if b"\0" in data:
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
) -> tuple[dict[str, Any], list[int]] | None:
    """Read lines; the second value has the indexes of lines with too many or too few cells.

    Returns None if pyarrow counts another number of lines.
    """
    ragged: list[int] = []

    def skip_row(row: Any) -> str:
        ragged.append(row.number - 1)
        return "skip"

    if not count:
        return _nothing(names)
    # Two columns may have the same name: their indexes are unique.
    columns = [f"{at}" for at in range(len(source.columns))]
    wanted = {name: columns[source.columns.index(name)] for name in names}
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(data),
            arrow_csv.ReadOptions(
                column_names=columns, use_threads=False, block_size=len(data) + _MOST_LINE
            ),
            arrow_csv.ParseOptions(delimiter=source.delimiter, invalid_row_handler=skip_row),
            arrow_csv.ConvertOptions(
                include_columns=[*dict.fromkeys(wanted.values())],
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(ragged) != count or None in ragged:
        return None
    return {name: table.column(at).combine_chunks() for name, at in wanted.items()}, ragged


def _nothing(names: tuple[str, ...]) -> tuple[dict[str, Any], list[int]]:
    return {name: pa.array([], pa.string()) for name in names}, []


def _spread(texts: dict[str, Any], indexes: Any, count: int) -> TextColumns:
    """Move texts to their row indexes; every other row is unusual and gets empty strings."""
    source = np.full(count, -1, np.int64)
    source[indexes] = np.arange(len(indexes))
    sources = pa.array(source, mask=source < 0)
    return TextColumns(
        {name: column.take(sources).fill_null("") for name, column in texts.items()}, source < 0
    )
