"""Decide when a lasting problem is reported: at its beginning, at intervals, and at its end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from .messages import Clock, Message
from .model.clock_jumps import is_ahead
from .results.lasting_problem import LastingProblem


class ReportedProblem(Struct, frozen=True):
    """When a lasting problem was reported first and last, and when it had begun by then."""

    first_at: datetime
    last_at: datetime
    since: str = ""


def news_of(
    before: Mapping[str, ReportedProblem],
    lasting: Mapping[str, LastingProblem],
    now: datetime,
    *,
    again_after: timedelta,
    zone: ZoneInfo,
) -> tuple[list[Message | str], dict[str, ReportedProblem]]:
    """Return the lines to print now, and the reported problems to store after that.

    A problem with another beginning is a new one. A last report in the future, after the clock was
    set back, does not suppress a reminder.
    """
    lines: list[Message | str] = []
    after = {}
    for name, each in lasting.items():
        known = before.get(name)
        if known is None or known.since != each.since:
            lines.append(each.line)
            after[name] = ReportedProblem(now, now, each.since)
        elif now - known.last_at >= again_after or is_ahead(known.last_at, now):
            lines.append(Message("still: {line}", line=each.line))
            after[name] = replace(known, last_at=now)
        else:
            after[name] = known
    for name, known in before.items():
        if name not in lasting:
            reported_at = Clock(known.first_at, now.astimezone(zone))
            over = "over: {name} (first reported {reported_at})"
            lines.append(Message(over, name=name, reported_at=reported_at))
    return lines, after
