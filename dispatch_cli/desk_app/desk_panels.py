"""What stands in the parts of the screen: body, board beside it, messages, question and keys."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from rich.text import Text

from ..render.board_screen import (
    WIDE_FROM,
    beside_lines,
    board_head,
    board_lines,
    detail_lines,
    legend_line,
    overdue_line,
)
from ..render.card_screen import card_lines
from ..render.intake_screen import IntakePage, intake_lines
from ..render.layout import Line, Screen, plain_line
from ..render.plan_screen import PlanPage, demand_at, plan_lines
from ..results.desk_results import DeskCard
from .board_state import BoardState
from .desk_drawing import (
    Buttons,
    board_buttons,
    key_buttons,
    message_text,
    question_text,
    text_of_lines,
    with_links,
)
from .desk_tools import Question, Words
from .key_table import KEYS, has_effect, is_anywhere, valid_keys, worded_keys

BESIDE_WIDTH = 58
_BOARD_LINES = 6
"""The lines of the board besides its rows: title, heads, overdue, a message, two rows of keys."""

_BELOW_PLAN = 1
"""The line below the demands of the plan: what is overdue."""

ROWS_FROM = 2
"""The line of the first row of the board, below its title and its heads."""


class Shown(Struct, frozen=True, kw_only=True):
    """Everything that is drawn; ``place`` is a screen of the key table."""

    place: str
    now: datetime
    operator: str
    width: int
    height: int
    state: BoardState
    card: DeskCard | None = None
    intake: IntakePage | None = None
    plan: PlanPage | None = None
    said: Sequence[Words] = ()
    is_error: bool = False
    asked: Question | None = None
    offered: Sequence[str] = ()
    chosen: int = 0
    has_help: bool = False


def panels(shown: Shown) -> dict[str, Text]:
    """Return the text of each part by the id of its widget."""
    below = _below(shown)
    height = _body_height(shown, below)
    main_width, beside = shown.width, Text("")
    if has_beside(shown.place, shown.width):
        main_width = shown.width - BESIDE_WIDTH - 1
        screen = Screen(BESIDE_WIDTH, height)
        lines = beside_lines(
            shown.state.board, shown.state.rows, shown.state.selected, shown.now, screen
        )
        beside = text_of_lines(lines[:height])
    return {"main": _main(shown, Screen(main_width, height)), "beside": beside, **below}


def has_beside(place: str, width: int) -> bool:
    """Return whether the board stands beside the body: board and plan need the whole width."""
    return width >= WIDE_FROM and place not in ("board", "plan")


def _main(shown: Shown, screen: Screen) -> Text:
    text = text_of_help(screen) if shown.has_help else text_of_lines(body_lines(shown, screen))
    if shown.card is not None and not shown.has_help:
        text = with_links(text, {shown.card.phone, *(each.phone for each in shown.card.rows)})
    return text


def body_lines(shown: Shown, screen: Screen) -> list[Line]:
    """Make the new call, the card, the plan or the board, as high as the screen."""
    if shown.intake is not None:
        return intake_lines(shown.intake, shown.operator, shown.now, screen)
    if shown.card is not None:
        return card_lines(shown.card, shown.operator, shown.now, screen)
    if shown.plan is not None:
        return _plan(shown, shown.plan, screen)
    return _board(shown, screen)


def _plan(shown: Shown, page: PlanPage, screen: Screen) -> list[Line]:
    """Make the plan of all cases, with what is overdue on its last line, as on the board."""
    overdue = overdue_line(shown.state.all_rows, shown.now, screen)
    if screen.height is None:
        return [*plan_lines(page, shown.operator, shown.now, screen), overdue]
    room = Screen(screen.width, screen.height - _BELOW_PLAN, screen.encoding)
    lines = plan_lines(page, shown.operator, shown.now, room)[: screen.height - 1]
    return [*lines, *[plain_line("")] * (screen.height - len(lines) - 1), overdue]


def _board(shown: Shown, screen: Screen) -> list[Line]:
    """Make the board, with what is overdue on its last line, and the legend if there is room."""
    state, height = shown.state, screen.height or 24
    lines = board_head(state.board, state.shown, shown.operator, shown.now, screen)
    overdue = overdue_line(state.all_rows, shown.now, screen)
    room = height - ROWS_FROM - 1
    first = state.first_row(room)
    lines += board_lines(state.rows, state.selected, first, shown.now, screen)[: room + 1]
    if len(lines) + 3 <= height:
        lines += [plain_line(""), legend_line(screen)]
    row = state.row_of(state.selected)
    if row is not None and screen.width >= WIDE_FROM and len(lines) + 6 <= height:
        lines += [plain_line(""), *detail_lines(row, shown.now, screen)]
    lines += [plain_line("")] * (height - len(lines) - 1)
    return [*lines, overdue]


def first_row(shown: Shown) -> int:
    """Return the first row of the board that is on the screen."""
    return shown.state.first_row(_body_height(shown, _below(shown)) - ROWS_FROM - 1)


def clicked_demand(shown: Shown, row: int) -> int | None:
    """Return the place of the demand of the plan on a row of the body; None for no demand."""
    if shown.plan is None:
        return None
    height = _body_height(shown, _below(shown)) - _BELOW_PLAN
    return demand_at(shown.plan, row, Screen(shown.width, height))


def _body_height(shown: Shown, below: dict[str, Text]) -> int:
    used = sum(each.plain.count("\n") + 1 for each in below.values() if each.plain)
    has_field = shown.asked is not None and not shown.asked.choices
    return max(3, shown.height - used - has_field)


def _below(shown: Shown) -> dict[str, Text]:
    """Return the parts below the body."""
    asked = Text("")
    if shown.asked is not None:
        asked = question_text(shown.asked, shown.offered, shown.chosen, shown.width)
    keys = [each for each in valid_keys(shown.place) if has_effect(each, shown.card)]
    if shown.asked is not None:
        keys = [each for each in keys if is_anywhere(each) and each.act != "help"]
    buttons = key_buttons(keys, shown.width)
    if shown.place == "board" and shown.asked is None:
        is_full = len(shown.state.rows) + _BOARD_LINES > shown.height
        buttons = board_buttons(keys, shown.width, 1 if is_full else 2)
    if shown.place == "plan" and shown.asked is None:
        buttons = board_buttons(keys, shown.width, 2)
    return {
        "message": message_text(shown.said, shown.width, is_error=shown.is_error),
        "question": asked,
        "keys": buttons.text,
    }


def text_of_help(screen: Screen) -> Text:
    """Show all keys of the desk, each once."""
    once = list({(each.key, each.act): each for each in KEYS}.values())
    buttons = Buttons(screen.width, (screen.height or 24) - 2)
    for each, (name, label) in zip(once, worded_keys(once), strict=True):
        buttons.add(each.key, name, label)
    words = screen.say("ALL KEYS (each letter has one meaning, and acts only on a card)")
    title = Text(screen.shorten(words, screen.width))
    title.stylize("bold reverse")
    return Text("\n", end="").join([title, buttons.text])
