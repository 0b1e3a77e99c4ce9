"""The list of cases on a terminal: one line for each case, the most urgent first."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..messages import Message
from ..results.case_results import DraftView
from .figures import past_clock
from .layout import Line, Screen, cells, pad, plain_line
from .wording import number

if TYPE_CHECKING:
    from ..results.case_results import CaseView

_HEADS = (
    Message("Due"), Message("Case"), Message("Mark"), Message("Place"), Message("What"),
    Message("State"), Message("By"),
)  # fmt: skip
_WIDE_HEADS = (
    *_HEADS[:5], Message("Vehicle"), Message("Client"), Message("State"), Message("Firm"),
    Message("Phone"), Message("Age"), Message("By"),
)  # fmt: skip
_WIDE_FROM = 120
_NARROWED = {
    "Place": 12, "What": 9, "State": 16, "Firm": 12, "Vehicle": 8, "Client": 6, "By": 4,
}  # fmt: skip
"""The columns that are shortened where a line is too narrow, with their least widths."""


def list_lines(
    views: Sequence["CaseView | DraftView"], now: datetime, screen: Screen
) -> list[Line]:
    """Make the list, with parked calls; a wide one also has vehicle, client, firm, phone, age."""
    if not views:
        return [plain_line(screen.say("no case"))]
    heads = _WIDE_HEADS if screen.width >= _WIDE_FROM else _HEADS
    rows = [
        _draft_cells(view, now, screen)
        if isinstance(view, DraftView)
        else _cells_of(view, now, screen)
        for view in views
    ]
    texts = [[screen.text(each) for each in heads]]
    texts += [[row[each.id] for each in heads] for row in rows]
    widths = [max(map(cells, column)) for column in zip(*texts, strict=True)]
    widths = _fitted(widths, [each.id for each in heads], screen.width)
    styles = ["bold", *("bold red" if view.overdue else "" for view in views)]
    return [_line(row, widths, screen, style) for row, style in zip(texts, styles, strict=True)]


def _cells_of(view: "CaseView", now: datetime, screen: Screen) -> dict[str, str]:
    """Return the texts of a case by the English heading of their column."""
    firm, phone = _contact(view)
    state = screen.word(view.due or view.state, of="case")
    is_wide = screen.width >= _WIDE_FROM
    return {
        "Due": _due(view, now, screen),
        "Case": str(view.id),
        "Mark": _mark(view, screen),
        "Place": screen.text(view.place),
        "What": screen.word(view.kind, of="kind"),
        "State": state if is_wide or not firm else f"{state}: {screen.text(firm)}",
        "Vehicle": _vehicle(view, screen),
        "Client": screen.text(view.client or "-"),
        "Firm": screen.text(firm or "-"),
        "Phone": screen.text(phone or "-"),
        "Age": screen.text(_age(view.age_min)),
        "By": screen.text(view.operator),
    }


def _draft_cells(view: DraftView, now: datetime, screen: Screen) -> dict[str, str]:
    """Return the texts of a call that is not finished."""
    at = past_clock(view.due_at, now)
    reached = screen.say("on the line") if view.on_line else ""
    if not (view.on_line or view.has_number):
        reached = screen.say("no number")
    parts = (screen.word(view.state, of="case"), screen.word(view.due), reached)
    danger = "!" if view.in_danger else ""
    return {
        "Due": screen.say("since {at}", at=at) if view.overdue else at,
        "Case": view.number,
        "Mark": "?" if view.injured is None else danger,
        "Place": screen.text(view.area) or "?",
        "What": screen.word(view.kind, of="kind") or "?",
        "State": ", ".join(filter(None, parts)),
        "Vehicle": "?",
        "Client": "?",
        "Firm": "-",
        "Phone": "-",
        "Age": screen.text(_age(view.waits_min)),
        "By": screen.text(view.operator),
    }


def _contact(view: "CaseView") -> tuple[str, str]:
    """Return firm and phone of what is due first, of a case without a deadline those under way."""
    if view.deadlines:
        return view.deadlines[0].name, view.deadlines[0].phone
    under_way = ((each.provider, each.phone) for each in view.services if each.offer)
    return next(under_way, ("", ""))


def _due(view: "CaseView", now: datetime, screen: Screen) -> str:
    if not view.deadlines:
        return "-"
    due = view.deadlines[0]
    at = past_clock(due.at, now)
    return screen.say("since {at}", at=at) if due.overdue else at


def _mark(view: "CaseView", screen: Screen) -> str:
    """Mark a case with hurt persons, with persons in danger, or not asked for either."""
    if view.injured is None:
        return "?"
    if view.injured:
        return screen.say("{count} hurt", count=view.injured)
    return "!" if view.in_danger else ""


def _vehicle(view: "CaseView", screen: Screen) -> str:
    parts = [screen.word(view.vehicle) if view.vehicle else ""]
    if view.weight_t is not None:
        parts.append(f"{number(view.weight_t, 'g')} t")
    return screen.text(" ".join(filter(None, parts))) or "-"


def _fitted(widths: Sequence[int], names: Sequence[str], width: int) -> list[int]:
    """Narrow the widest column that may be narrowed, until the line fits."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > width:
        able = [at for at, name in enumerate(names) if fitted[at] > _NARROWED.get(name, width)]
        if not able:
            break
        fitted[max(able, key=lambda at: fitted[at])] -= 1
    return fitted


def _line(row: Sequence[str], widths: Sequence[int], screen: Screen, style: str) -> Line:
    texts = [pad(screen.shorten(c, w), w) for c, w in zip(row, widths, strict=True)]
    return plain_line(screen.shorten("  ".join(texts).rstrip(), screen.width), style)


def _age(minutes: float) -> Message:
    if minutes < 100:
        return Message("{minutes} min", minutes=f"{minutes:.0f}")
    if minutes < 48 * 60:
        return Message("{hours} h", hours=f"{minutes / 60:.0f}")
    return Message("{days} d", days=f"{minutes / 1440:.0f}")
