"""When a lasting problem is reported: at its beginning, at intervals, and at its end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from .messages import Message, time_of_day
from .model.clock_jumps import is_ahead
from .results.lasting_problem import Lasting


class Notice(Struct, frozen=True):
    """When a problem was reported first and last, and since when it lasted then."""

    first_at: datetime
    last_at: datetime
    since: str = ""


def news_of(
    before: Mapping[str, Notice],
    lasting: Mapping[str, Lasting],
    now: datetime,
    *,
    again_after: timedelta,
    zone: ZoneInfo,
) -> tuple[list[Message | str], dict[str, Notice]]:
    """Return the lines to say now, and what has been said then.

    Something with another beginning is new. A last time in the future, after the clock was set
    back, does not silence the reminder.
    """
    lines: list[Message | str] = []
    after = {}
    for name, each in lasting.items():
        known = before.get(name)
        if known is None or known.since != each.since:
            lines.append(each.line)
            after[name] = Notice(now, now, each.since)
        elif now - known.last_at >= again_after or is_ahead(known.last_at, now):
            lines.append(Message("still: {line}", line=each.line))
            after[name] = replace(known, last_at=now)
        else:
            after[name] = known
    for name, known in before.items():
        if name not in lasting:
            first_at = known.first_at.astimezone(zone)
            said_at = f"{first_at:%a} {time_of_day(first_at)}"
            lines.append(Message("over: {name} (first said {said_at})", name=name, said_at=said_at))
    return lines, after
