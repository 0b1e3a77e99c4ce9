"""The screen of ``dispatch cascade``, made so that it fits the height of the terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TextIO

from msgspec import Struct

from ..results.cascade_answer import Answer, Cascade
from . import figures
from .blocks import Density, block_lines, is_later, later_lines, unserved_lines
from .cascade_columns import CASCADE_COLUMNS, Column, phone_and_name
from .cascade_layout import CascadeRows, TableLayout, fit_columns, make_table
from .console import print_lines, screen_of
from .excluded import explain_lines
from .head import head_lines
from .layout import (
    Line,
    Screen,
    cells,
    flow,
    line_text,
    plain_line,
    plain_lines,
    wrap,
    wrap_command,
)

_MOST_ROWS = 10
"""Operators do not read further during a call; ``--top`` shows more."""

_ROWS_EACH = 3
"""Rows per service where a plan has several."""


class ScreenOptions(Struct, frozen=True, kw_only=True):
    """The options of the screen; with ``now`` None the incident's date is always shown."""

    top: int | None = None
    explain: bool = False
    suggest: str | None = None
    now: datetime | None = None
    columns: Sequence[Column] = CASCADE_COLUMNS

    @property
    def is_full(self) -> bool:
        """Whether an option requests all rows, so that the height does not limit the screen."""
        return self.explain or self.top is not None


def print_answer(
    answer: Answer,
    *,
    stream: TextIO,
    width: int | None = None,
    height: int | None = None,
    top: int | None = None,
    explain: bool = False,
    suggest: str | None = None,
    now: datetime | None = None,
) -> None:
    """Print an answer on a terminal; ``suggest`` is the next command, quoted for the shell."""
    screen = screen_of(stream, width=width, height=height)
    view = ScreenOptions(top=top, explain=explain, suggest=suggest, now=now)
    print_lines(answer_lines(answer, screen, view), stream, screen)


def answer_lines(answer: Answer, screen: Screen, view: ScreenOptions) -> list[Line]:
    """Make the screen, as full as the height allows; the last line is left for the prompt.

    With ``top`` or ``explain`` the height does not limit it.
    """
    densities = _densities(answer, view)
    first = next(densities)
    when = answer.incident.when
    terminal = [column.terminal for column in view.columns if column.terminal]
    later_rows = first.rows if view.is_full else 0  # 0: one line stands for the service
    tables = [
        make_table(cascade, terminal, when, screen, later_rows if is_later(cascade) else first.rows)
        for cascade in answer.cascades
    ]
    # Chosen once for the whole screen, so that its tables align.
    rows = [row for table in tables if table.rows for row in (*table.rows, table.last_resort)]
    layout = fit_columns(terminal, rows, screen)
    page = _Page(answer, view, tables, layout, head_lines(answer, screen, view.now))
    lines = _lines(page, first)
    while not (view.is_full or _fits(lines, screen)):
        tighter = next(densities, None)
        if tighter is None:
            return _cut_to_fit(lines, answer, screen)
        lines = _lines(page, tighter)
    return lines


def _cut_to_fit(lines: list[Line], answer: Answer, screen: Screen) -> list[Line]:
    """Omit lines from the middle of a screen that does not fit.

    The top has the emergency numbers and must not scroll away; the end has the first phone of each
    service.
    """
    height = (screen.height or len(lines)) - 1
    kept = [line for line in lines if line_text(line).strip()]
    if len(kept) <= height or height < 4:
        return kept
    phones = {row.phone for cascade in answer.cascades for row in cascade.candidates[:1]}
    first_phones = [line for line in kept if any(phone in line_text(line) for phone in phones)]
    top = max(len(answer.emergency), height - len(first_phones) - 1)
    head = [line for line in kept[:top] if line not in first_phones]
    note = screen.say("more lines than fit: enlarge the window, or --top 5")
    return [*head, *first_phones, plain_line(note, "dim")]


class _Page(Struct, frozen=True):
    """The parts of the screen that are the same at every density."""

    answer: Answer
    view: ScreenOptions
    tables: list[CascadeRows]
    layout: TableLayout
    head: list[Line]

    @property
    def has_table(self) -> bool:
        return any(table.rows for table in self.tables)


def _densities(answer: Answer, view: ScreenOptions) -> Iterator[Density]:
    """Yield densities from the roomiest to the tightest; each shows every first phone."""
    now = [cascade for cascade in answer.cascades if not is_later(cascade)]
    is_single = len(now) == 1
    has_title = not (is_single and answer.incident.services == (answer.incident.kind,))
    most = _MOST_ROWS if is_single else _ROWS_EACH
    if view.is_full:
        yield Density(rows=view.top, has_title=has_title, is_explained=view.explain)
        return
    for fewer in range(most, 2, -1):
        yield Density(rows=fewer, has_title=has_title)
    for fewer in (3, 2):
        yield Density(rows=fewer, has_footer=False)
    for fewer in (2, 1):
        yield Density(rows=fewer, has_footer=False, has_blanks=False, has_heads=False)
    for has_last_row, named in ((True, 1), (False, 1), (False, 0)):
        yield Density(
            rows=1,
            has_footer=False,
            has_blanks=False,
            has_heads=False,
            has_hints=False,
            has_last_row=has_last_row,
            named=named,
        )


def _fits(lines: list[Line], screen: Screen) -> bool:
    if screen.height is None:
        return True
    used = sum(max(1, -(-cells(line_text(line)) // screen.width)) for line in lines)
    return used <= screen.height - 1


def _lines(page: _Page, density: Density) -> list[Line]:
    lines = [*page.head]
    if not density.has_heads and page.has_table:
        lines.append(page.layout.head())
    for table in page.tables:
        if density.has_blanks and (not is_later(table.cascade) or page.view.is_full):
            lines.append(plain_line(""))
        lines += _block(table, page, density)
    if page.view.explain:
        for table in page.tables:
            lines += explain_lines(table.cascade, page.layout.screen)
    return lines + _ending(page, density)


def _block(table: CascadeRows, page: _Page, density: Density) -> list[Line]:
    cascade, screen = table.cascade, page.layout.screen
    lines: list[Line] = []
    if is_later(cascade):
        if not page.view.is_full:
            return later_lines(cascade, screen)
        lines.append(plain_line(_condition(cascade, screen)))
    if not table.rows:
        return lines + unserved_lines(cascade, screen, density)
    return lines + block_lines(table, page.answer, page.layout, density)


def _condition(cascade: Cascade, screen: Screen) -> str:
    before = screen.word(cascade.when.removeprefix("after:"))
    return screen.say("then, if {before} fails:", before=before)


def _ending(page: _Page, density: Density) -> list[Line]:
    """Make the end: the plan's time, the legend, the next call and the next command."""
    answer, view, layout = page.answer, page.view, page.layout
    screen = layout.screen
    lines: list[Line] = []
    if density.has_footer and answer.plan_min is not None:
        minutes = figures.minutes(answer.plan_min, decimals=0)
        text = screen.say(
            "Plan {minutes} min until the motorist drives on or is towed (estimate)",
            minutes=minutes,
        )
        lines += plain_lines(wrap(text, screen.width, rest="  "))
    if density.has_hints and page.has_table:
        parts = [screen.say("There = clock time if asked in turn.")]
        if any(column.name == "Sort" for column in layout.columns):
            parts.append(screen.say("Sort = minutes for the order, not an ETA."))
        legend = flow(parts, screen.width, gap="  ")
        lines += plain_lines(legend, "dim")
    most = max((len(table.cascade.candidates) for table in page.tables), default=0)
    if not density.has_last_row and most > 1:
        lines.append(plain_line(screen.say("more rows: --top {count}", count=most)))
    if answer.emergency:
        if density.has_blanks:
            lines.append(plain_line(""))
        lines += plain_lines(_next_call(answer, screen), "bold")
    if view.suggest and density.has_hints:
        command = screen.text(view.suggest, 4000)
        wrapped = wrap_command(command, screen.width, first=screen.say("Next:") + " ", rest=" " * 8)
        lines += plain_lines(wrapped, "cyan")
    return lines


def _next_call(answer: Answer, screen: Screen) -> list[str]:
    """Return the line with the emergency numbers, then the first phone that can be called."""
    numbers = ", ".join(dict.fromkeys(screen.text(call.dial) for call in answer.emergency))
    served = [cascade for cascade in answer.cascades if cascade.candidates]
    if not served:
        return [f"{screen.say('NEXT')}  {numbers}"]
    phone, name = phone_and_name(served[0].candidates[0], screen)
    first = screen.say("NEXT  {numbers}, then {phone}", numbers=numbers, phone=phone) + "  "
    return [first + screen.shorten(name, max(8, screen.width - cells(first)))]
