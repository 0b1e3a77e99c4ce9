"""A table of texts, as of ``providers list``: on a terminal by rich, else tab-separated."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import TextIO

from ..messages import Message
from .console import print_lines, screen_of
from .layout import Line, Screen, cells, flow, pad, plain_line, plain_lines, wrap
from .plain import write_table

_CELL_LIMIT = 4000
_GAP = "  "
_LEAST_FOLDED = 16
_BLOCK = 1000
"""Rows whose columns are aligned with each other on a terminal; more begin under new headings."""


def print_listing(
    columns: Sequence[str],
    rows: Iterable[Sequence[Message | str]],
    *,
    stream: TextIO,
    title: Message | str = "",
    whole: Collection[str] = ("phone",),
    folded: Collection[str] = (),
    width: int | None = None,
) -> None:
    """Print rows under their headings; on a terminal long cells are folded at blanks, not cropped.

    Where the longest words of the columns do not fit beside each other, the cells of a row stand
    one after the other.

    The headings are the names of the columns, worded on a terminal.

    ``whole`` names the columns whose cells are never folded, ``folded`` those whose long words,
    such as paths, may be broken. ``title`` and ``width`` are for
    terminals; elsewhere the lines are tab-separated. Rows are read in blocks, so that the first
    lines of a long list appear at once.
    """
    if stream.isatty():
        screen = screen_of(stream, width=width)
        if title:
            print_lines([plain_line(screen.text(title), "bold")], stream, screen)
        for block in _blocks(rows):
            texts = [[screen.text(cell, _CELL_LIMIT) for cell in row] for row in block]
            heads = [screen.word(column) for column in columns]
            least = [
                _least(column, [heads[index], *(row[index] for row in texts)], whole, folded)
                for index, column in enumerate(columns)
            ]
            if sum(least) + len(_GAP) * (len(least) - 1) <= screen.width:
                print_lines(_table(heads, texts, least, screen.width), stream, screen)
            else:
                print_lines(_stacked(texts, screen), stream, screen)
    else:
        write_table(columns, (dict(zip(columns, row, strict=True)) for row in rows), stream)


def _blocks(rows: Iterable[Sequence[Message | str]]) -> Iterator[list[Sequence[Message | str]]]:
    """Yield rows in blocks; without rows one empty block, which has its headings."""
    left = iter(rows)
    yield list(islice(left, _BLOCK))
    while block := list(islice(left, _BLOCK)):
        yield block


def _least(
    column: str, texts: Iterable[str], whole: Collection[str], folded: Collection[str]
) -> int:
    """Return the least width of a column: that of its longest word, or cell if it is whole."""
    if column in whole:
        return max(map(cells, texts))
    longest = max(cells(word) for text in texts for word in text.split(" "))
    return min(longest, _LEAST_FOLDED) if column in folded else longest


def _table(
    heads: Sequence[str], texts: Sequence[Sequence[str]], least: Sequence[int], width: int
) -> list[Line]:
    """Make headings and rows; the widest columns are narrowed, each at most to its least width."""
    widths = [max(map(cells, column)) for column in zip(heads, *texts, strict=True)]
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    while over > 0:
        widest = max(
            (index for index, wide in enumerate(widths) if wide > least[index]),
            key=widths.__getitem__,
        )
        widths[widest] -= 1
        over -= 1
    lines = [plain_line(each, "bold") for each in _row(heads, widths)]
    for row in texts:
        lines += plain_lines(_row(row, widths))
    return lines


def _row(texts: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a row, whose cells are wrapped at blanks."""
    wrapped = [wrap(text, width) for text, width in zip(texts, widths, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        shown = [pad(part, width) for part, width in zip(parts, widths, strict=True)]
        yield _GAP.join(shown).rstrip()


def _stacked(texts: Sequence[Sequence[str]], screen: Screen) -> list[Line]:
    """Set the cells of each row one after the other, on as many lines as they need."""
    return [
        line
        for row in texts
        for line in plain_lines(flow(filter(None, row), screen.width, gap=_GAP, rest="  "))
    ]
