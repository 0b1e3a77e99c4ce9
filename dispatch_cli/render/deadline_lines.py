"""The lines of deadlines and emergency calls: the act, its time, and the number to call."""

from datetime import datetime
from typing import TYPE_CHECKING

from .figures import past_clock
from .layout import Line, Screen, flow, plain_line, plain_lines, wrap

if TYPE_CHECKING:
    from ..results.case_results import Audit, CaseView, DeadlineView, Overdue

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


def audit_lines(found: "Audit", now: datetime, screen: Screen) -> list[Line]:
    """Make a line for a jump of the clock and for each missed deadline."""
    lines: list[Line] = []
    if found.clock:
        lines += plain_lines(wrap(screen.text(found.clock), screen.width, rest=_INDENT), "bold red")
    for each in found.overdue:
        lines += overdue_lines(each, now, screen)
    return lines


def overdue_lines(each: "Overdue", now: datetime, screen: Screen) -> list[Line]:
    """Make the lines of a missed deadline: its kind, its time, and the number to call."""
    name = screen.word(each.service) if each.service else screen.text(each.name)
    who = "  ".join(filter(None, (screen.text(each.phone), name)))
    is_draft = each.ref.startswith("G")
    ref = each.ref if is_draft else screen.say("case {number}", number=each.ref)
    parts = [ref, screen.text(each.sentence_at(now)), who]
    return plain_lines(flow(filter(None, parts), screen.width, rest=_INDENT), "bold red")


def emergency_call_lines(view: "CaseView", now: datetime, screen: Screen) -> list[Line]:
    """Make the lines of the numbers to dial, or of what was recorded of the emergency call."""
    lines, done = [], view.emergency_call
    if done is not None:
        text = screen.text(done.sentence_at(now))
        lines += plain_lines(wrap(text, screen.width, rest=_INDENT))
    if done is None or not done.is_settled:
        for call in view.emergency:
            service = screen.word(call.service)
            text = screen.say("EMERGENCY  {number}  {service}", number=call.dial, service=service)
            lines.append(plain_line(text, "bold red"))
    return lines
