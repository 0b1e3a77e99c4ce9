"""The tables of reports on a screen."""

from collections.abc import Sequence

from ..messages import Message
from .layout import Line, Screen, cells, pad, plain_line

_LEAST = 10


Cell = Message | str


def report_table(
    heads: Sequence[Cell], rows: Sequence[Sequence[Cell]], screen: Screen
) -> list[Line]:
    """Make an empty line, the headings and the rows; no line without rows.

    Numbers are aligned right and never shortened; the first two columns are, if necessary.
    """
    if not rows:
        return []
    head, *texts = [[screen.text(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(map(cells, column)) for column in zip(head, *texts, strict=True)]
    gap = "  " if screen.width >= 72 else " "
    over = sum(widths) + len(gap) * (len(widths) - 1) - screen.width
    for column in (0, 1):
        narrower = max(min(widths[column], _LEAST), widths[column] - max(0, over))
        over -= widths[column] - narrower
        widths[column] = narrower

    def line(row: Sequence[str], style: str = "") -> Line:
        return plain_line(gap.join(_padded(row, widths, screen)).rstrip(), style)

    return [plain_line(""), line(head, "bold"), *map(line, texts)]


def _padded(row: Sequence[str], widths: Sequence[int], screen: Screen) -> list[str]:
    return [
        pad(screen.shorten(cell, width), width, ">" if cell[:1].isdigit() else "<")
        for cell, width in zip(row, widths, strict=True)
    ]
