"""Read moments, months and days."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as fixed_offset
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import UsageError
from ..messages import Message, quoted

_EXAMPLES = Message('"22:30", "2026-12-24T22:30" or "2026-12-24T22:30+01:00"')
_WITH_DATE = Message('"2026-12-24T22:30" or "24.12.2026 22:30"')
_SINCE_EXAMPLES = Message('"2026-11", "2026-11-01" or "2026-11-01T12:00"')
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
_OFFSET = r"(?P<offset>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)"
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/])(?P<month>[0-9]{2})(?P=mark)(?P<day>[0-9]{2})[T ]"
    rf"{_CLOCK} ?{_OFFSET}?(?: ?\[(?P<zone>[A-Za-z0-9_+/-]+)\])?",
    re.I,
)
_GERMAN = re.compile(
    rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.(?P<year>[0-9]{{4}}),? {_CLOCK}(?: Uhr)?",
    re.I,
)
_SLASHES = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}")
_SLASHES_AND_CLOCK = re.compile(rf"{_SLASHES.pattern},? +[0-9]{{1,2}}:[0-9]{{2}}(?![0-9]).*")
_TWO_MARKS = re.compile(r"[0-9]([-./])[0-9]{1,2}\1[0-9]")
_LONGEST = 60
"""Characters of a written moment: date, clock, decimals, offset and a zone in brackets."""
TimeForm = Literal["moment", "slashes", "date", "clock", ""]
"""A date with a clock, the same with an ambiguous date (1/2/2026), a date, a clock, no time."""
YEARS = range(1970, 2200)
"""The years that are accepted."""
_MONTH_OR_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?")


_ANY_NOW = datetime(2000, 1, 1, tzinfo=UTC)


class ClockChangeError(UsageError):
    """A local time that occurs twice or never because of a clock change."""

    def __init__(self, template: str, *, is_twice: bool, **values: str) -> None:
        super().__init__(template, **values)
        self.is_twice = is_twice


def parse_when(text: str, now: datetime, timezone: str, *, needs_date: bool = False) -> datetime:
    """Read a moment as an aware datetime.

    A time of day is the next one that is not past (the current minute counts as now), unless it
    ``needs_date``; a time without an offset is local in ``timezone``, or in the zone in brackets
    behind it. Raises UsageError, and ClockChangeError with both readings for a local time that
    occurs twice or never.
    """
    text = " ".join(text.split())
    if text.lower() in ("now", "jetzt"):
        return now
    zone = _zone(timezone)
    clock = re.fullmatch(rf"{_CLOCK}(?: Uhr)?", text, re.I)
    if clock and needs_date:
        raise UsageError(
            "time {text} has no date; write {examples}", text=quoted(text), examples=_WITH_DATE
        )
    if clock:
        here = now.astimezone(zone)
        today = _moment(text, clock, (here.year, here.month, here.day))
        if today < here.replace(tzinfo=None, second=0, microsecond=0, fold=0):
            today += timedelta(days=1)
        return _localised(text, today, zone)
    match = _ISO.fullmatch(text) or _GERMAN.fullmatch(text)
    if match is None and _SLASHES.match(text):
        raise UsageError(
            "time {text}: a date with slashes may begin with the day or with the month; write"
            " {examples}",
            text=quoted(text),
            examples=_WITH_DATE,
        )
    if match is None:
        raise UsageError(
            "time {text} is not understood; write {examples}",
            text=quoted(text),
            examples=_WITH_DATE if needs_date else _EXAMPLES,
        )
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if year not in YEARS:
        raise UsageError("time {text}: the year is not between 1970 and 2199", text=quoted(text))
    moment = _moment(text, match, (year, month, day))
    named = match.groupdict()
    offset, zone_name = named.get("offset"), named.get("zone")
    zone = _zone(zone_name) if zone_name else zone
    if not offset:
        return _localised(text, moment, zone)
    found = moment.replace(tzinfo=_offset(text, offset))
    if zone_name and found.astimezone(zone).replace(tzinfo=None) != moment:
        raise UsageError("time {text}: the offset is not that of the zone", text=quoted(text))
    return found


def time_form(text: str) -> TimeForm:
    """Return which form of a time a text has, by ``parse_when``; "" for any other text."""
    text = " ".join(text.split()) if len(text) <= _LONGEST else ""
    # Nearly all other texts end here, without the sentence of an error.
    if not text[:1].isdigit() or (":" not in text and not _TWO_MARKS.search(text)):
        return ""
    if _SLASHES_AND_CLOCK.fullmatch(text):
        return "slashes"
    if _can_be_read(text, needs_date=True):
        return "moment"
    if _can_be_read(f"{text} 00:00", needs_date=True) or _SLASHES.fullmatch(text):
        return "date"
    return "clock" if _can_be_read(text, needs_date=False) else ""


def _can_be_read(text: str, *, needs_date: bool) -> bool:
    try:
        parse_when(text, _ANY_NOW, "UTC", needs_date=needs_date)
    except UsageError:
        return False
    return True


def parse_since(text: str, now: datetime, timezone: str) -> datetime:
    """Read the start of a month ("2026-11") or day ("2026-11-01"), or a moment with its time.

    A month and a day start at midnight in ``timezone``. Raises UsageError, which quotes the text
    as it was typed.
    """
    text = " ".join(text.split())
    if ":" in text:
        return parse_when(text, now, timezone)
    match = _MONTH_OR_DAY.fullmatch(text)
    try:
        year, month, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
        midnight = datetime(year, month, day)  # noqa: DTZ001  the zone is found in the next step
    except ValueError:
        year = 0
    if year not in YEARS:
        raise UsageError(
            "{text} is neither a month nor a day from 1970 to 2199; write {examples}",
            text=quoted(text),
            examples=_SINCE_EXAMPLES,
        )
    return _localised(text, midnight, _zone(timezone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            'time zone {zone} is unknown; write one like "Europe/Berlin"', zone=quoted(name)
        ) from None


def _moment(text: str, clock: re.Match[str], day: tuple[int, int, int]) -> datetime:
    """Return the wall clock time, without a zone."""
    try:
        return datetime(  # noqa: DTZ001  the zone is found in the next step
            *day, int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0)
        )
    except ValueError:
        raise UsageError(
            "time {text} does not exist; write {examples}", text=quoted(text), examples=_EXAMPLES
        ) from None


def _offset(text: str, offset: str) -> tzinfo:
    if offset.upper() in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:]) if len(offset) > 3 else 0
    if hours > 14 or minutes > 59:
        raise UsageError(
            "time {text}: the offset is not between -14:00 and +14:00", text=quoted(text)
        )
    return fixed_offset((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _localised(text: str, moment: datetime, zone: ZoneInfo) -> datetime:
    """Add the zone to a wall clock time; raises ClockChangeError unless it occurs exactly once."""
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    # A clock that goes back makes the first offset the larger one; one that goes forward skips the
    # time, and the first offset is the smaller one.
    twice = first.utcoffset() > second.utcoffset()  # type: ignore[operator]
    raise ClockChangeError(
        "time {text} occurs twice on that day in {zone}; write {first} or {second}"
        if twice
        else "time {text} does not exist on that day in {zone}; write {first} or {second}",
        text=quoted(text),
        zone=zone.key,
        first=first.isoformat(timespec="minutes"),
        second=second.isoformat(timespec="minutes"),
        is_twice=twice,
    )
