"""Report a lasting problem when it begins, when it ends, and at intervals: for runs by cron.

The reports are kept in a file beside the case log (``….told``). It is written after the lines are
out: a run that is killed in between reports twice rather than not at all.
"""

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..model.clock_jumps import is_ahead

SUFFIX = ".told"
SEEN_EVERY = timedelta(hours=1)


class Lasting(Struct, frozen=True):
    """A problem that lasts now: the line that reports it, and since when it lasts."""

    line: str
    since: str = ""


class Notice(Struct, frozen=True):
    """When a problem was reported first and last, and since when it lasted then."""

    first_at: datetime
    last_at: datetime
    since: str = ""


class ToldFile(Struct, frozen=True, kw_only=True):
    """The content of the file: notices by topic and name, and when a run last saw the log."""

    seen_at: datetime | None = None
    notices: dict[str, dict[str, Notice]] = {}


def news_of(
    before: Mapping[str, Notice],
    lasting: Mapping[str, Lasting],
    now: datetime,
    *,
    again_after: timedelta,
    zone: ZoneInfo,
) -> tuple[list[str], dict[str, Notice]]:
    """Return the lines to say now, and what has been said then.

    Something with another beginning is new. A last time in the future, after the clock was set
    back, does not silence the reminder.
    """
    lines, after = [], {}
    for name, each in lasting.items():
        known = before.get(name)
        if known is None or known.since != each.since:
            lines.append(each.line)
            after[name] = Notice(now, now, each.since)
        elif now - known.last_at >= again_after or is_ahead(known.last_at, now):
            lines.append(f"still: {each.line}")
            after[name] = replace(known, last_at=now)
        else:
            after[name] = known
    for name, known in before.items():
        if name not in lasting:
            lines.append(f"over: {name} (first said {known.first_at.astimezone(zone):%a %H:%M})")
    return lines, after


class Reminder:
    """What runs by cron have said of one topic about one case log."""

    def __init__(self, log: Path, topic: str, *, again_min: float, timezone: str) -> None:
        self._path, self._topic = Path(f"{log}{SUFFIX}"), topic
        self._again_after = timedelta(minutes=again_min)
        self._zone = ZoneInfo(timezone)

    def print_news(
        self, lasting: Mapping[str, Lasting], now: datetime, *, is_seen: bool = False
    ) -> None:
        """Print what is new of what lasts, and remember it.

        ``is_seen``: the case log was seen by a clock that agrees with it, which is remembered once
        an hour.
        """
        from ..render.layout import encodable

        file = read_told(self._path)
        before = file.notices.get(self._topic, {})
        lines, after = news_of(before, lasting, now, again_after=self._again_after, zone=self._zone)
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        sys.stdout.writelines(f"{encodable(line, encoding)}\n" for line in lines)
        sys.stdout.flush()
        seen_at = file.seen_at
        if is_seen and (seen_at is None or abs(now - seen_at) >= SEEN_EVERY):
            seen_at = now
        if after != before or seen_at != file.seen_at:
            self._write(ToldFile(seen_at=seen_at, notices={**file.notices, self._topic: after}))

    def _write(self, file: ToldFile) -> None:
        from ..files import write_private
        from ..render.messages import print_warnings

        try:
            write_private(self._path, msgspec.json.encode(file))
        except OSError as error:
            why = f"{self._path} cannot be written, so that all is said again: {error.strerror}"
            print_warnings([why], stream=sys.stderr)


def read_told(path: Path) -> ToldFile:
    """Read what was said; nothing where the file is missing or damaged, so that all is said."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ToldFile)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return ToldFile()


def seen_at(log: Path) -> datetime | None:
    """When a run by cron last saw the case log by a clock that agreed with it."""
    return read_told(Path(f"{log}{SUFFIX}")).seen_at
