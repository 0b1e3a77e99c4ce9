"""Read JSON lines: one object a line, in UTF-8."""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ..messages import Message
from ..model.words import composed
from .csv_rows import too_long
from .input_stream import InputStream
from .lines import Piece, lines_of
from .values import ROWS, Chunk, Mark, Reject, Row


class JsonRows:
    """Read the records of JSON lines; ``columns`` is None, because each object has its own."""

    columns = None

    def __init__(self, source: InputStream) -> None:
        self._source = source
        if source.peek().startswith(codecs.BOM_UTF8):
            source.read(len(codecs.BOM_UTF8))
        self.start = Mark(offset=source.offset)

    def first_rows(self) -> list[Row]:
        """Return the first objects in memory with all their values; nothing more is read."""
        records = _chunk(self._source.first_lines(ROWS), self.start, None).records
        return [each for each in records if isinstance(each, Row)]

    def chunks(self, mark: Mark, wanted: Iterable[str]) -> Iterator[Chunk]:
        """Read the objects from a mark to the end, with the wanted names that each has."""
        self._source.skip_to(mark.offset)
        names = tuple(dict.fromkeys(wanted))
        for found in lines_of(self._source.read, within=mark.part > 0):
            if isinstance(found, Piece):
                yield (chunk := too_long(found, mark))
                mark = chunk.end
                continue
            for at in range(0, len(found.lines), ROWS):
                yield (chunk := _chunk(found.lines[at : at + ROWS], mark, names))
                mark = chunk.end


def begins_over_lines(first: bytes) -> bool:
    """Whether the first bytes of a file are an object, or the beginning of one, over lines."""
    text = first.removeprefix(codecs.BOM_UTF8).decode(errors="replace").lstrip()
    line, _, rest = text.partition("\n")
    if not rest.strip() or _is_json(line):
        return False
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        # The end of a large object is not in the first bytes.
        return line.strip() == "{" and not _is_json(rest.partition("\n")[0])
    # One broken line among whole ones is a reject, and not another kind of file.
    following = text[end:].lstrip().partition("\n")[0]
    return isinstance(found, dict) and end > len(line) and not _is_json(following)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


_OBJECT = msgspec.json.Decoder(dict[str, Any])
_NAMES = re.compile(rb'"\s*:')
_BYTE = re.compile(r"\(byte ([0-9]+)\)")  # in the errors of msgspec, from 0 on


def _chunk(lines: list[bytes], mark: Mark, names: tuple[str, ...] | None) -> Chunk:
    """Make a chunk of rows and rejects; without ``names`` a row has all values."""
    records: list[Row | Reject] = []
    number, line = mark.number, mark.line
    for raw in lines:
        try:
            found = _OBJECT.decode(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            records.append(Reject(number, line, *_reason_and_detail(raw, error), raw))
        else:
            if not raw.isascii() or b"\\u" in raw:
                found = {composed(name): value for name, value in found.items()}
            twice = _name_twice(raw, found)
            if twice is None:
                if names is not None:
                    found = {name: found[name] for name in names if name in found}
                records.append(Row(number, line, raw, found))
            else:
                detail = Message("the name {name!r} occurs twice", name=twice)
                records.append(Reject(number, line, "bad_json", detail, raw))
        number, line = number + 1, line + 1
    return Chunk(records, Mark(mark.offset + sum(map(len, lines)), number, line))


def _name_twice(raw: bytes, found: dict[str, Any]) -> str | None:
    """Return a name that the object has twice: readers use different values of the two."""
    # Exact for an object without nested ones; others are read once more.
    if len(_NAMES.findall(raw)) == len(found):
        return None
    pairs = json.loads(raw, object_pairs_hook=list)
    names = [composed(name) for name, _ in pairs]
    return next((name for name in names if names.count(name) > 1), None)


def _reason_and_detail(raw: bytes, error: Exception) -> tuple[str, Message]:
    if not raw.strip():
        return "empty", Message("the line is empty")
    if isinstance(error, RecursionError):
        return "bad_json", Message("the object is nested too deep")
    if b"\0" in raw:
        return "nul_byte", Message("the line contains a NUL byte")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "encoding", Message("the line is not UTF-8")
    return "bad_json", _json_fault(error)


def _json_fault(error: Exception) -> Message:
    """Name the byte where a line ceases to be JSON; the first byte has the number 1."""
    if isinstance(error, msgspec.ValidationError):
        return Message("the line is not a JSON object but another JSON value")
    place = _BYTE.search(str(error))
    if place is None:
        return Message("the line is not a JSON object: it ends too early")
    text = "the line is not a JSON object: byte {byte} is not expected there"
    return Message(text, byte=int(place[1]) + 1)
