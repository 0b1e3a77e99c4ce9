"""Sentences as values: an English template with named places, and the values for these places.

Code below ``render`` makes a ``Message`` and no finished sentence. ``render`` looks up its ``id``
in the catalogue of the screen's language; JSON and the case log have the English. A ``str`` is
data, such as a name or a typed word, and is never looked up.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_WEEK = timedelta(days=7)

_POSITION = frozenset({"lat", "lon"})
"""The values that have a decimal point in every language, because they can be typed so."""

Lookup = Callable[[str], str]
"""Returns the template of another language for an English one."""


class Message:
    """A sentence: ``id`` is the English template, as in gettext; ``values`` fill its places.

    Of an exception the message keeps the sentence alone: the exception would keep the frames of its
    traceback, and so the rows of a batch, for as long as the message exists.
    """

    __slots__ = ("id", "values")

    def __init__(self, id: str, /, **values: Any) -> None:
        for name, value in values.items():
            if isinstance(value, BaseException):
                values[name] = getattr(value, "sentence", None) or str(value)
        self.id, self.values = id, values

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.id.format_map(self.values)

    def __repr__(self) -> str:
        """Show the English sentence in the output of a failing test."""
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Compare template and values."""
        if not isinstance(other, Message):
            return NotImplemented
        return (self.id, self.values) == (other.id, other.values)

    def __hash__(self) -> int:
        """Hash the English sentence, since a value may be unhashable."""
        return hash(str(self))


class Plural(Message):
    """A sentence with ``{count}``: one template for 1, another one for all other counts."""

    __slots__ = ()

    def __init__(self, one: str, many: str, /, count: int, **values: Any) -> None:
        super().__init__(one if count == 1 else many, count=count, **values)


class Clock:
    """A moment to be written relative to another one, with only the parts of the date that differ.

    The weekday precedes the time of day on another day; the date is added from a week's distance
    on, and the year if it differs. All parts are local to the time zone of ``beside``.
    """

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
        """Write the moment in English."""
        return str(self.sentence)

    @property
    def sentence(self) -> Message | str:
        """The moment as a sentence; its values also have the parts that other languages need."""
        local, now = self.moment.astimezone(self.beside.tzinfo), self.beside
        time = time_of_day(local)
        if local.date() == now.date():
            return time
        day = Message(WEEKDAYS[local.weekday()])
        if abs(local.date() - now.date()) < _WEEK:
            return Message("{day} {time}", day=day, time=time)
        date = {"date": f"{local:%d}", "number": f"{local:%m}", "time": time}
        month = Message(MONTHS[local.month - 1])
        if local.year == now.year:
            return Message("{day} {date} {month} {time}", day=day, month=month, **date)
        template = "{day} {date} {month} {year} {time}"
        return Message(template, day=day, month=month, year=local.year, **date)


def time_of_day(local: datetime) -> Message | str:
    """Write hours and minutes; a time that the clock shows twice names its zone (``02:30 CET``)."""
    written = f"{local:%H:%M}"
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return written
    return Message("{time} {zone}", time=written, zone=Message(local.tzname() or ""))


def marked(text: str) -> str:
    """Return a text of a table unchanged; the catalogues get it from here."""
    return text


SAMPLE_NUMBER = marked("1,234.5")
"""Its translation has the signs of a language for thousands and decimals."""


def worded(value: object, lookup: Lookup) -> object:
    """Word a sentence, or a value that has one; any other value is returned as it is."""
    sentence = getattr(value, "sentence", value)
    if not isinstance(sentence, Message):
        return sentence
    filled = {name: _filling(name, each, lookup) for name, each in sentence.values.items()}
    # gettext has the header of the catalogue under "".
    return lookup(sentence.id).format_map(filled) if sentence.id else ""


def _filling(name: str, value: object, lookup: Lookup) -> object:
    if isinstance(value, int | float) and name not in _POSITION:
        return localized(value, lookup)
    return worded(value, lookup)


class _LocalNumber:
    """A number with the signs of another language wherever it is formatted."""

    __slots__ = ("number", "signs")

    def __init__(self, number: float, signs: dict[int, int]) -> None:
        self.number, self.signs = number, signs

    def __format__(self, form: str) -> str:
        return format(self.number, form).translate(self.signs)

    def __str__(self) -> str:
        return format(self, "")

    def __repr__(self) -> str:
        return str(self)


def localized(number: float, lookup: Lookup) -> object:
    """Return a number to be formatted, with the signs of the language of ``lookup``."""
    sample = lookup(SAMPLE_NUMBER)
    if sample == SAMPLE_NUMBER or isinstance(number, bool):
        return number
    return _LocalNumber(number, str.maketrans(",.", sample[1] + sample[-2]))


def promised_clock(moment: datetime, beside: datetime) -> Clock:
    """Return a moment rounded up to a whole minute, so that a promise is never too early."""
    # In UTC, because an addition to a local time ignores the change of clocks.
    whole = moment.astimezone(UTC)
    if whole.second or whole.microsecond:
        whole = whole.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Clock(whole, beside)


def joined(sentences: "Iterable[Message | str]", separator: str = "; ") -> "Message | str":
    """Join sentences into one message; each can be translated, and empty ones are omitted."""
    found = [each for each in sentences if each]
    parts = {f"part_{n}": each for n, each in enumerate(found, 1)}
    if len(found) < 2:
        return found[0] if found else ""
    return Message(_places(parts, separator), **parts)


def _places(names: Iterable[str], separator: str) -> str:
    return separator.join(f"{{{name}}}" for name in names)


def quoted(text: object, limit: int = 60) -> str:
    """Put a text in double quotes; one of more than ``limit`` characters is shortened."""
    shown = str(text)
    return f'"{shown if len(shown) <= limit else shown[: limit - 1] + "…"}"'
