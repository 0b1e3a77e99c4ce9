"""A language for tests in which each word of ours stands between « and »."""

import re
from collections.abc import Iterable
from gettext import NullTranslations

from .catalogues import HEADER

OPEN, CLOSED, CUT = "«", "»", "…"
_VALUE = re.compile(r"(\{[^{}]*\})")
_CELL_END = re.compile(r" *$|  ", re.MULTILINE)
_LETTERS = re.compile(r"[^\W\d_]+")


class PseudoLanguage(NullTranslations):
    """A catalogue that marks what a template says itself, so that its values stand outside.

    A word of ours within a value is therefore only marked if the value is looked up as well.
    """

    def gettext(self, message: str) -> str:
        """Return the template with marks around each piece that has letters.

        For an empty id it is the header of the catalogue, which ``unworded`` finds outside marks.
        """
        if not message:
            return HEADER
        return "".join(map(_marked, _VALUE.split(message)))


def _marked(piece: str) -> str:
    is_ours = _LETTERS.search(piece) and not _VALUE.fullmatch(piece)
    return f"{OPEN}{piece}{CLOSED}" if is_ours else piece


def outside_marks(text: str) -> str:
    """Return what stands outside all marks, with a bar for each marked piece.

    Marks may be nested, since a template can be a value of another one's piece. A cell that was
    shortened ends in "…" and may have lost its closing marks. Raises ValueError for other marks
    without their partner.
    """
    kept: list[str] = []
    depth = 0
    for position, sign in enumerate(text):
        if sign == OPEN:
            depth += 1
            kept.append("|")
        elif sign == CLOSED:
            depth -= 1
            if depth < 0:
                raise ValueError(f"closed but never opened: {text[: position + 1][-60:]!r}")
        elif sign == CUT and _CELL_END.match(text, position + 1):
            depth = 0
            kept.append(sign)
        elif depth == 0:
            kept.append(sign)
    if depth:
        raise ValueError(f"still open at the end: {text[-60:]!r}")
    return "".join(kept)


def unworded(text: str, data: Iterable[str] = (), patterns: Iterable[str] = ()) -> list[str]:
    """Return the words outside all marks, except for data.

    ``data`` are texts of files and callers, which a screen may break or shorten; ``patterns`` are
    regular expressions for data with a form, such as commands.
    """
    left = outside_marks(text)
    for pattern in patterns:
        left = re.sub(pattern, "|", left)
    for each in sorted(data, key=len, reverse=True):
        broken = r"\s+".join(map(re.escape, each.split()))
        left = re.sub(rf"(?<!\w){broken}(?!\w)", "|", left)
        for length in range(len(each) - 1, 0, -1):
            left = left.replace(each[:length].rstrip() + CUT, "|")
    return _LETTERS.findall(left)
