"""The rows of a cascade's table, and the columns that a terminal has room for, with their widths.

The phone number is shown whole at every width. Where room is short, the name is shortened first,
then columns are omitted in descending order of ``TerminalColumn.priority``.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from ..results.cascade_answer import Cascade
from .cascade_columns import Cell, TerminalColumn
from .layout import Line, Screen, cells, pad

TableRow = Mapping[str, str | Cell]  # cells by the names of their columns

_SUM_MARK = " ="
_NAME_MINIMUM = 12  # The name is shortened to this width so that the first reason fits.
_NAME_LEAST = 8


class CascadeRows(Struct, frozen=True):
    """A cascade with the rows that a screen may show."""

    cascade: Cascade
    rows: tuple[TableRow, ...]
    last_resort: TableRow


class TableLayout(Struct, frozen=True):
    """The columns of all tables of a screen, from left to right, with their final widths."""

    screen: Screen
    columns: list[TerminalColumn]

    def head(self) -> Line:
        """Make the line of headings."""
        heads = {each.name: self.screen.text(each.heading) for each in self.columns}
        return self.line({name: Cell(text, style="bold") for name, text in heads.items()})

    def line(self, row: TableRow) -> Line:
        """Make the line of one row."""
        pieces = []
        for column in self.columns:
            cell = _cell(row, column)
            mark = _SUM_MARK if column.parts else ""
            for text in (cell.text, *cell.shorter):
                if cells(text + mark) <= column.width:
                    break
            text = self.screen.shorten(text + mark if text else "", column.width)
            pieces.append((" " * column.gap + pad(text, column.width, column.align), cell.style))
        last_text, last_style = pieces.pop()
        return (*pieces, (last_text.rstrip(), last_style))


def make_table(
    cascade: Cascade, columns: list[TerminalColumn], when: datetime, screen: Screen, top: int | None
) -> CascadeRows:
    """Make the rows of the first ``top`` candidates (None: all) and of the last resort."""
    rows = tuple(
        {each.name: each.cell(candidate, when, screen) for each in columns}
        for candidate in cascade.candidates[:top]
    )
    last_resort = {each.name: each.last_resort(cascade, when, screen) for each in columns}
    return CascadeRows(cascade, rows, last_resort)


def fit_columns(columns: list[TerminalColumn], rows: list[TableRow], screen: Screen) -> TableLayout:
    """Choose the columns and their widths for all rows of a screen, so that its tables align."""
    full = [
        replace(
            column,
            width=_full_width(column, rows, screen),
            longer=max(0, cells(screen.text(column.heading)) - column.width),
        )
        for column in columns
    ]
    shown: list[TerminalColumn] = []
    for added in sorted(full, key=lambda column: column.priority):
        wider = [column for column in full if column in shown or column is added]
        name, reasons = map(min, added.rooms, _flexible_widths(wider))
        if added.priority and _total(_place(wider, name, reasons)) > screen.width:
            break
        shown = wider
    return TableLayout(screen, _share_room(screen.width, shown))


def _cell(row: TableRow, column: TerminalColumn) -> Cell:
    value = row[column.name]
    return value if isinstance(value, Cell) else Cell(value)


def _full_width(column: TerminalColumn, rows: list[TableRow], screen: Screen) -> int:
    """Return the width at which the heading and the usual text of every cell fit."""
    shown = [_cell(row, column) for row in rows]
    texts = [cell.text if cell.usual is None else cell.usual for cell in shown]
    return max(column.width, *map(cells, [screen.text(column.heading), *texts]))


def _flexible_widths(columns: list[TerminalColumn]) -> tuple[int, int]:
    """Return the widths of the name and of the reasons, 0 where they are not shown."""
    widths = {column.sizing: column.width for column in columns}
    return widths.get("name", 0), widths.get("reasons", 0)


def _total(columns: list[TerminalColumn]) -> int:
    return sum(column.gap + column.width for column in columns)


def _place(columns: list[TerminalColumn], name: int, reasons: int) -> list[TerminalColumn]:
    """Set the widths of the name and the reasons, and make room for "=" after a complete sum.

    Where a part of a sum is not shown, the sum has no ``parts`` in the result.
    """
    flexible = {"name": name, "reasons": reasons}
    placed = [replace(each, width=flexible.get(each.sizing, each.width)) for each in columns]
    names = {column.name for column in placed}
    for index, column in enumerate(placed):
        if not names.issuperset(column.parts):
            placed[index] = replace(column, parts=())
        elif column.parts:
            placed[index] = replace(column, width=column.width + len(_SUM_MARK))
            placed[index + 1] = replace(placed[index + 1], gap=1)
    return placed


def _share_room(width: int, columns: list[TerminalColumn]) -> list[TerminalColumn]:
    """Give the room that is left to the first reason, then the name, then the other reasons."""
    room = width - _total(_place(columns, 0, 0))
    full_name, full_reasons = _flexible_widths(columns)
    # Headings of another language may need more than the columns, and so the room of the name.
    longer = sum(each.longer for each in columns if each.sizing == "fixed")
    least = max(_NAME_LEAST, _NAME_MINIMUM - longer)
    reasons = max(0, min(full_reasons, room - min(full_name, least)))
    name = max(0, min(full_name, room - reasons))
    return _place(columns, name, room - name)
