"""The lines and rows of calls that are not finished; none of them has personal data."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ..messages import Message
from .figures import iso, past_clock
from .layout import Line, Screen, flow, plain_lines
from .wording import say, word

if TYPE_CHECKING:
    from ..results.case_results import DraftView
    from .plain import PlainRow

DRAFT_COLUMNS = (
    "draft", "state", "kind", "area", "injured", "has_number", "on_line", "missing", "due",
    "due_at", "overdue", "operator",
)  # fmt: skip
_INDENT = " " * 6


def draft_lines(
    view: "DraftView", done: Message | str, now: datetime, screen: Screen
) -> list[Line]:
    """Make the lines of an act on a parked call: what is done, and what is due when."""
    due = say("{due} due {at}", due=word(view.due), at=past_clock(view.due_at, now))
    parts = [screen.text(done), due]
    if view.missing:
        parts.append(say("missing: {facts}", facts=", ".join(map(_fact, view.missing))))
    return plain_lines(flow(parts, screen.width, rest=_INDENT))


def facts_lines(number: str, facts: Mapping[str, str], screen: Screen) -> list[Line]:
    """Make the lines of the answers so far, which are personal data; passed over ones are left."""
    parts = [f"{_fact(name)}: {screen.text(value)}" for name, value in facts.items() if value]
    return plain_lines(flow([number, *parts], screen.width, gap="  ", rest=_INDENT))


def _fact(name: str) -> str:
    return word(name.replace("_", " "))


def draft_rows(views: Iterable["DraftView"]) -> "Iterable[PlainRow]":
    """Make a row for each parked call; a fact that was not asked for is empty."""
    for view in views:
        yield {
            "draft": view.number,
            "state": view.state,
            "kind": view.kind,
            "area": view.area,
            "injured": "" if view.injured is None else view.injured,
            "has_number": view.has_number,
            "on_line": view.on_line,
            "missing": " ".join(view.missing),
            "due": view.due,
            "due_at": iso(view.due_at),
            "overdue": view.overdue,
            "operator": view.operator,
        }
