"""The plan of all open cases at the desk: title, head, and the demands with the selected one."""

from datetime import datetime

from msgspec import Struct

from ..messages import Message
from ..results.storm_results import StormPlan
from .board_screen import title_line
from .layout import Line, Screen, line_text, plain_line
from .storm_screen import column_heads, demand_lines, head_lines

_SELECTED, _OTHERS = "> ", "  "
_PLANNING = Message("the plan is being made …")


class PlanPage(Struct, frozen=True, kw_only=True):
    """What is drawn: the plan (None: not made yet), and the place of the selected demand in it."""

    plan: StormPlan | None = None
    selected: int = 0
    is_planning: bool = False


def plan_lines(page: PlanPage, operator: str, now: datetime, screen: Screen) -> list[Line]:
    """Make the lines that fit into the height of the screen, with the selected demand on it."""
    left = screen.say("PLAN OF ALL OPEN CASES")
    if page.is_planning and page.plan is not None:
        left += f"   {screen.text(_PLANNING)}"
    title = title_line(left, operator, now, screen)
    if page.plan is None:
        return [title, plain_line(screen.shorten(screen.text(_PLANNING), screen.width))]
    above, blocks, first = _window(page, page.plan, screen)
    lines = [title, *above]
    for at, block in enumerate(blocks, start=first):
        marks = [_SELECTED if at == page.selected else _OTHERS, *[_OTHERS] * (len(block) - 1)]
        lines += map(_marked, block, marks)
    return lines


def demand_at(page: PlanPage, row: int, screen: Screen) -> int | None:
    """Return the place of the demand that stands on a row of the screen; None for no demand."""
    if page.plan is None:
        return None
    above, blocks, first = _window(page, page.plan, screen)
    shown = [at for at, block in enumerate(blocks, start=first) for _ in block]
    at = row - len(above) - 1
    return shown[at] if 0 <= at < len(shown) else None


def _window(
    page: PlanPage, plan: StormPlan, screen: Screen
) -> tuple[list[Line], list[list[Line]], int]:
    """Return the lines below the title, the demands that have room, and the place of the first."""
    inner = Screen(max(1, screen.width - len(_SELECTED)), None, screen.encoding)
    above = head_lines(plan, screen)
    above += [_marked(each, _OTHERS) for each in column_heads(plan, inner)]
    blocks = demand_lines(plan, inner)
    if screen.height is None or not blocks:
        return above, blocks, 0
    room = max(1, (screen.height - 1 - len(above)) // len(blocks[0]))
    first = max(0, min(page.selected - room + 1, len(blocks) - room))
    return above, blocks[first : first + room], first


def _marked(line: Line, mark: str) -> Line:
    style = line[0][1] if line else ""
    return plain_line(mark + line_text(line), style)
