"""Read the header row of a CSV file: its encoding, its delimiter, its names."""

import codecs
import csv
import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from ..errors import BadDataError, Problem, UsageError
from ..messages import Message
from ..model.words import composed
from .input_stream import InputStream
from .quoting import is_open_after
from .values import MOST_BYTES

DELIMITERS = ",;\t|"
BEST_SCORE = 2
MOST_TITLE_LINES = 30
"""The largest number of lines above the header row, such as titles of a report."""

MOST_HEADER_LINES = 100
"""Lines in a header row at most, within quoted names."""
MOST_SKIPPED_BYTES = 64 * MOST_BYTES
"""The lines above the header row are in memory together."""

_BOM = codecs.BOM_UTF8
_SEP_LINE = re.compile(rb'"?sep=(tab|\\t|[^\r\n"])?"?[;,|\t ]*[\r\n]*', re.I)


def checked_encoding(name: str) -> str:
    """Return the normal name of an encoding; raises UsageError if it is not a superset of ASCII."""
    try:
        found = codecs.lookup(name.strip() or "utf-8").name
        is_ascii_superset = _is_ascii_superset(found)
    except (LookupError, ValueError, TypeError):
        raise UsageError(
            "--encoding {name!r} is unknown; use utf-8, cp1252, latin-1 or another name in Python",
            name=name,
        ) from None
    if found == "utf-8-sig":
        return "utf-8"
    if not is_ascii_superset:
        raise UsageError(
            "--encoding {name!r} is not supported, because ASCII bytes do not mean ASCII in it",
            name=name,
            hint="convert the file to UTF-8",
        )
    return found


def _is_ascii_superset(encoding: str) -> bool:
    """Return whether every text of ASCII bytes means itself; raises LookupError, TypeError.

    Some encodings write other characters in ASCII bytes, as UTF-7 does in "+AOk-".
    """
    data = bytes(range(128)) + b"+AOk- ~{VPND~} \\u00fc \x1b$B%+\x1b(B"
    try:
        return data.decode(encoding) == data.decode("ascii")
    except UnicodeError:
        return False


class CsvHeader(Struct, frozen=True):
    """The header row of a CSV file.

    ``lines`` counts those up to its end, with skipped ones and Excel's ``sep=;``. Where this row
    has no place and kind, ``likely_line`` is a later line that has (else 0), and
    ``likely_delimiter`` the one with which this row has (else empty).
    """

    columns: tuple[str, ...]
    delimiter: str
    lines: int
    likely_line: int = 0
    likely_delimiter: str = ""


Score = Callable[[Sequence[str]], int]
"""Counts how much of what is needed some names of columns have: 2 for a place and a kind."""


def read_header(
    source: InputStream, delimiter: str, encoding: str, *, skip: int = 0, score: Score | None = None
) -> CsvHeader:
    """Read the header row and find the delimiter; raises BadDataError if it cannot be read.

    The delimiter is the one that was given, that of a line ``sep=;`` as Excel writes it, or else
    the one by which the names of columns have the best score, and of these the most frequent.
    """
    data = _first_lines(source, skip)
    lines = data.splitlines(keepends=True)
    begin = skip
    named = _SEP_LINE.fullmatch(lines[begin].removeprefix(_BOM)) if begin < len(lines) else None
    if named:
        begin, delimiter = begin + 1, delimiter or _named_delimiter(named[1] or b"")
    if begin >= len(lines):
        raise BadDataError(
            Problem.at(
                source.name,
                "the file ends with line {count}, without a header row",
                count=len(lines),
            ),
            hint="leave out --skip, or skip fewer lines" if skip else "",
        )
    tried = [_Reading.of(source.name, lines, begin, each, encoding, score)
             for each in delimiter or DELIMITERS]  # fmt: skip
    found = _best(tried)
    is_doubtful = score is not None and found is not None and found.score < BEST_SCORE
    if found is None or (is_doubtful and None in tried):
        raise BadDataError(
            Problem.at(source.name, "a quote in the header row is never closed", line=begin + 1),
            hint="delete the quote, or write the same sign at the end of the name",
        )
    likely, other = 0, ""
    if score is not None and found.score < BEST_SCORE:
        likely = _likely_line(lines[found.end :], found.end, encoding, score)
        others = [_Reading.of(source.name, lines, begin, each, encoding, score)
                  for each in DELIMITERS if delimiter]  # fmt: skip
        best = _best(others)
        other = best.delimiter if best and best.score == BEST_SCORE else ""
    source.unread(data[sum(map(len, lines[: found.end])) :])
    return CsvHeader(found.columns, found.delimiter, found.end, likely, other)


class _Reading(Struct, frozen=True):
    """The header row as one delimiter gives it; ``end`` is the index behind its lines."""

    delimiter: str
    end: int
    columns: tuple[str, ...]
    score: int
    count: int

    @classmethod
    def of(  # noqa: PLR0917 - all of them are needed at once
        cls,
        name: str,
        lines: Sequence[bytes],
        begin: int,
        delimiter: str,
        encoding: str,
        score: Score | None,
    ) -> "_Reading | None":
        """Read the header row; None if a quote is never closed."""
        end = _end_of_row(lines, begin, delimiter.encode())
        if not end:
            return None
        header = b"".join(lines[begin:end])
        if len(header) > MOST_BYTES:
            raise BadDataError(
                Problem.at(
                    name,
                    "the header row is over {most_bytes} bytes",
                    line=begin + 1,
                    most_bytes=MOST_BYTES,
                )
            )
        text = _header_text(header, name, begin + 1, encoding)
        columns = names_in(text, delimiter)
        count = "".join(text.split('"')[::2]).count(delimiter)
        return cls(delimiter, end, columns, score(columns) if score else 0, count)


def _best(readings: Sequence[_Reading | None]) -> _Reading | None:
    """Return the reading with the best score, and of these the one with most delimiters."""
    found = [each for each in readings if each is not None]
    return max(found, key=lambda each: (each.score, each.count), default=None)


def skip_advice(line: int) -> Message:
    """Say how to begin at a later line that looks like the header row."""
    return Message(
        "line {line} looks like the header row: skip the lines above it with --skip {count}",
        line=line,
        count=line - 1,
    )


def delimiter_advice(sign: str) -> Message:
    """Name the delimiter that gives the header row a place and a kind."""
    return Message(
        "with --delimiter {sign} the header row has a place and a kind",
        sign=Message("tab") if sign == "\t" else f'"{sign}"' if sign in ";|" else sign,
    )


def _named_delimiter(sign: bytes) -> str:
    """Return the delimiter that a line ``sep=`` names; empty if it names none."""
    return "\t" if len(sign) > 1 else sign.decode("ascii", "ignore")


def names_in(text: str, delimiter: str) -> tuple[str, ...]:
    """Split a header row into the names of its columns; one without a valid row has none."""
    try:
        return tuple(each.strip() for each in next(csv.reader([text], delimiter=delimiter), ()))
    except csv.Error:  # a line break that is within quotes with another delimiter only
        return ()


def _likely_line(lines: Sequence[bytes], before: int, encoding: str, score: Score) -> int:
    """Return the number of the line that looks like the header row; 0 if none does."""
    for number, line in enumerate(lines[:MOST_TITLE_LINES], before + 1):
        text = composed(line.decode(encoding, "replace"))
        if any(score(names_in(text, each)) == BEST_SCORE for each in DELIMITERS if each in text):
            return number
    return 0


def _first_lines(source: InputStream, skip: int) -> bytes:
    """Read at least the lines to skip and all that the header row can have."""
    data = b""
    wanted = skip + MOST_HEADER_LINES + 1
    most_bytes = min((2 + skip) * MOST_BYTES, MOST_SKIPPED_BYTES)
    while len(data) <= most_bytes and (block := source.read()):
        data += block
        if max(data.count(b"\n"), data.count(b"\r")) > wanted:
            break
    if not data:
        raise BadDataError(Problem("the file is empty: it has no header row", file=source.name))
    return data


def _end_of_row(lines: Sequence[bytes], begin: int, delimiter: bytes) -> int:
    """Return the index behind the lines of the header row, whose quotes may hold line ends.

    0 if a quote is not closed within ``MOST_HEADER_LINES``.
    """
    is_open = False
    for at in range(begin, min(len(lines), begin + MOST_HEADER_LINES)):
        line = lines[at].removeprefix(_BOM) if at == 0 else lines[at]
        if b'"' in line:
            is_open = is_open_after(line, delimiter, is_open=is_open)
        if not is_open:
            return at + 1
    return 0


def _header_text(header: bytes, name: str, line: int, encoding: str) -> str:
    try:
        text = header.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        raise BadDataError(
            Problem.at(
                name,
                "the header row is not {encoding}: {reason}",
                line=line,
                encoding=encoding,
                reason=error.reason,
            ),
            hint="name the encoding of the file, such as --encoding cp1252",
        ) from None
    text = composed(text)
    if "\0" in text:
        raise BadDataError(
            Problem(
                "the header row contains NUL bytes: the file may be UTF-16 or binary",
                file=name,
                line=line,
            ),
            hint="convert the file to UTF-8",
        )
    return text
