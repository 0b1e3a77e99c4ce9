"""Lines of text on a terminal: measure, shorten, pad and wrap them.

A line is a row of pieces, each a text with the name of a style, independent of rich.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from unicodedata import category, east_asian_width

from msgspec import Struct

from ..messages import Message
from .clean import clean, escape
from .wording import say, word, worded

Piece = tuple[str, str]
"""A text and its style ("" for none)."""

Line = tuple[Piece, ...]

GAP = "   "
"""The blanks between two facts on one line."""

_FIRST_MARK = "\u0300"
"""Every character before it takes one cell."""

# For terminals that do not speak UTF-8; German as people type it without umlauts.
_ASCII = {
    "±": "+/-", "–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"',
    "·": "-", "→": "->", "€": "EUR", "°": " deg", "\xa0": " ",
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss",
}  # fmt: skip


class Screen(Struct, frozen=True):
    """The size and encoding of a terminal; ``height`` None: unlimited, for a picture."""

    width: int = 80
    height: int | None = None
    encoding: str = "utf-8"

    def text(self, raw: Message | str, limit: int = 500) -> str:
        """Return a sentence or text cleaned, and with replacements for the encoding."""
        shown = clean(raw if isinstance(raw, str) else worded(raw), limit)
        return shown if shown.isascii() else encodable(shown, self.encoding)

    def say(self, template: str, /, **values: object) -> str:
        """Word a sentence, a heading or a label; the texts among its values are cleaned."""
        shown = {name: self._shown(value) for name, value in values.items()}
        return encodable(say(template, **shown), self.encoding)

    def word(self, closed: Message | str, of: str = "") -> str:
        """Word a closed word of the model, such as "declined"."""
        return self.text(word(closed, of) if isinstance(closed, str) else closed)

    def hanging(self, *labels: Message) -> str:
        """Return the blanks that align texts behind labels: those of the longest one and two."""
        return " " * (max(cells(self.text(each)) for each in labels) + 2)

    def _shown(self, value: object) -> object:
        return self.text(value) if isinstance(value, Message | str) else value

    def shorten(self, text: str, width: int) -> str:
        """Cut a text to a number of cells, with "…" where something is missing."""
        return shorten(text, width, encodable("…", self.encoding))


def plain_line(text: str, style: str = "") -> Line:
    """Make a line of one piece."""
    return ((text, style),)


def plain_lines(texts: Iterable[str], style: str = "") -> list[Line]:
    """Make lines of one piece each."""
    return [plain_line(text, style) for text in texts]


def line_text(line: Line) -> str:
    """Join the pieces of a line, without their styles."""
    return "".join(text for text, _ in line)


def encodable(text: str, encoding: str) -> str:
    """Replace characters that an encoding lacks: ± by +/-, ä by ae, others by their code."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        if len(text) == 1:
            return _ASCII.get(text) or escape(text)
        return "".join(encodable(character, encoding) for character in text)
    return text


def cells(text: str) -> int:
    """Count the cells of a cleaned text: two for East Asian wide characters, none for marks."""
    if text.isascii() or max(text) < _FIRST_MARK:
        return len(text)
    return sum(map(_cell, text))


@cache
def _cell(character: str) -> int:
    if category(character) == "Mn":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def shorten(text: str, width: int, ellipsis: str = "…") -> str:
    """Cut a text to a number of cells, ending in the ellipsis where something is missing."""
    if cells(text) <= width:
        return text
    if width < len(ellipsis):
        return ""
    room = width - len(ellipsis)
    kept, used = [], 0
    for character in text:
        used += _cell(character)
        if used > room:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ellipsis


def pad(text: str, width: int, align: str = "<") -> str:
    """Fill a text with blanks to a number of cells, on the right ("<") or on the left (">")."""
    blanks = " " * (width - cells(text))
    return blanks + text if align == ">" else text + blanks


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Break a text at blanks into lines of at most ``width`` cells; ``rest`` starts the others.

    A word that is longer than a line is broken where the line ends.
    """
    return flow(text.split(" "), width, gap=" ", first=first, rest=rest)


def flow(
    parts: Iterable[str], width: int, *, gap: str = GAP, first: str = "", rest: str = ""
) -> list[str]:
    """Set parts one after another; a part is broken only if it is longer than a line."""
    lines: list[str] = []
    current, is_empty = first, True
    for part in parts:
        joined = current + ("" if is_empty else gap) + part
        if cells(joined) <= width:
            current, is_empty = joined, False
            continue
        if not is_empty:
            lines.append(current.rstrip(" "))
            current = rest
        words = part.split(" ") if gap != " " and " " in part else []
        if words and cells(current + part) > width:
            *whole, current = flow(words, width, gap=" ", first=current, rest=rest)
            lines += whole
        else:
            *whole, current = _broken(current + part, width, rest)
            lines += whole
        is_empty = False
    return [*lines, current.rstrip(" ")]


def _broken(text: str, width: int, rest: str) -> list[str]:
    """Break a line that has no blank to break at."""
    lines = []
    while cells(text) > width > cells(rest) + 1:
        head = shorten(text, width, "")
        if len(head) <= len(rest):
            break
        lines.append(head)
        text = rest + text[len(head) :]
    return [*lines, text]


_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+|\S+""", re.DOTALL)


def command_words(command: str) -> list[str]:
    """Split a shell command at the blanks that are outside quotes, keeping the quotes."""
    return _WORD.findall(command)


def wrap_command(command: str, width: int, *, first: str, rest: str) -> list[str]:
    r"""Break a shell command at blanks, each line but the last ending in "\", ready to be copied.

    An option stays with its value where a line can hold both; a quoted word is never broken, even
    if it is longer than the line.
    """
    lines: list[str] = []
    current, is_empty = first, True
    words = _options(command_words(command))
    for index, group in enumerate(words):
        tail = 0 if index == len(words) - 1 else 2
        joined = current + ("" if is_empty else " ") + group
        if not is_empty and cells(joined) + tail > width:
            lines.append(current + " \\")
            joined = rest + group
        current, is_empty = joined, False
    return [*lines, current]


def _options(words: Sequence[str]) -> list[str]:
    """Put each option together with the value that follows it."""
    groups: list[str] = []
    for each in words:
        follows = bool(groups) and groups[-1].startswith("-") and " " not in groups[-1]
        if follows and not each.startswith("-"):
            groups[-1] += " " + each
        else:
            groups.append(each)
    return groups
