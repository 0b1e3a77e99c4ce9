"""CSV: records with a header, in any encoding that has ASCII in it."""

import codecs
import csv
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from operator import itemgetter

from ..errors import BadDataError, Problem, UsageError
from .lines import Lines, Piece, lines_of
from .quoting import Cut, closed_until, cut_records, is_open_after
from .source import Source
from .values import MOST_BYTES, ROWS, Block, Chunk, Mark, Reject, Row

DELIMITERS = ",;\t|"
MOST_LINES_OF_BLOCK = 200_000
"""Empty lines take no bytes, but as many columns as others."""
_BOM = codecs.BOM_UTF8
_FAULTS = {
    "too_long": f"over {MOST_BYTES} bytes",
    "open_quote": "a quote is not closed, or the columns do not fit after it",
    "nul_byte": "holds a NUL byte",
    "empty": "an empty line",
}


class CsvRows:
    """The records of a CSV file; ``columns`` are the names in its header, in its order.

    ``delimiter`` "" is looked for in the header.
    """

    def __init__(self, source: Source, *, delimiter: str = "", encoding: str = "") -> None:
        self._source = source
        self.encoding = checked_encoding(encoding or "utf-8")
        # A longer field is in a longer record, which has been rejected before.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * MOST_BYTES))
        header, self._lines_of_header = _header(source, delimiter)
        self._begins_at = source.offset
        text = self._header_text(header)
        self.delimiter = delimiter or sniff_delimiter(text)
        self.columns: tuple[str, ...] = tuple(
            each.strip() for each in next(csv.reader([text], delimiter=self.delimiter), ())
        )
        if not any(self.columns):
            raise BadDataError(Problem("the first line names no columns", file=source.name, line=1))

    def _header_text(self, header: bytes) -> str:
        name = self._source.name
        try:
            text = header.removeprefix(_BOM).decode(self.encoding)
        except UnicodeDecodeError as error:
            raise BadDataError(
                Problem(f"is not {self.encoding}: {error.reason}", file=name, line=1),
                hint="name the encoding, as --encoding cp1252",
            ) from None
        if "\0" in text:
            raise BadDataError(
                Problem("holds NUL bytes: is it UTF-16, or no text at all?", file=name, line=1),
                hint="write it as UTF-8",
            )
        return text

    @property
    def start(self) -> Mark:
        """The mark of the first record."""
        return Mark(offset=self._begins_at, line=1 + self._lines_of_header)

    def chunks(self, mark: Mark, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read on from a mark, with the cells of the wanted columns, until the file ends."""
        for part in self.parts(mark, wanted, lambda: 0):
            assert isinstance(part, Chunk)  # noqa: S101 - no block is so small
            yield part

    def parts(
        self, mark: Mark, wanted: Iterable[str], most: Callable[[], int]
    ) -> Iterator[Chunk | Block]:
        """Read on as ``chunks`` does, but leave what needs no closer look in blocks.

        ``most`` is asked for the bytes of a block from which on it is handed out; at 0 there are
        none. Where the input breaks off, what was read before comes first.
        """
        self._source.skip_to(mark.offset)
        picked = self._picked(wanted)
        pending: Sequence[bytes] = ()
        gathered = _Gathered()
        lines = lines_of(self._source.read, within=mark.part > 0)
        while True:
            try:
                found = next(lines, None)
            except BadDataError:
                if gathered.parts:
                    yield gathered.block(mark)
                raise
            if found is None:
                break
            rest: Lines | Piece = found
            if isinstance(found, Lines) and not pending and (limit := most()):
                closed, rest = self._parted(found)
                gathered.add(closed)
                if not rest.joined and not gathered.is_full(limit):
                    continue
            if gathered.parts:
                yield (block := gathered.block(mark))
                mark = block.end
            pending, mark = yield from self._singly(rest, pending, mark, picked)
        if gathered.parts:
            yield (block := gathered.block(mark))
            mark = block.end
        yield from self._chunks(self._cut(pending, is_end=True)[0], mark, picked)

    def record(self, raw: bytes, mark: Mark, wanted: Iterable[str]) -> Row | Reject:
        """Read one record by itself; the mark is that of its beginning."""
        [record] = self._chunk([Cut(raw)], mark, self._picked(wanted)).records
        return record

    def chunks_of(self, block: Block, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read a block row by row after all."""
        lines = block.data.splitlines(keepends=True)
        return self._chunks(list(map(Cut, lines)), block.begin, self._picked(wanted))

    def _picked(self, wanted: Iterable[str]) -> list[tuple[str, int]]:
        return [(name, self.columns.index(name)) for name in dict.fromkeys(wanted)]

    def _parted(self, found: Lines) -> tuple[bytes, Lines]:
        """What can go into a block, and what cannot; a lone ``\\r`` ends a line of its own kind."""
        joined = found.joined
        returns = joined.count(b"\r")
        if returns and returns != joined.count(b"\r\n"):
            return b"", found
        end = closed_until(joined, self._delimiter)
        return joined[:end], Lines(joined[end:])

    def _singly(
        self,
        found: Lines | Piece,
        pending: Sequence[bytes],
        mark: Mark,
        picked: list[tuple[str, int]],
    ) -> Generator[Chunk, None, tuple[Sequence[bytes], Mark]]:
        """Read lines row by row; returns those that still wait for their end, and the mark."""
        if isinstance(found, Piece):
            for chunk in self._chunks(self._cut(pending, is_end=True)[0], mark, picked):
                yield chunk
                mark = chunk.end
            yield (chunk := too_long(found, mark))
            return (), chunk.end
        if not pending and b'"' not in found.joined:
            cuts = list(map(Cut, found.lines))
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
    ) -> tuple[list[Cut], Sequence[bytes]]:
        return cut_records(
            lines,
            self._delimiter,
            # A quote that closes in the middle of a cell belongs to another record.
            fits=lambda raw: isinstance(self._cells(Cut(raw), is_strict=True), list),
            is_end=is_end,
        )

    def _chunks(
        self, cuts: list[Cut], mark: Mark, picked: list[tuple[str, int]]
    ) -> Iterator[Chunk]:
        for at in range(0, len(cuts), ROWS):
            yield (chunk := self._chunk(cuts[at : at + ROWS], mark, picked))
            mark = chunk.end

    def _chunk(self, cuts: list[Cut], mark: Mark, picked: list[tuple[str, int]]) -> Chunk:
        """Parse records into rows and rejects."""
        records: list[Row | Reject] = []
        offset, number, line = mark.offset, mark.number, mark.line
        names = [name for name, _ in picked]
        # Two places at least: with one, itemgetter would give a cell and not a row of them.
        pick = itemgetter(*(place for _, place in picked), 0, 0)
        for cut, cells in self._parsed(cuts):
            if isinstance(cells, str):
                records.append(Reject(number, line, cells, self._detail(cells, cut.raw), cut.raw))
            else:
                values = dict(zip(names, pick(cells), strict=False))
                records.append(Row(number, line, cut.raw, values))
            offset, number, line = offset + len(cut.raw), number + 1, line + cut.lines
        return Chunk(records, Mark(offset, number, line))

    def _parsed(self, cuts: list[Cut]) -> Iterable[tuple[Cut, list[str] | str]]:
        """Each record with its cells, or the reason why it has none."""
        rows = self._at_once(cuts)
        if rows is None:
            return ((cut, self._cells(cut)) for cut in cuts)
        width = len(self.columns)
        return (
            (cut, cells if len(cells) == width else self._cells(cut))
            for cut, cells in zip(cuts, rows, strict=True)
        )

    def _at_once(self, cuts: list[Cut]) -> list[list[str]] | None:
        """All records in one go; None where any of them needs a closer look."""
        if any(cut.fault or b"\0" in cut.raw for cut in cuts):
            return None
        try:
            texts = [cut.raw.decode(self.encoding) for cut in cuts]
            rows = list(csv.reader(texts, delimiter=self.delimiter))
        except (UnicodeDecodeError, csv.Error):
            return None
        return rows if len(rows) == len(texts) else None

    def _cells(self, cut: Cut, *, is_strict: bool = False) -> list[str] | str:
        if cut.fault:
            return cut.fault
        if b"\0" in cut.raw:
            return "nul_byte"
        if not cut.raw.strip(b"\r\n"):
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
        return cells if len(cells) == len(self.columns) else "ragged"

    def _detail(self, reason: str, raw: bytes) -> str:
        if reason == "ragged":
            text = raw.decode(self.encoding)
            found = len(next(csv.reader([text], delimiter=self.delimiter), ()))
            return f"{found} cells, the header has {len(self.columns)}"
        if reason == "encoding":
            return f"is not {self.encoding}"
        return _FAULTS.get(reason, "is no CSV record")


class _Gathered:
    """Lines that wait to become a block."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = self._count = 0

    def add(self, lines: bytes) -> None:
        """Add whole lines."""
        if lines:
            self.parts.append(lines)
            self._size += len(lines)
            self._count += lines.count(b"\n")

    def is_full(self, most: int) -> bool:
        """Whether there are as many bytes as a block may have, or as many lines."""
        return self._size >= most or self._count >= MOST_LINES_OF_BLOCK

    def block(self, begin: Mark) -> Block:
        """Make the block, and begin anew."""
        # The last line of a file may have no end.
        count = self._count + (not self.parts[-1].endswith(b"\n"))
        found = Block(b"".join(self.parts), begin, count)
        self.parts, self._size, self._count = [], 0, 0
        return found


def too_long(piece: Piece, mark: Mark) -> Chunk:
    """Make the chunk of one piece of a record that is too long."""
    is_whole = not piece.more and not mark.part
    part = 0 if is_whole else mark.part + 1
    reject = Reject(
        mark.number, mark.line, "too_long", _FAULTS["too_long"], piece.raw, part, piece.more
    )
    offset = mark.offset + len(piece.raw)
    if piece.more:
        return Chunk([reject], Mark(offset, mark.number, mark.line, part))
    return Chunk([reject], Mark(offset, mark.number + 1, mark.line + 1))


def checked_encoding(name: str) -> str:
    """Look up an encoding in which line ends and delimiters are single bytes; raises UsageError."""
    signs = f'{DELIMITERS}"\r\n09Az'
    try:
        found = codecs.lookup(name.strip() or "utf-8").name
        if signs.encode(found) != signs.encode("ascii"):
            found = ""
    except (LookupError, UnicodeError, ValueError, TypeError):
        raise UsageError(
            f"--encoding {name!r} is not known; allowed: utf-8, cp1252, latin-1, …"
        ) from None
    if not found or found == "utf-8-sig":
        if found:
            return "utf-8"
        raise UsageError(f"--encoding {name!r} cannot be read by bytes: write the file as UTF-8")
    return found


def sniff_delimiter(header: str) -> str:
    """Find the commonest sign of ``, ; tab |`` outside quotes; a comma where there is none."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _header(source: Source, delimiter: str) -> tuple[bytes, int]:
    """Read the first record, and how many lines it has; raises BadDataError."""
    data = b""
    while block := source.read():
        data += block
        if len(data) > MOST_BYTES or b"\n" in block or b"\r" in block[:-1]:
            break
    if not data:
        raise BadDataError(Problem("is empty: there is no header line", file=source.name))
    signs = [delimiter.encode()] if delimiter else [sign.encode() for sign in DELIMITERS]
    lines = data.splitlines(keepends=True)
    end = 1
    while end < len(lines) and any(
        is_open_after(b"".join(lines[:end]).removeprefix(_BOM), sign) for sign in signs
    ):
        end += 1
    header = b"".join(lines[:end])
    if len(header) > MOST_BYTES:
        raise BadDataError(
            Problem(f"the header is over {MOST_BYTES} bytes", file=source.name, line=1)
        )
    source.unread(data[len(header) :])
    return header, end
