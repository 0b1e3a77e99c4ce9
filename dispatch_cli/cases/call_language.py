"""The shape of a language of the calls: its texts, and the words that fill them."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from ..messages import Clock, Message, worded


class SpokenKind(Struct, frozen=True):
    """What is said of a kind of incident.

    ``predicate`` is what has happened to the vehicle; empty: the firm hears what is needed instead.
    ``subject`` is said instead of the vehicle, as the subject and as the object of a sentence.
    """

    predicate: str = ""
    subject: tuple[str, str] | None = None


class CallLanguage(Struct, frozen=True, kw_only=True):
    """Everything that a language needs for the texts to read aloud.

    ``texts`` can be replaced in the provider file. ``noun`` names a vehicle by class and make;
    ``vehicle`` adds its article, as the subject or as the object. ``named`` puts an article before
    the name of a firm or of the desk. ``greetings`` begin at an hour of the day. ``services`` are
    objects ("einen Abschleppwagen"). ``moments`` words places and times.
    """

    texts: Mapping[str, str]
    greetings: tuple[tuple[int, str], ...]
    counts: tuple[str, ...]
    last_and: str
    kinds: Mapping[str, SpokenKind]
    services: Mapping[str, str]
    spots: Mapping[str, str]
    states: Mapping[str, str]
    countries: Mapping[str, str]
    tongues: Mapping[str, str]
    """The names of languages by code."""
    noun: Callable[[str, str], str]
    vehicle: Callable[[str, str, bool], str]
    named: Callable[[str], str]
    word: Callable[[Mapping[str, tuple[str, ...]], str], str]
    point: str = "."
    moments: Mapping[str, str] = {}

    def greeting(self, hour: int) -> str:
        """Return the greeting at an hour of the day."""
        return [words for begin, words in self.greetings if begin <= hour][-1]

    def count(self, count: int) -> str:
        """Write a number of persons or animals."""
        return self.counts[count] if count < len(self.counts) else str(count)

    def amount(self, value: float, form: str = "g") -> str:
        """Write an amount with the decimal sign of the language."""
        return format(value, form).replace(".", self.point)

    def enumerated(self, parts: list[str]) -> str:
        """Join parts with commas, and the last one with "and"."""
        return self.last_and.join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))

    def spoken(self, sentence: Clock | Message) -> str:
        """Write a moment or a place in this language."""
        return str(worded(sentence, lambda template: self.moments.get(template, template)))
