"""Open a file of records, and detect its format from its first bytes."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Protocol

from ..errors import BadDataError, Problem, UsageError
from .csv_header import Score
from .file_kinds import foreign_file
from .input_stream import STDIN, InputStream, open_input
from .values import Chunk, Mark, Row

_PARQUET = b"PAR1"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class RecordReader(Protocol):
    """The reader of one format: its columns and its records."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of the columns; None if each record has its own."""

    @property
    def start(self) -> Mark:
        """The mark of the first record."""

    def first_rows(self) -> list[Row]:
        """Return the first records with all their cells, before any is read with ``chunks``.

        They are at most ``ROWS``; a stream is not waited for.
        """

    def chunks(self, mark: Mark, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read the records from a mark to the end, with the cells of the wanted columns."""


class RecordFile:
    """An open file of records; closes its source at the end of a ``with`` block."""

    def __init__(self, source: InputStream, rows: RecordReader) -> None:
        self.source, self.rows = source, rows

    def share(self, mark: Mark) -> float | None:
        """Return the share of the file before a mark, 0 to 1; None if its size is unknown."""
        count = getattr(self.rows, "count", None)
        if count is not None:
            return mark.offset / count if count else None
        return self.source.done / self.source.size if self.source.size else None

    def __enter__(self) -> "RecordFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.source.close()


def open_records(
    path: str,
    *,
    delimiter: str = "",
    encoding: str = "",
    skip: int = 0,
    score: Score | None = None,
) -> RecordFile:
    """Open CSV, JSON lines or Parquet; CSV and JSON lines also in gzip or from stdin (``-``).

    ``skip`` leaves out the first lines of CSV, ``score`` rates names of columns (``csv_header``).
    Raises BadDataError for a file that is missing, empty or in another format, UsageError for an
    invalid delimiter or encoding.
    """
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if delimiter and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0'):
        raise UsageError(
            "--delimiter: {delimiter!r} is not one character; use a single delimiter such as ;"
            " or a tab",
            delimiter=delimiter,
        )
    source = open_input(path)
    try:
        return RecordFile(source, _reader(source, delimiter, encoding, skip, score))
    except BaseException:
        source.close()
        raise


def _reader(
    source: InputStream, delimiter: str, encoding: str, skip: int, score: Score | None
) -> RecordReader:
    first = source.peek()
    if not first:
        raise BadDataError(Problem("the file is empty", file=source.name))
    if first[:4] == _PARQUET:
        if source.name == STDIN or source.size is None or source.is_gzip:
            raise UsageError(
                "Parquet cannot be read from a stream or from gzip",
                hint="save it as an uncompressed file first",
            )
        from .parquet_rows import ParquetRows

        return ParquetRows(source.name)
    foreign = foreign_file(first)
    if foreign is not None:
        kind, advice = foreign
        raise BadDataError(Problem(kind, file=source.name), hint=advice)
    if first[:4] == codecs.BOM_UTF32_LE:
        raise BadDataError(
            Problem("the file is UTF-32, which is not supported", file=source.name),
            hint="convert it to UTF-8: iconv -f UTF-32 -t UTF-8",
        )
    if first[:2] in _WIDE:
        raise BadDataError(
            Problem("the file is UTF-16, which is not supported", file=source.name),
            hint="convert it to UTF-8: iconv -f UTF-16 -t UTF-8",
        )
    character = first.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if character == b"[":
        raise BadDataError(
            Problem("the file is a JSON list; it must have one object per line", file=source.name),
            hint="convert it: jq -c '.[]' FILE | dispatch batch -",
        )
    if character == b"{":
        from .jsonl_rows import JsonRows, begins_over_lines

        if begins_over_lines(first):
            raise BadDataError(
                Problem(
                    "the file has JSON objects over several lines; it must have one object per"
                    " line",
                    file=source.name,
                ),
                hint="convert it: jq -c . FILE | dispatch batch -",
            )

        return JsonRows(source)
    from .csv_rows import CsvRows

    return CsvRows(source, delimiter=delimiter, encoding=encoding, skip=skip, score=score)
