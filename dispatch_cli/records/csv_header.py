"""Read the header row of a CSV file: its encoding, its delimiter, its names."""

import codecs

from ..errors import BadDataError, Problem, UsageError
from ..model.words import composed
from .input_stream import InputStream
from .quoting import is_open_after
from .values import MOST_BYTES

DELIMITERS = ",;\t|"
_BOM = codecs.BOM_UTF8


def checked_encoding(name: str) -> str:
    """Return the normal name of an encoding; raises UsageError if it is no superset of ASCII."""
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


def detect_delimiter(header: str) -> str:
    """Return the most frequent of ``, ; tab |`` outside quotes; a comma if there is none."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def read_header(source: InputStream, delimiter: str, encoding: str) -> tuple[str, int]:
    """Read the header row and count its lines; raises BadDataError if it cannot be read."""
    data = b""
    while block := source.read():
        data += block
        if len(data) > MOST_BYTES or b"\n" in block or b"\r" in block[:-1]:
            break
    if not data:
        raise BadDataError(Problem("the file is empty: it has no header row", file=source.name))
    possible = [each.encode() for each in delimiter or DELIMITERS]
    lines = data.splitlines(keepends=True)
    end = 1
    while end < len(lines) and any(
        is_open_after(b"".join(lines[:end]).removeprefix(_BOM), each) for each in possible
    ):
        end += 1
    header = b"".join(lines[:end])
    if len(header) > MOST_BYTES:
        raise BadDataError(
            Problem.at(
                source.name,
                "the header row is over {most_bytes} bytes",
                line=1,
                most_bytes=MOST_BYTES,
            )
        )
    source.unread(data[len(header) :])
    return _header_text(header, source.name, encoding), end


def _header_text(header: bytes, name: str, encoding: str) -> str:
    try:
        text = header.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        raise BadDataError(
            Problem.at(
                name,
                "the header row is not {encoding}: {reason}",
                line=1,
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
                line=1,
            ),
            hint="convert the file to UTF-8",
        )
    return text
