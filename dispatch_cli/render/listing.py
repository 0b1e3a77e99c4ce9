"""A table of texts, as of ``providers list``: on a terminal by rich, else tab-separated."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from ..messages import Message
from .console import console_of, screen_of
from .layout import Screen, cells
from .plain import write_table

if TYPE_CHECKING:
    from rich.table import Table

_CELL_LIMIT = 4000
_BLOCK = 1000
"""Rows whose columns are aligned with each other on a terminal; more begin under new headings."""


def print_listing(
    columns: Sequence[str],
    rows: Iterable[Sequence[Message | str]],
    *,
    stream: TextIO,
    title: str = "",
    whole: Collection[str] = ("phone",),
    width: int | None = None,
) -> None:
    """Print rows under their headings; on a terminal long cells are folded, not cropped.

    ``whole`` names the columns whose cells are never folded. ``title`` and ``width`` are for
    terminals; elsewhere the lines are tab-separated. Rows are read in blocks, so that the first
    lines of a long list appear at once.
    """
    if stream.isatty():
        from rich.text import Text

        screen = screen_of(stream, width=width)
        console = console_of(stream, screen)
        if title:
            console.print(Text(screen.text(title), style="bold"), soft_wrap=True)
        for block in _blocks(rows):
            console.print(_table(columns, block, screen, whole))
    else:
        write_table(columns, (dict(zip(columns, row, strict=True)) for row in rows), stream)


def _blocks(
    rows: Iterable[Sequence[Message | str]],
) -> Iterator[list[Sequence[Message | str]]]:
    """Yield rows in blocks; without rows one empty block, which has its headings."""
    left = iter(rows)
    yield list(islice(left, _BLOCK))
    while block := list(islice(left, _BLOCK)):
        yield block


def _table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Message | str]],
    screen: Screen,
    whole: Collection[str],
) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False)
    texts = [[screen.text(cell, _CELL_LIMIT) for cell in row] for row in rows]
    for index, column in enumerate(columns):
        heading = Text(screen.text(column), style="bold")
        if column in whole:
            widest = max((cells(row[index]) for row in texts), default=0)
            table.add_column(heading, no_wrap=True, min_width=widest)
        else:
            table.add_column(heading, overflow="fold")
    for row in texts:
        table.add_row(*map(Text, row))
    return table
