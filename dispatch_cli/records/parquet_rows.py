"""Read Parquet row by row through pyarrow, which the extra ``batch`` installs."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import BadDataError, Problem, UsageError
from ..messages import Message
from .values import MOST_BYTES, ROWS, Chunk, Mark, Reject, Row

if TYPE_CHECKING:
    import pyarrow

EXTRA_HINT = "install the extra: pip install 'roadside-dispatch[batch]'"


class ParquetRows:
    """Read the rows of a Parquet file; the bytes of a row are the row as JSON.

    Raises UsageError if pyarrow is missing, BadDataError for a damaged file.
    """

    def __init__(self, path: str) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise UsageError(
                "Parquet cannot be read: pyarrow is not installed", hint=EXTRA_HINT
            ) from None
        self._failures = (ArrowException, OSError)
        self._path = path
        try:
            self._file = parquet.ParquetFile(path)
        except self._failures as error:
            raise self._damaged(error) from None
        self.columns: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        self.start = Mark()
        self.count: int = self._file.metadata.num_rows

    def first_rows(self) -> list[Row]:
        """Return the first rows with all their cells."""
        first = next(self.chunks(self.start, self.columns), None)
        return [each for each in first.records if isinstance(each, Row)] if first else []

    def chunks(self, mark: Mark, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read the rows from a mark to the end, with the cells of the wanted columns."""
        groups, skipped = self._groups_from(mark.offset)
        names = tuple(dict.fromkeys(wanted))
        number = mark.number
        try:
            for batch in self._file.iter_batches(batch_size=ROWS, row_groups=groups):
                rows = batch.slice(skipped)
                skipped -= min(skipped, len(batch))
                if len(rows):
                    yield Chunk(
                        list(_records(rows, number, names)),
                        Mark(number - 1 + len(rows), number + len(rows), number + len(rows)),
                    )
                    number += len(rows)
        except self._failures as error:
            raise self._damaged(error) from None

    def _groups_from(self, offset: int) -> tuple[list[int], int]:
        """Return the row groups from a row on, and the number of rows to skip in the first."""
        metadata = self._file.metadata
        begins = 0
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            if begins + rows > offset:
                return list(range(group, metadata.num_row_groups)), offset - begins
            begins += rows
        return [], 0

    def _damaged(self, error: Exception) -> BadDataError:
        return BadDataError(
            Problem.at(self._path, "the file is not valid Parquet: {error}", error=error)
        )


def _records(
    batch: "pyarrow.RecordBatch", number: int, names: tuple[str, ...]
) -> Iterator[Row | Reject]:
    columns = {name: _values(column) for name, column in zip(
        batch.schema.names, batch.columns, strict=True
    )}  # fmt: skip
    wanted = [_with_texts(columns[name]) for name in names]
    is_unreadable = any(_Unreadable in map(type, columns[name]) for name in names)
    for at, cells in enumerate(zip(*columns.values(), strict=True)):
        raw = msgspec.json.encode(dict(zip(columns, cells, strict=True)), enc_hook=str) + b"\n"
        values = {name: column[at] for name, column in zip(names, wanted, strict=True)}
        bad = is_unreadable and next(
            (name for name in names if isinstance(values[name], _Unreadable)), None
        )
        line = number + at
        if len(raw) > MOST_BYTES:
            detail = Message("the row is over {most_bytes} bytes as JSON", most_bytes=MOST_BYTES)
            yield Reject(line, line, "too_long", detail, raw)
        elif bad:
            detail = Message("{column} cannot be read: {error}", column=bad, error=values[bad])
            yield Reject(line, line, "bad_cell", detail, raw)
        else:
            yield Row(line, line, raw, values)


class _Unreadable(str):
    """The error of a value without a Python equivalent, such as a time after the year 9999."""

    __slots__ = ()


def _values(column: "pyarrow.Array") -> list[Any]:
    """Convert a column to Python values; a value that fails becomes an ``_Unreadable``."""
    from pyarrow import ArrowException, timestamp, types

    if types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(timestamp("us", column.type.tz), safe=False)
    failures = (ArrowException, ValueError, OverflowError, LookupError)
    try:
        return list(column.to_pylist())
    except failures:
        pass

    def value(cell: Any) -> Any:
        try:
            return cell.as_py()
        except failures as error:
            return _Unreadable(error)

    return [value(cell) for cell in column]


def _with_texts(values: list[Any]) -> list[Any]:
    """Convert dates, times and bytes to texts, so that they are read as in the other formats."""
    if any(issubclass(kind, date | bytes) for kind in set(map(type, values))):
        return list(map(_text_or_value, values))
    return values


def _text_or_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00"
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value
