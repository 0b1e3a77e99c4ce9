"""Sentences as values: an English template with named places, and what stands in them.

A command below ``render`` never words a sentence. It makes a ``Message``: ``render`` may look its
``id`` up in the catalogue of another language, JSON and the case log have its English.
"""

from datetime import UTC, datetime, timedelta
from typing import Any


def time_of_day(local: datetime) -> str:
    """Write hours and minutes; a time that the clock shows twice names its zone (``02:30 CET``)."""
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M}" + (f" {local.tzname()}" if is_twice else "")


class Message:
    """A sentence: ``id`` is the English template, as in gettext, ``values`` fill its places."""

    __slots__ = ("id", "values")

    def __init__(self, id: str, /, **values: Any) -> None:
        self.id, self.values = id, values

    def __str__(self) -> str:
        """Word the sentence in English."""
        return self.id.format_map(self.values)

    def __repr__(self) -> str:
        """Show the sentence as a developer meets it in a failing test."""
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Compare template and values."""
        if not isinstance(other, Message):
            return NotImplemented
        return (self.id, self.values) == (other.id, other.values)

    def __hash__(self) -> int:
        """Hash the sentence, since a value may be unhashable."""
        return hash(str(self))


class Clock:
    """A moment as it is said beside another one: clock time, weekday or date, as needed."""

    __slots__ = ("beside", "moment")

    def __init__(self, moment: datetime, beside: datetime) -> None:
        self.moment, self.beside = moment, beside

    def __eq__(self, other: object) -> bool:
        """Compare both moments."""
        if not isinstance(other, Clock):
            return NotImplemented
        return (self.moment, self.beside) == (other.moment, other.beside)

    def __hash__(self) -> int:
        """Hash both moments."""
        return hash((self.moment, self.beside))

    def __str__(self) -> str:
        """Word the moment in English, in the time zone of ``beside``.

        Whole minutes, never earlier than the moment, so that what is said comes true.
        """
        when = self.beside
        whole = self.moment.astimezone(UTC) + timedelta(seconds=(60 - self.moment.second) % 60)
        local = whole.astimezone(when.tzinfo)
        if local.date() == when.date():
            return time_of_day(local)
        if abs(whole - when.astimezone(UTC)) < timedelta(days=6):
            return f"{local:%a} {time_of_day(local)}"
        return f"{local:%Y-%m-%d} {time_of_day(local)}"


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: "1 case", "2 cases"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
