"""Read the facts of an incident as an operator typed them, or as a row of a file has them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from . import notation, places, plans
from .errors import UsageError
from .messages import Message, joined, quoted
from .model import NO_CLIENT, Incident, Place, Plan, Rules, Vehicle
from .model.near_words import did_you_mean
from .model.typed_words import WITH_A_FACT, two_readings
from .model.words import SERVICES, SPOTS, VEHICLE_CLASSES, VEHICLE_STATES, fold, lookup

T = TypeVar("T")

NOWHERE = Place(lat=0, lon=0)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


AMOUNTS = {
    "weight_t": "parse_weight_t",
    "height_m": "parse_metres",
    "clearance_m": "parse_metres",
}
"""Facts that are amounts, and the function of ``notation`` that reads each."""

_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "vehicle": VEHICLE_CLASSES,
    "state": VEHICLE_STATES,
    "spot": SPOTS,
}
"""Facts that are one of a closed set of words."""


_NO_CLIENT_WORDS = frozenset(
    {NO_CLIENT, "no_client", "no_club", "keiner", "kein_club", "ohne_club"}
)
"""Folded words for a motorist who is the customer of no client."""


class RawIncident(Struct, frozen=True, kw_only=True):
    """The facts of an incident as texts, without place and time; None if unknown."""

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


class UnknownKindError(UsageError):
    """A word that is neither a kind nor a service; ``word`` is the whole of it."""

    word: str = ""


class RejectedFact(Struct, frozen=True):
    """The reason, as an id, and the error of a fact that cannot be read."""

    reason: str
    error: UsageError


class IncidentReader:
    """Reads one fact after the other and collects the errors."""

    def __init__(self) -> None:
        self.rejected: list[RejectedFact] = []
        self.flags: dict[str, bool] = {}
        """What a word says besides its fact, as "E-Auto" says of its vehicle."""

    def attempt(self, reason: str, read: Callable[[], T]) -> T | None:
        """Call a function that reads a fact; None if it raises UsageError, which is collected."""
        try:
            return read()
        except UsageError as error:
            if isinstance(error, notation.ClockChangeError):
                reason = "time_twice" if error.is_twice else "time_never"
            # Without its traceback, which would refer to this reader and to the rows of a batch.
            self.rejected.append(RejectedFact(reason, error.with_traceback(None)))
        return None

    def combined_error(self) -> UsageError:
        """Return one error with all problems, and with the first hint."""
        errors = [each.error for each in self.rejected]
        return UsageError(
            *(problem for error in errors for problem in error.problems),
            hint=next((error.hint for error in errors if error.hint), ""),
        )

    def fact(self, name: str, value: object, file_plans: Mapping[str, Plan]) -> object:
        """Read one fact of ``RawIncident`` by its name; None if it is unknown or rejected.

        An empty class of the vehicle means that it is unknown.
        """
        if value is None or (name == "vehicle" and not value):
            return None
        if name == "kind":
            return self._kind(str(value), file_plans)
        if name in _WORDS:
            return self._word(str(value), name)
        return self.amount(name, str(value)) if name in AMOUNTS else value

    def time(self, text: str | None, now: datetime, timezone: str) -> datetime | None:
        """Read the time of an incident; None if it is rejected."""
        return self.attempt("bad_time", lambda: read_when(text, now, timezone, timezone))

    def incident(self, raw: RawIncident, rules: Rules) -> Incident:
        """Read all facts; the place is NOWHERE and the time is NEVER."""
        kind = self._kind(raw.kind, rules.plans)
        vehicle = self._word(raw.vehicle or plans.IMPLIED_VEHICLE.get(kind or ""), "vehicle")
        return Incident(
            kind=kind or "",
            place=NOWHERE,
            when=NEVER,
            client=raw.client and (find_client(raw.client, rules) or raw.client),
            vehicle=Vehicle(
                kind=vehicle,
                brand=raw.brand,
                ev=raw.ev or self.flags.get("ev", False),
                trailer=raw.trailer or self.flags.get("trailer", False),
                weight_t=self.amount("weight_t", raw.weight_t),
                height_m=self.amount("height_m", raw.height_m),
                state=self._word(raw.state, "state"),
            ),
            spot=self._word(raw.spot, "spot"),
            clearance_m=self.amount("clearance_m", raw.clearance_m),
            where=raw.where,
            trapped=raw.trapped,
            injured=raw.injured,
            hazard=raw.hazard,
            persons=raw.persons,
            children=raw.children,
            pets=raw.pets,
            language=raw.language,
            note=raw.note,
            wish=raw.wish,
            asked=raw.asked,
        )

    def amount(self, fact: str, text: str | None) -> float | None:
        """Read one of ``AMOUNTS``; None if it is unknown or rejected."""
        if text is None:
            return None
        parse: Callable[[str], float] = getattr(notation, AMOUNTS[fact])
        return self.attempt("bad_number", lambda: parse(text))

    def _kind(self, word: str, file_plans: Mapping[str, Plan]) -> str | None:
        return self.attempt("unknown_kind", lambda: read_kind(word, file_plans))

    def _word(self, text: str | None, fact: str) -> str | None:
        if text is None:
            return None
        found = self.attempt("unknown_word", lambda: read_word(text, fact, f"--{fact}"))
        if found is None:
            return None
        name, flag = found
        self.flags |= {flag: True} if flag else {}
        return name


def read_facts(
    typed: Mapping[str, object], rules: Rules, now: datetime, gazetteer: Path
) -> dict[str, object]:
    """Read typed facts by the name of their option; the fact of ``at`` is named ``place``.

    Raises UsageError with all problems.
    """
    reading = IncidentReader()
    found: dict[str, object] = {}
    # Place and time last, so that their problems stand below those of the other facts.
    for name in sorted(typed, key=lambda each: (each in ("at", "when"), each == "when")):
        value = typed[name]
        if name == "client" and value is not None:
            found[name] = find_client(str(value), rules) or value
        elif name == "at":
            found["place"] = reading.attempt(
                "unknown_place",
                lambda: places.resolve(
                    str(typed["at"]), named=rules.places, gazetteer=gazetteer, roads=rules.roads
                ),
            )
        elif name == "when":
            when = None if value is None else str(value)
            found[name] = reading.time(when, now, rules.settings.timezone)
        elif isinstance(value, list):
            found[name] = tuple(value)
        else:
            found[name] = reading.fact(name, value, rules.plans)
    if reading.rejected:
        raise reading.combined_error()
    return found | reading.flags


def read_incident(
    typed: Mapping[str, object], rules: Rules, now: datetime, gazetteer: Path
) -> Incident:
    """Read a whole incident by ``read_facts``; its kind may imply the class of its vehicle.

    A fact that is None was not typed; without a time the incident is now.
    """
    known = {name: value for name, value in typed.items() if value is not None}
    facts = read_facts(known | {"when": typed.get("when")}, rules, now, gazetteer)
    if not facts.get("vehicle"):
        facts["vehicle"] = plans.IMPLIED_VEHICLE.get(str(facts["kind"]))
    return with_facts(Incident(kind="", place=NOWHERE, when=NEVER), facts)


def with_facts(incident: Incident, facts: Mapping[str, object]) -> Incident:
    """Return the incident with new facts; the fact ``vehicle`` is the class of the vehicle."""
    of_incident, of_vehicle = {}, {}
    for name, value in facts.items():
        if name == "vehicle":
            of_vehicle["kind"] = value
        elif name in Incident.__struct_fields__:
            of_incident[name] = value
        else:
            of_vehicle[name] = value
    return replace(incident, vehicle=replace(incident.vehicle, **of_vehicle), **of_incident)


def read_kind(word: str, file_plans: Mapping[str, Plan]) -> str:
    """Find the kind or service of a word; raises UsageError with the nearest words."""
    kind = plans.find_kind(word, file_plans)
    if kind is not None:
        return kind
    words = [*file_plans, *plans.BUILT_IN, *SERVICES]
    words += [each for plan in plans.BUILT_IN.values() for each in plan.words]
    words += [each for german in SERVICES.values() for each in german]
    error = UnknownKindError(
        "unknown kind {kind}{guess}",
        kind=quoted(word),
        guess=did_you_mean(word, words, most=3, cutoff=0.7),
        hint='"dispatch kinds" lists kinds, services and words',
    )
    error.word = word
    raise error


def find_client(word: str, rules: Rules) -> str | None:
    """Return the id of a client by its id or name, in any spelling; None for an unknown client.

    "none" and words like "no club" are ``NO_CLIENT``.
    """
    if word in rules.clients:
        return word
    folded = fold(word)
    found = {
        name for name, client in rules.clients.items() if folded in (fold(name), fold(client.name))
    }
    if not found and folded in _NO_CLIENT_WORDS:
        return NO_CLIENT
    return found.pop() if len(found) == 1 else None


def read_when(
    text: str | None, now: datetime, timezone: str, shown_in: str, *, needs_date: bool = False
) -> datetime:
    """Read the time of an incident, local in ``timezone``, and convert it to the zone on screen."""
    moment = now
    if text is not None:
        moment = notation.parse_when(text, now, timezone, needs_date=needs_date)
    return moment.astimezone(ZoneInfo(shown_in))


def read_word(text: str, fact: str, named: str = "") -> tuple[str, str]:
    """Find the word of a closed set, and the flag that it also sets ("" for none).

    ``named`` stands before the word in the error. Raises UsageError for an unknown word, and for
    one with two readings.
    """
    words = _WORDS[fact]
    name = lookup(text, words)
    if name is not None:
        return name, ""
    if fact == "vehicle" and fold(text) in WITH_A_FACT:
        return WITH_A_FACT[fold(text)]
    both = two_readings(text, fact)
    word = f"{named} {quoted(text)}".lstrip()
    if both is not None:
        raise UsageError(
            '{word} has two readings; write "{one}" or "{other}"',
            word=word,
            one=Message(both[0]),
            other=Message(both[1]),
        )
    raise UsageError(
        "{word} is unknown; allowed: {allowed}",
        word=word,
        allowed=joined(map(Message, words), ", "),
    )
