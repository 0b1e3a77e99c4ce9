"""Read CSV with a header row, in any encoding that is a superset of ASCII."""

import csv
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from ..errors import BadDataError, Problem
from ..messages import Message
from .csv_header import Score, checked_encoding, read_header, skip_advice
from .input_stream import InputStream
from .lines import Lines, Piece, lines_of
from .quoting import RecordBytes, closed_until, cut_records, is_open_after
from .values import MOST_BYTES, ROWS, Block, Chunk, Mark, Reject, Row

MOST_LINES_OF_BLOCK = 200_000
"""Limits the memory for blocks of very short lines: each line costs a cell in every column."""
_DETAILS: Mapping[str, Message] = {
    "too_long": Message("the record is over {most_bytes} bytes", most_bytes=MOST_BYTES),
    "open_quote": Message("a quote is never closed, or the number of cells is wrong after it"),
    "nul_byte": Message("the record contains a NUL byte"),
    "empty": Message("the line is empty"),
}


class CsvRows:
    """Read the records of a CSV file; ``columns`` has the names of its header row, in order.

    An empty ``delimiter`` is detected from the header row. Raises UsageError for an unsupported
    encoding, BadDataError for an invalid header row.
    """

    def __init__(
        self,
        source: InputStream,
        *,
        delimiter: str = "",
        encoding: str = "",
        skip: int = 0,
        score: Score | None = None,
    ) -> None:
        self._source = source
        self.encoding = checked_encoding(encoding or "utf-8")
        # A field over this limit belongs to a record over MOST_BYTES, which is rejected earlier.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * MOST_BYTES))
        header = read_header(source, delimiter, self.encoding, skip=skip, score=score)
        self.start = Mark(offset=source.offset, line=1 + header.lines)
        self.header, self.delimiter = header, header.delimiter
        self.columns: tuple[str, ...] = header.columns
        if not any(self.columns):
            advice: Message | str = Message("put the names of the columns into the first line")
            if header.likely_line:
                advice = skip_advice(header.likely_line)
            raise BadDataError(
                Problem("the header row names no columns", file=source.name, line=header.lines),
                hint=advice,
            )

    def first_rows(self) -> list[Row]:
        """Return the first records in memory with all their cells; nothing more is read."""
        # The records of quoted cells have more lines than one.
        cuts, _ = self._cut(self._source.first_lines(2 * ROWS))
        names = self._column_indexes(filter(None, self.columns))
        records = self._chunk(cuts[:ROWS], self.start, names).records
        return [each for each in records if isinstance(each, Row)]

    def chunks(self, mark: Mark, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read the records from a mark to the end, with the cells of the wanted columns."""
        for part in self.parts(mark, wanted, lambda: 0):
            assert isinstance(part, Chunk)  # noqa: S101 - at 0 bytes there are no blocks
            yield part

    def parts(
        self, mark: Mark, wanted: Iterable[str], block_limit: Callable[[], int]
    ) -> Iterator[Chunk | Block]:
        """Read the records from a mark to the end, lines without line breaks in cells as blocks.

        ``block_limit`` returns the size in bytes from which a block is complete; at 0 there are no
        blocks. If the input is truncated, the complete part comes first, then BadDataError.
        """
        self._source.skip_to(mark.offset)
        picked = self._column_indexes(wanted)
        pending: Sequence[bytes] = ()
        builder = _BlockBuilder()
        lines = lines_of(self._source.read, within=mark.part > 0)
        while True:
            try:
                found = next(lines, None)
            except BadDataError:
                if builder.parts:
                    yield builder.block(mark)
                raise
            if found is None:
                break
            rest: Lines | Piece = found
            if isinstance(found, Lines) and not pending and (limit := block_limit()):
                closed, rest = self._split_closed(found)
                builder.add(closed)
                if not rest.joined and not builder.is_full(limit):
                    continue
            if builder.parts:
                yield (block := builder.block(mark))
                mark = block.end
            pending, mark = yield from self._read_singly(rest, pending, mark, picked)
        if builder.parts:
            yield (block := builder.block(mark))
            mark = block.end
        yield from self._chunks(self._cut(pending, is_end=True)[0], mark, picked)

    def record(self, raw: bytes, mark: Mark, wanted: Iterable[str]) -> Row | Reject:
        """Read one record from its bytes; ``mark`` is its beginning."""
        [record] = self._chunk([RecordBytes(raw)], mark, self._column_indexes(wanted)).records
        return record

    def chunks_of(self, block: Block, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read a block row by row."""
        lines = block.data.splitlines(keepends=True)
        return self._chunks(
            list(map(RecordBytes, lines)), block.begin, self._column_indexes(wanted)
        )

    def _column_indexes(self, wanted: Iterable[str]) -> list[tuple[str, int]]:
        # The first of several columns with one name; a header row may have 70,000 names.
        places = {name: at for at, name in reversed([*enumerate(self.columns)])}
        return [(name, places[name]) for name in dict.fromkeys(wanted)]

    def _split_closed(self, found: Lines) -> tuple[bytes, Lines]:
        """Split lines into those that fit into a block, and the rest."""
        joined = found.joined
        returns = joined.count(b"\r")
        if returns and returns != joined.count(b"\r\n"):
            # A block counts its lines by "\n", so a lone "\r" may not end one.
            return b"", found
        end = closed_until(joined, self._delimiter)
        return joined[:end], Lines(joined[end:])

    def _read_singly(
        self,
        found: Lines | Piece,
        pending: Sequence[bytes],
        mark: Mark,
        picked: list[tuple[str, int]],
    ) -> Generator[Chunk, None, tuple[Sequence[bytes], Mark]]:
        """Read lines row by row; returns the lines of an incomplete record, and its mark."""
        if isinstance(found, Piece):
            for chunk in self._chunks(self._cut(pending, is_end=True)[0], mark, picked):
                yield chunk
                mark = chunk.end
            yield (chunk := too_long(found, mark))
            return (), chunk.end
        if not pending and b'"' not in found.joined:
            cuts = list(map(RecordBytes, found.lines))
        else:
            cuts, pending = self._cut([*pending, *found.lines])
        for chunk in self._chunks(cuts, mark, picked):
            yield chunk
            mark = chunk.end
        return pending, mark

    @property
    def _delimiter(self) -> bytes:
        return self.delimiter.encode(self.encoding)

    def _cut(
        self, lines: Sequence[bytes], *, is_end: bool = False
    ) -> tuple[list[RecordBytes], Sequence[bytes]]:
        return cut_records(
            lines,
            self._delimiter,
            # Strict, because a quote that closes inside a cell belongs to another record.
            fits=lambda raw: isinstance(self._cells(RecordBytes(raw), is_strict=True), list),
            is_end=is_end,
        )

    def _chunks(
        self, cuts: list[RecordBytes], mark: Mark, picked: list[tuple[str, int]]
    ) -> Iterator[Chunk]:
        for at in range(0, len(cuts), ROWS):
            yield (chunk := self._chunk(cuts[at : at + ROWS], mark, picked))
            mark = chunk.end

    def _chunk(self, cuts: list[RecordBytes], mark: Mark, picked: list[tuple[str, int]]) -> Chunk:
        """Make a chunk of rows and rejects."""
        records: list[Row | Reject] = []
        offset, number, line = mark.offset, mark.number, mark.line
        names = [name for name, _ in picked]
        # At least two indexes: with a single one, itemgetter returns a cell and not a tuple.
        pick = itemgetter(*(index for _, index in picked), 0, 0)
        for cut, cells in self._parsed(cuts):
            if isinstance(cells, str):
                records.append(Reject(number, line, cells, self._detail(cells, cut.raw), cut.raw))
            else:
                values = dict(zip(names, pick(cells), strict=False))
                records.append(Row(number, line, cut.raw, values))
            offset, number, line = offset + len(cut.raw), number + 1, line + cut.lines
        return Chunk(records, Mark(offset, number, line))

    def _parsed(self, cuts: list[RecordBytes]) -> Iterable[tuple[RecordBytes, list[str] | str]]:
        """Parse records into cells, or into the reason of their reject."""
        rows = self._parse_together(cuts)
        if rows is None:
            return ((cut, self._cells(cut)) for cut in cuts)
        width = len(self.columns)
        return (
            (cut, cells if len(cells) == width else self._cells(cut))
            for cut, cells in zip(cuts, rows, strict=True)
        )

    def _parse_together(self, cuts: list[RecordBytes]) -> list[list[str]] | None:
        """Parse all records in one call; None if any of them must be checked by itself."""
        if any(cut.fault or b"\0" in cut.raw for cut in cuts):
            return None
        try:
            texts = [cut.raw.decode(self.encoding) for cut in cuts]
            rows = list(csv.reader(texts, delimiter=self.delimiter))
        except (UnicodeDecodeError, csv.Error):
            return None
        return rows if len(rows) == len(texts) else None

    def _cells(self, cut: RecordBytes, *, is_strict: bool = False) -> list[str] | str:
        if cut.fault:
            return cut.fault
        if b"\0" in cut.raw:
            return "nul_byte"
        if not cut.raw.strip(b" \r\n"):
            return "empty"
        if is_open_after(cut.raw, self._delimiter):
            return "open_quote"
        try:
            text = cut.raw.decode(self.encoding)
            [cells] = csv.reader([text], delimiter=self.delimiter, strict=is_strict)
        except UnicodeDecodeError:
            return "encoding"
        except (csv.Error, ValueError):
            return "bad_csv"
        if is_strict:
            return cells if len(cells) == len(self.columns) else "ragged"
        return self._fitted(cells)

    def _fitted(self, cells: list[str]) -> list[str] | str:
        """Fill up missing last cells, and drop empty ones behind the last column."""
        width = len(self.columns)
        if any(cells[width:]):
            return "ragged"
        return [*cells[:width], *[""] * (width - len(cells))]

    def _detail(self, reason: str, raw: bytes) -> Message | str:
        if reason == "ragged":
            text = raw.decode(self.encoding)
            found = len(next(csv.reader([text], delimiter=self.delimiter), ()))
            return Message(
                "the record has {found} cells, the header row {expected}",
                found=found,
                expected=len(self.columns),
            )
        if reason == "encoding":
            return Message("the record is not {encoding}", encoding=self.encoding)
        return _DETAILS.get(reason, Message("the record is not valid CSV"))


class _BlockBuilder:
    """Collect lines for the next block."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = self._count = 0

    def add(self, lines: bytes) -> None:
        """Add whole lines."""
        if lines:
            self.parts.append(lines)
            self._size += len(lines)
            self._count += lines.count(b"\n")

    def is_full(self, limit: int) -> bool:
        """Return whether the lines have ``limit`` bytes, or as many lines as a block may have."""
        return self._size >= limit or self._count >= MOST_LINES_OF_BLOCK

    def block(self, begin: Mark) -> Block:
        """Return the collected lines as a block, and empty the builder."""
        # The last line of a file may lack its line end.
        count = self._count + (not self.parts[-1].endswith(b"\n"))
        found = Block(b"".join(self.parts), begin, count)
        self.parts, self._size, self._count = [], 0, 0
        return found


def too_long(piece: Piece, mark: Mark) -> Chunk:
    """Make the chunk of one piece of a record over ``MOST_BYTES``."""
    is_whole = not piece.more and not mark.part
    part = 0 if is_whole else mark.part + 1
    reject = Reject(
        mark.number, mark.line, "too_long", _DETAILS["too_long"], piece.raw, part, piece.more
    )
    offset = mark.offset + len(piece.raw)
    if piece.more:
        return Chunk([reject], Mark(offset, mark.number, mark.line, part))
    return Chunk([reject], Mark(offset, mark.number + 1, mark.line + 1))
