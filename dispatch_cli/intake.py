"""From what was said of an incident, by an operator or in a row of a file, to the incident."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from . import notation, plans
from .errors import UsageError
from .model import Incident, Place, Plan, Vehicle
from .model.words import SERVICES, SPOTS, VEHICLE_CLASSES, VEHICLE_STATES, fold, lookup

T = TypeVar("T")

NOWHERE = Place(lat=0, lon=0)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


AMOUNTS = {
    "weight_t": "parse_weight_t",
    "height_m": "parse_metres",
    "clearance_m": "parse_metres",
}
"""Facts that are amounts, each read by itself, and what of ``notation`` reads them."""

_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "vehicle": VEHICLE_CLASSES,
    "state": VEHICLE_STATES,
    "spot": SPOTS,
}
"""Facts that are one of a set of words."""


class Said(Struct, frozen=True, kw_only=True):
    """The words in which an incident was described, but for where and when; None: not said."""

    kind: str
    client: str | None = None
    vehicle: str | None = None
    brand: str | None = None
    ev: bool = False
    trailer: bool = False
    weight_t: str | None = None
    height_m: str | None = None
    state: str | None = None
    spot: str | None = None
    clearance_m: str | None = None
    where: str | None = None
    injured: int = 0
    trapped: bool = False
    hazard: str | None = None
    persons: int | None = None
    children: int = 0
    pets: int = 0
    language: str | None = None
    note: str | None = None
    wish: str | None = None
    asked: tuple[str, ...] = ()


class Refusal(Struct, frozen=True):
    """Something that was said and cannot be understood: a word for the reason, and the error."""

    reason: str
    error: UsageError


class Reading:
    """Reads one thing after the other and gathers what cannot be understood."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def attempt(self, reason: str, read: Callable[[], T]) -> T | None:
        """Read one thing; None if it is refused."""
        try:
            return read()
        except notation.ClockChangeError as error:
            self.refusals.append(Refusal("time_twice" if error.is_twice else "time_never", error))
        except UsageError as error:
            self.refusals.append(Refusal(reason, error))
        return None

    def not_understood(self) -> UsageError:
        """Return one error for everything that was refused, with the first hint."""
        errors = [refusal.error for refusal in self.refusals]
        return UsageError(
            *(problem for error in errors for problem in error.problems),
            hint=next((error.hint for error in errors if error.hint), ""),
        )

    def fact(self, name: str, value: object, file_plans: Mapping[str, Plan]) -> object:
        """Read one fact of ``Said`` by its name; None if it is refused or was not said.

        An empty class of the vehicle takes back what was said of it.
        """
        if value is None or (name == "vehicle" and not value):
            return None
        if name == "kind":
            return self._kind(str(value), file_plans)
        if name in _WORDS:
            return self._word(str(value), name)
        return self.amount(name, str(value)) if name in AMOUNTS else value

    def time(self, text: str | None, now: datetime, timezone: str) -> datetime | None:
        """Read an incident's time; None if it is refused."""
        return self.attempt("bad_time", lambda: read_when(text, now, timezone, timezone))

    def incident(self, said: Said, file_plans: Mapping[str, Plan]) -> Incident:
        """Read everything but the place and the time: they are NOWHERE and NEVER."""
        kind = self._kind(said.kind, file_plans)
        vehicle = said.vehicle or plans.IMPLIED_VEHICLE.get(kind or "")
        return Incident(
            kind=kind or "",
            place=NOWHERE,
            when=NEVER,
            client=said.client,
            vehicle=Vehicle(
                kind=self._word(vehicle, "vehicle"),
                brand=said.brand,
                ev=said.ev,
                trailer=said.trailer,
                weight_t=self.amount("weight_t", said.weight_t),
                height_m=self.amount("height_m", said.height_m),
                state=self._word(said.state, "state"),
            ),
            spot=self._word(said.spot, "spot"),
            clearance_m=self.amount("clearance_m", said.clearance_m),
            where=said.where,
            trapped=said.trapped,
            injured=said.injured,
            hazard=said.hazard,
            persons=said.persons,
            children=said.children,
            pets=said.pets,
            language=said.language,
            note=said.note,
            wish=said.wish,
            asked=said.asked,
        )

    def amount(self, fact: str, text: str | None) -> float | None:
        """Read one of ``AMOUNTS``; None if nothing is said, or if it is refused."""
        if text is None:
            return None
        parse: Callable[[str], float] = getattr(notation, AMOUNTS[fact])
        return self.attempt("bad_number", lambda: parse(text))

    def _kind(self, word: str, file_plans: Mapping[str, Plan]) -> str | None:
        return self.attempt("unknown_kind", lambda: read_kind(word, file_plans))

    def _word(self, text: str | None, fact: str) -> str | None:
        if text is None:
            return None
        return self.attempt("unknown_word", lambda: _one_of(text, f"--{fact}", _WORDS[fact]))


def read_kind(word: str, file_plans: Mapping[str, Plan]) -> str:
    """Find the kind or service that a word stands for; raises UsageError with the nearest words."""
    kind = plans.find_kind(word, file_plans)
    if kind is not None:
        return kind
    from difflib import get_close_matches

    words = [*file_plans, *plans.BUILT_IN, *SERVICES]
    for plan in plans.BUILT_IN.values():
        words += map(fold, plan.words)
    for german in SERVICES.values():
        words += map(fold, german)
    close = get_close_matches(fold(word), words, n=3, cutoff=0.7)
    guess = f" (did you mean {' or '.join(dict.fromkeys(close))}?)" if close else ""
    raise UsageError(
        "unknown kind {word!r}{guess}",
        word=word,
        guess=guess,
        hint='"dispatch kinds" lists kinds, services and words',
    )


def read_when(text: str | None, now: datetime, timezone: str, shown_in: str) -> datetime:
    """Read an incident's time, local in ``timezone``, into the zone in which times are shown."""
    moment = now if text is None else notation.parse_when(text, now, timezone)
    return moment.astimezone(ZoneInfo(shown_in))


def _one_of(word: str, option: str, words: Mapping[str, tuple[str, ...]]) -> str:
    name = lookup(word, words)
    if name is None:
        raise UsageError(
            "{option} {word!r} is unknown; allowed: {words}",
            option=option,
            word=word,
            words=", ".join(words),
        )
    return name
