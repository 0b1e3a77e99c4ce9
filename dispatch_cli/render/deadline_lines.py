"""The line of a deadline: what is due until when, and whom to call for it."""

from datetime import datetime
from typing import TYPE_CHECKING

from .figures import past_clock
from .layout import Line, Screen, flow, plain_lines

if TYPE_CHECKING:
    from ..results.case_results import DeadlineView

_INDENT = " " * 6


def deadline_lines(
    each: "DeadlineView", now: datetime, screen: Screen, *, first: str = ""
) -> list[Line]:
    """Make the line of a deadline; the number follows what is due, as in "call off 089 …"."""
    what, phone = screen.word(each.what), screen.text(each.phone)
    at = past_clock(each.at, now)
    if each.overdue:
        due = screen.say("MISSED: {what} due {at}", what=what, at=at)
    else:
        due = screen.say("{what} due {at}", what=what, at=at)
    if each.what == "call off":
        due = f"{what} {phone}"
        phone = screen.say("since {at}", at=at) if each.overdue else at
    whom = screen.text(each.name) or screen.word(each.service)
    parts = filter(None, (due, phone, each.offer, whom))
    style = "bold red" if each.overdue else ""
    return plain_lines(flow(parts, screen.width, gap="  ", first=first, rest=_INDENT), style)
