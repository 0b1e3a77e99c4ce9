"""Find what surrounds the place at which the TOML parser stops: statement, bracket, value, text."""

import re

from msgspec import Struct

from ..messages import Message
from .line_numbers import STRINGS

Fault = tuple[int, Message]
"""The offset of a fault, and its sentence."""

_STATEMENT_PART = re.compile(rf"(?>(?:[^\n\"'#\[\]{{}}]++|{STRINGS}|#[^\n]*+)+)", re.DOTALL)
_TOKEN = re.compile(rf"{STRINGS}|#[^\n]*+|.", re.DOTALL)
_UNCLOSED = ("Unterminated string", "Expected \"'")
_NEXT_KEY = re.compile(r"""[,;]\s*[\w"'.-]+\s*=""")


class TomlStop(Struct, frozen=True, kw_only=True):
    """The place at which the parser stops; offsets count in ``text`` and are -1 where absent.

    ``reason`` is the parser's own message. ``start`` is the statement, ``value_at`` the value that
    is being read, ``bracket_at`` the innermost open bracket, ``string_at`` the open string.
    """

    text: str
    at: int
    reason: str
    start: int
    value_at: int = -1
    bracket_at: int = -1
    string_at: int = -1

    @property
    def sign(self) -> str:
        """The character at the stop; "" at the end of the text."""
        return self.text[self.at : self.at + 1]

    @property
    def bracket(self) -> str:
        """The innermost open bracket; "" if none is open."""
        return self.text[self.bracket_at] if self.bracket_at >= 0 else ""

    @property
    def line_start(self) -> int:
        """The offset of the line of the stop."""
        return self.text.rfind("\n", 0, self.at) + 1

    def line_end(self, offset: int) -> int:
        """Return the end of the line of an offset."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    @property
    def line(self) -> str:
        """The line of the stop."""
        return self.text[self.line_start : self.line_end(self.at)]

    @property
    def rest(self) -> str:
        """The line from the stop on."""
        return self.text[self.at : self.line_end(self.at)]

    @property
    def before(self) -> str:
        """The statement up to the stop."""
        return self.text[self.start : self.at]

    @property
    def key(self) -> str:
        """The key whose value is being read, or "" outside of values."""
        match = re.search(r"([\w.-]+)[ \t]*=[ \t]*$", self.text[self.start : self.value_at])
        return match[1].rpartition(".")[2] if match else ""

    @property
    def value(self) -> str:
        """The value without quotes that is being read, up to a comment or its bracket."""
        if self.value_at < 0:
            return ""
        found = self.text[self.value_at : self.line_end(self.value_at)]
        found = re.split(r"(?:^|\s)#", found, maxsplit=1)[0]
        if self.bracket == "{":
            found = _NEXT_KEY.split(found.partition("}")[0], maxsplit=1)[0]
        elif self.bracket == "[":
            found = re.split(r"[\],]", found, maxsplit=1)[0]
        return found.strip().rstrip(",;").rstrip()


def find_stop(text: str, at: int, reason: str) -> TomlStop:
    """Find the surroundings of an offset; the text before it must be valid TOML."""
    start = _statement_start(text, at)
    opened: list[tuple[int, int]] = []
    value_from, string_at = -1, -1
    for match in _TOKEN.finditer(text, start):
        if match.start() >= at:
            break
        mark = match[0]
        if mark[0] in "\"'":
            is_unclosed = reason.startswith(_UNCLOSED) and match.end() == len(text)
            if len(mark) == 1 or match.end() > at or is_unclosed:
                string_at = match.start()
                break
        elif mark in "[{":
            opened.append((match.start(), value_from))
            value_from = match.end() if mark == "[" else -1
        elif mark in "]}" and opened:
            value_from = opened.pop()[1]
        elif mark == "=":
            value_from = match.end()
        elif mark == "," and opened:
            value_from = match.end() if text[opened[-1][0]] == "[" else -1
    value_at = -1
    is_header = text.startswith("[", start) and (not opened or opened[0][0] == start)
    if value_from >= 0 and not is_header:
        value_at = value_from + len(text[value_from:at]) - len(text[value_from:at].lstrip())
    return TomlStop(
        text=text,
        at=at,
        reason=reason,
        start=start,
        value_at=value_at,
        bracket_at=opened[-1][0] if opened else -1,
        string_at=string_at,
    )


def _statement_start(text: str, at: int) -> int:
    """Find the first character of the statement that an offset is in."""
    start = here = depth = 0
    while here < at:
        match = _STATEMENT_PART.match(text, here)
        here = match.end() if match else here
        if here >= at or text[here] in "\"'":  # in the last one, or at a string that never ends
            break
        mark = text[here]
        here += 1
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth = max(0, depth - 1)
        elif depth == 0:
            start = here
    return start + len(text[start:at]) - len(text[start:at].lstrip(" \t\n"))
