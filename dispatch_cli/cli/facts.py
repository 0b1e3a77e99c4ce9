"""Turn what the operator typed into an incident."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from .. import folders, notation, places, plans
from ..errors import Problem, UsageError
from ..model import Incident, Plan, Rules, Vehicle
from ..model.words import SERVICES, SPOTS, VEHICLE_CLASSES, VEHICLE_STATES, fold, lookup
from .incident_options import Facts

T = TypeVar("T")


def incident_from(facts: Facts, rules: Rules, now: datetime) -> Incident:
    """Read every option; raises UsageError with all that cannot be understood at once."""
    problems: list[Problem | str] = []

    def attempt(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except UsageError as error:
            problems.extend(error.problems)
            hints.append(error.hint)
            return None

    hints: list[str] = []
    kind = attempt(lambda: read_kind(facts.kind, rules.plans))
    vehicle = facts.vehicle or plans.IMPLIED_VEHICLE.get(kind or "")
    place = attempt(
        lambda: places.resolve(facts.at, named=rules.places, gazetteer=folders.gazetteer())
    )
    when = attempt(lambda: _read_when(facts.when, now, rules.settings.timezone))
    weight_t = attempt(lambda: _optional(facts.weight_t, notation.parse_weight_t))
    height_m = attempt(lambda: _optional(facts.height_m, notation.parse_metres))
    clearance_m = attempt(lambda: _optional(facts.clearance_m, notation.parse_metres))
    vehicle_kind = attempt(lambda: _optional(vehicle, _one_of("--vehicle", VEHICLE_CLASSES)))
    state = attempt(lambda: _optional(facts.state, _one_of("--state", VEHICLE_STATES)))
    spot = attempt(lambda: _optional(facts.spot, _one_of("--spot", SPOTS)))
    if kind is None or place is None or when is None or problems:
        raise UsageError(*problems, hint=next(filter(None, hints), ""))
    return Incident(
        kind=kind,
        place=place,
        when=when,
        client=facts.client,
        vehicle=Vehicle(
            kind=vehicle_kind,
            brand=facts.brand,
            ev=facts.ev,
            trailer=facts.trailer,
            weight_t=weight_t,
            height_m=height_m,
            state=state,
        ),
        spot=spot,
        clearance_m=clearance_m,
        where=facts.where,
        trapped=facts.trapped,
        injured=facts.injured,
        hazard=facts.hazard,
        persons=facts.persons,
        children=facts.children,
        pets=facts.pets,
        language=facts.language,
        note=facts.note,
        wish=facts.wish,
        asked=tuple(facts.asked or ()),
    )


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
        f"unknown kind {word!r}{guess}", hint='"dispatch kinds" lists kinds, services and words'
    )


def _read_when(text: str | None, now: datetime, timezone: str) -> datetime:
    """The incident's time in the centre's zone, in which every clock time is shown."""
    moment = now if text is None else notation.parse_when(text, now, timezone)
    return moment.astimezone(ZoneInfo(timezone))


def _optional(text: str | None, parse: Callable[[str], T]) -> T | None:
    return None if text is None else parse(text)


def _one_of(option: str, words: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    def parse(word: str) -> str:
        name = lookup(word, words)
        if name is None:
            raise UsageError(f"{option} {word!r} is unknown; allowed: {', '.join(words)}")
        return name

    return parse
