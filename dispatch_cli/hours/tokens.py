"""Cut opening hours into tokens: words, times and marks, each with its column."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..errors import SentenceError
from ..messages import Message
from ..model.words import fold
from .hour_words import MEANING, MONTHS, Kind

EXAMPLE = '"Mo-Fr 08:00-18:00; Sa 09:00-12:00; PH off"'


class HoursError(SentenceError):
    """Opening hours that cannot be read; ``column`` counts from 1, 0 means the whole text."""

    def __init__(self, template: str, column: int = 0, **values: Any) -> None:
        self.column = column
        problem = Message(template, **values)
        if column:
            problem = Message("column {column}: {problem}", column=column, problem=problem)
        super().__init__(problem)


class Token(Struct, frozen=True):
    """A piece of the input: its text in the syntax of OpenStreetMap, and its column.

    ``written`` is the input, shortened for messages.
    """

    kind: Kind
    text: str
    column: int
    written: str


# The first match counts. Digits are ASCII digits; those of other scripts are refused.
_PIECES = r"""
      (?P<blank>  [ \t\u00a0\u2009\u202f]+ )
    | (?P<line>   [\r\n]+ )
    | (?P<comment> "[^"]*" | „[^“”"]*[“”"] )
    | (?P<always> 24/7 | rund\s+um\s+die\s+uhr | 24\s?-?\s?(?:h|std\.?|stunden)(?![^\W\d_])
        | tag\s+(?:und|u\.|&)\s+nacht(?![^\W\d_]) | day\s+and\s+night(?![^\W\d_])
        | around\s+the\s+clock(?![^\W\d_])
        # Alone: "Mo-Fr 8-18 durchgehend" means without a break.
        | \Adurchgehend(?:\s+(?:geöffnet|offen|besetzt|erreichbar))?\s*\Z )
    | (?P<sunday> sonn\s?[-‐‑–] (?=\s*(?:und|u\.|&|/|,)) )
    | (?P<offset> (?P<sign>[-+])\s?(?P<days>[0-9]{1,3})\s(?:days?|tage?)(?![^\W\d_]) )
    | (?P<date>   (?P<dd>[0-3]?[0-9])\.\s?(?P<mm>0?[1-9]|1[0-2])\.(?:\s?(?P<yyyy>[0-9]{4}))? )
    | (?P<time>   [0-9]{1,2}[:.][0-9]{2}(?![0-9]) )
    | (?P<ordinal> [0-9]{1,2}\.(?![0-9]) )
    | (?P<number> [0-9]+ )
    | (?P<dash>   [-‐‑–—−] )
    | (?P<mark>   \|\| | [;,:+/&\[\]] )
    | (?P<word>   [^\W\d_]+\.? )
    """

_FIXED: dict[str, tuple[Kind, str]] = {
    "sunday": ("day", "Su"),  # of "Sonn- und Feiertage"
    "always": ("always", "24/7"),
    "line": ("mark", ";"),
    "dash": ("mark", "-"),
}


def tokenize(text: str) -> list[Token]:
    """Cut a text into tokens without blanks and fillers; raises HoursError at an unknown one."""
    # Compiled at the first use (5 ms), and cached by re.
    pieces = re.compile(_PIECES, re.VERBOSE | re.IGNORECASE)
    found: list[Token] = []
    at = 0
    while at < len(text):
        piece = pieces.match(text, at)
        if piece is None:
            raise _unknown_character(text, at)
        found.extend(_tokens_of(piece))
        at = piece.end()
    return found


def _tokens_of(piece: re.Match[str]) -> Iterator[Token]:
    text, column = piece[0], piece.start() + 1
    written = text if len(text) <= 30 else f"{text[:29]}…"
    match piece.lastgroup:
        case "blank":
            return
        case "word":
            yield from _word(text, column, written)
        case "date":
            if piece["yyyy"]:
                yield Token("number", piece["yyyy"], column, written)
            yield Token("month", MONTHS[int(piece["mm"]) - 1], column, written)
            yield Token("number", str(int(piece["dd"])), column, written)
        case "comment":
            if not text[1:-1].strip() or not text.isprintable():
                raise HoursError(
                    "a text in quotes must be one line of printable characters",
                    column,
                )
            yield Token("comment", f'"{text[1:-1]}"', column, written)
        case "offset":
            days = int(piece["days"])
            unit = "day" if days == 1 else "days"
            yield Token("offset", f"{piece['sign']}{days} {unit}", column, written)
        case "time" | "ordinal" | "number" as kind:
            yield Token(kind, text.rstrip("."), column, written)
        case "mark":
            yield Token("mark", "," if text == "&" else text, column, written)
        case group:
            yield Token(*_FIXED[group or ""], column, written)


def _word(text: str, column: int, written: str) -> Iterator[Token]:
    known = MEANING.get(fold(text.rstrip(".")))
    if known is None:
        raise HoursError(
            '"{written}" is not a day, month, time or state; write e.g. {example}, and free text'
            ' in quotes after "unknown", "open" or "off": unknown "nach Vereinbarung"',
            column,
            written=written,
            example=EXAMPLE,
        )
    kind, meaning = known
    if kind == "sun":
        raise HoursError(
            '"{written}": hours by the sun are not supported; write times of day, e.g. '
            '"Apr-Sep 07:00-20:00; Oct-Mar 08:00-17:00"',
            column,
            written=written,
        )
    if kind == "join":
        yield Token("mark", meaning, column, written)
    elif kind != "filler":
        yield Token(kind, meaning, column, written)


def _unknown_character(text: str, at: int) -> HoursError:
    if text[at] in '"„':
        return HoursError("the quote is not closed", at + 1)
    return HoursError(
        "{character!a} is not allowed here; write e.g. {example}",
        at + 1,
        character=text[at],
        example=EXAMPLE,
    )
