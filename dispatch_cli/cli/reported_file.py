"""Read the file of what runs by cron have reported (``….told``), also where it is damaged."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from ..messages import Message, quoted
from ..reminders import ReportedProblem, ReportedState

T = TypeVar("T", ReportedProblem, ReportedState)
_MOST_PLACES = 3
_YEARS = range(2, 9999)
"""In the first and the last year a moment may not exist in another time zone."""


class ReportedProblems(Struct, frozen=True, kw_only=True):
    """The content of the file: reported problems by topic and name, last time of a seen log.

    ``states`` are the reported states of providers by topic.
    """

    seen_at: datetime | None = None
    notices: dict[str, dict[str, ReportedProblem]] = {}
    states: dict[str, dict[str, ReportedState]] = {}


class ReadReports(Struct, frozen=True):
    """What could be read of the file, and the sentence about its damage, if there is any."""

    content: ReportedProblems = ReportedProblems()
    damage: Message | str = ""


def read_reported(path: Path) -> ReadReports:
    """Read the reported problems; entries that cannot be read are missing.

    A missing file has no entries and no damage. What is missing is reported again.
    """
    try:
        raw = msgspec.json.decode(path.read_bytes())
    except OSError:
        return ReadReports()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        text = "{path} is damaged and cannot be read, so that all problems are reported again"
        return ReadReports(damage=Message(text, path=path))
    wrong: list[str] = []
    content = ReportedProblems(
        seen_at=_seen_at(raw.get("seen_at"), wrong),
        notices=_by_topic(raw, "notices", ReportedProblem, wrong),
        states=_by_topic(raw, "states", ReportedState, wrong),
    )
    return ReadReports(content, _damage(path, wrong) if wrong else "")


def _damage(path: Path, wrong: list[str]) -> Message:
    text = "{path} is damaged, so that some reports may be repeated: {places} cannot be read"
    places: Message | str = ", ".join(map(quoted, wrong[:_MOST_PLACES]))
    more = len(wrong) - _MOST_PLACES
    if more > 0:
        places = Message("{places} and {more} more", places=places, more=more)
    return Message(text, path=path, places=places)


def _by_topic(
    raw: dict[str, object], key: str, kind: type[T], wrong: list[str]
) -> dict[str, dict[str, T]]:
    """Return the readable entries of all topics; the places of the others go to ``wrong``."""
    found: dict[str, dict[str, T]] = {}
    for topic, entries in _items(raw.get(key, {}), key, wrong):
        found[topic] = {}
        for name, value in _items(entries, f"{key}.{topic}", wrong):
            entry = _converted(value, kind)
            if entry is None:
                wrong.append(f"{key}.{topic}.{name}")
            else:
                found[topic][name] = entry
    return found


def _items(value: object, place: str, wrong: list[str]) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    else:
        wrong.append(place)


def _converted(value: object, kind: type[T]) -> T | None:
    """Return an entry, None for one of wrong types or with a time that cannot be compared."""
    try:
        entry = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None
    if isinstance(entry, ReportedProblem):
        return entry if _is_moment(entry.first_at) and _is_moment(entry.last_at) else None
    return entry


def _seen_at(value: object, wrong: list[str]) -> datetime | None:
    try:
        moment = msgspec.convert(value, datetime | None)
    except msgspec.ValidationError:
        moment = None
    if moment is not None and _is_moment(moment):
        return moment
    if value is not None:
        wrong.append("seen_at")
    return None


def _is_moment(at: datetime) -> bool:
    return at.tzinfo is not None and at.year in _YEARS
