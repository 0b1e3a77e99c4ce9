"""Which columns of the cascade table a terminal has room for, and how wide they are.

The phone number stands whole at every width. Where room is short, the name is shortened first,
then whole columns go: km, Until, Turn, Drive, Wait, Head, Expect, Ask, Arrive, Sort, Why, Help.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from .layout import Line, Screen, cells, pad


class Row(Struct, frozen=True, kw_only=True):
    """One row: its cells by column (one that is absent stays blank), and what its Why holds.

    ``asks`` is what the operator still has to ask, as "limit 2.8 t: ask weight".
    """

    cells: Mapping[str, str]
    reasons: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    style: str = ""
    call_style: str = ""


class Column(Struct, frozen=True):
    """One column: its heading, on which side its cells stand, and the blanks before it."""

    key: str
    width: int
    align: str = ">"
    gap: int = 2


# In the order in which they stand; ``width`` is the least that the heading and usual cells need.
_COLUMNS = (
    Column("#", 2, gap=0),
    Column("Call", 14, "<"),
    Column("Provider", 8, "<"),
    Column("There", 5, "<"),
    Column("Arrive", 6),
    Column("Wait", 4),
    Column("Turn", 4),
    Column("Drive", 5),
    Column("Ask", 5),
    Column("Expect", 6),
    Column("Head", 4),
    Column("Sort", 5),
    Column("Help", 4),
    Column("km", 4),
    Column("Until", 5, "<"),
    Column("Why", 3, "<"),
)
_BY_KEY = {column.key: column for column in _COLUMNS}

# In the order in which they come in as the terminal gets wider, with the room that the name and
# the reasons must have by then.
_WANTED = (
    ("There", 0, 0),
    ("Provider", 8, 0),
    ("Help", 12, 0),
    ("Why", 14, 10),
    ("Sort", 14, 11),
    ("Arrive", 20, 14),
    ("Ask", 20, 14),
    ("Expect", 20, 14),
    ("Head", 20, 14),
    ("Wait", 20, 14),
    ("Drive", 20, 14),
    ("Turn", 20, 14),
    ("Until", 20, 14),
    ("km", 20, 14),
)
_SUM = ("Wait", "Turn", "Drive")
"""Where all three stand, "Arrive =" says that they add up to it."""


class Columns(Struct, frozen=True):
    """The columns that a screen has room for, in their order, each with its width."""

    screen: Screen
    chosen: tuple[Column, ...]

    def has(self, key: str) -> bool:
        """Whether a column is shown."""
        return any(column.key == key for column in self.chosen)

    def head(self) -> Line:
        """Make the line of headings."""
        headings = {column.key: column.key for column in self.chosen}
        return self.line(Row(cells=headings, reasons=("Why",), style="bold"))

    def line(self, row: Row) -> Line:
        """Set one row."""
        pieces = []
        for column in self.chosen:
            text = row.cells.get(column.key, "")
            if column.key == "Why":
                text = reasons_within(row, column.width)
            if column.key == "Arrive" and self.adds_up and text:
                text = f"{text} ="
            text = self.screen.shorten(text, column.width)
            style = row.call_style if column.key == "Call" else ""
            blanks = " " * column.gap
            pieces.append((blanks + pad(text, column.width, column.align), style or row.style))
        last_text, last_style = pieces.pop()
        return (*pieces, (last_text.rstrip(), last_style))

    @property
    def adds_up(self) -> bool:
        """Whether the parts of the arrival all stand beside it."""
        return self.has("Arrive") and all(self.has(key) for key in _SUM)


def reasons_within(row: Row, width: int) -> str:
    """Say as much of what speaks for and against somebody as a number of cells can hold.

    The second reason goes first, then what an ask is about ("limit 2.8 t"), then the ask, which
    the head of the screen repeats.
    """
    short_asks = tuple(ask.rpartition(": ")[2] for ask in row.asks)
    for parts in (
        (*row.reasons, *row.asks),
        (*row.reasons[:1], *row.asks),
        (*row.reasons[:1], *short_asks),
        row.reasons[:1] or short_asks[:1],
    ):
        text = ", ".join(parts)
        if cells(text) <= width:
            break
    return text


_NAME_LEAST = 12
"""The name gives way to the first reason down to so many cells."""


def choose(screen: Screen, rows: Sequence[Row]) -> Columns:
    """Choose the columns for all the rows of a screen, so that its tables stand in line."""
    natural = {column.key: _natural(column, rows) for column in _COLUMNS}
    chosen = ["#", "Call"]
    for key, name_least, why_least in _WANTED:
        name = min(name_least, natural["Provider"])
        why = min(why_least, natural["Why"])
        if _needed([*chosen, key], natural, name, why) > screen.width:
            break
        chosen.append(key)
    return Columns(screen, _measured(screen.width, chosen, natural))


def _natural(column: Column, rows: Iterable[Row]) -> int:
    """How wide a column would be if nothing were shortened."""
    if column.key == "Why":
        texts = [", ".join(row.reasons[:1] or row.asks[:1]) for row in rows]
    else:
        texts = [row.cells.get(column.key, "") for row in rows]
    return max([column.width, *map(cells, texts)])


def _needed(keys: Sequence[str], natural: Mapping[str, int], name: int, why: int) -> int:
    """How many cells some columns take with so much room for the name and the reasons."""
    flexible = {"Provider": name, "Why": why}
    return sum(column.width + column.gap for column in _placed(keys, {**natural, **flexible}))


def _placed(keys: Sequence[str], widths: Mapping[str, int]) -> list[Column]:
    """Put columns in their order, with room for "=" where the parts stand beside the sum."""
    adds_up = {"Arrive", *_SUM} <= set(keys)
    placed = []
    for column in _COLUMNS:
        if column.key in keys:
            width, gap = widths[column.key], column.gap
            if column.key == "Arrive" and adds_up:
                width += 2
            if column.key == "Wait" and adds_up:
                gap = 1
            placed.append(Column(column.key, width, column.align, gap))
    return placed


def _measured(width: int, keys: Sequence[str], natural: Mapping[str, int]) -> tuple[Column, ...]:
    """Share what is left: the first reason, then the name, then whatever else there is to say."""
    room = width - _needed(keys, natural, 0, 0)
    least_name = min(natural["Provider"], _NAME_LEAST)
    why = max(0, min(natural["Why"], room - least_name)) if "Why" in keys else 0
    name = max(0, min(natural["Provider"], room - why)) if "Provider" in keys else 0
    if "Why" in keys:
        why = room - name
    return tuple(_placed(keys, {**natural, "Provider": name, "Why": why}))
