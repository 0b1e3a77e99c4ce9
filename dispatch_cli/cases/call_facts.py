"""Make the incident of a call, and its ranking, from the answers of a draft."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from .. import folders, intake, plans
from ..messages import Message
from ..model import Incident, Place, Rules
from ..model.case import Personal
from ..model.draft import COPIED_PLACE
from ..model.words import SPOTS, VEHICLE_CLASSES, VEHICLE_STATES
from ..notation.place_names import fold_name
from ..places.carried_names import CarriedNames
from .book import Book
from .copied_facts import copied_place, written
from .likely_same import open_and_same
from .rank_for_case import ranked
from .view_case import view

if TYPE_CHECKING:
    from ..results.cascade_answer import Answer, EmergencyCall
    from ..results.case_results import CaseView

_FLAGS = ("ev", "trailer", "trapped")
_COUNTS = ("injured", "persons", "children", "pets")
PERSONAL = ("caller", "call_back", "plate", "ref", "to", "note", "at_vehicle")
"""The facts of a call that are personal data."""

_LEAST_LETTERS, _MOST_TOWNS = 3, 20
"""Letters from which on towns are suggested, and how many of them."""

_SETS = {"spot": SPOTS, "vehicle": VEHICLE_CLASSES, "state": VEHICLE_STATES}

_OF_INCIDENT = (each for each in intake.RawIncident.__struct_fields__ if each != "note")
_TYPED = (*_OF_INCIDENT, "last_exit", "at", "when")


def typed_facts(facts: Mapping[str, str]) -> dict[str, object]:
    """Return the facts of an incident by name, as ``intake.read_facts`` takes them.

    A question that was passed over is left out: its fact is unknown.
    """
    values: dict[str, object] = {}
    for name in _TYPED:
        text = facts.get(name, "")
        if not text:
            continue
        if name in _FLAGS:
            values[name] = text == "yes"
        elif name in _COUNTS:
            values[name] = int(text)
        else:
            values[name] = tuple(text.split(",")) if name == "asked" else text
    return values


def personal_of(facts: Mapping[str, str]) -> Personal:
    """Return the motorist's data of the facts."""
    return Personal(**{name: facts[name] for name in PERSONAL if facts.get(name)})


class Call(Struct, frozen=True):
    """A call as its case is opened; ``like`` is the case from which its place was copied, or 0."""

    incident: Incident
    personal: Personal
    like: int = 0


def call_of(book: Book, facts: Mapping[str, str]) -> Call:
    """Read a call; raises UsageError with all facts that cannot be read.

    A copied place has the other case's position; its text is not resolved again.
    """
    typed, personal, copied = typed_facts(facts), personal_of(facts), copied_place(facts)
    words = facts.get("at", "")
    if copied is not None:
        words, typed["at"] = copied.words, written(copied.place)
    personal = replace(personal, typed_place=words)
    gazetteer = folders.gazetteer()
    incident = intake.read_incident(typed, book.catalog.rules, book.now, gazetteer)
    if copied is None:
        return Call(incident, personal)
    incident = replace(incident, place=copied.place)
    return Call(incident, personal, copied.case_id)


def answered(facts: Mapping[str, str]) -> list[str]:
    """Return the facts that the caller has answered, or a script has named."""
    return [name for name, value in facts.items() if value and name != COPIED_PLACE]


def preview(book: Book, facts: Mapping[str, str]) -> "Answer":
    """Rank the providers by the facts so far, as if they were called now; nothing is recorded.

    The facts must have a kind and a place.
    """
    incident = call_of(book, facts).incident
    with book.store.reading() as reader:
        return ranked(book, reader, incident)


def same_cases(book: Book, facts: Mapping[str, str]) -> "tuple[CaseView, ...]":
    """Return the open cases that may be about the same motorist; the facts must have a place."""
    call = call_of(book, facts)
    with book.store.reading() as reader:
        same = open_and_same(reader, call.incident, call.personal.call_back, book.now)
        return tuple(view(each, book.now) for each in same if each.id != call.like)


def urgent(
    book: Book, facts: Mapping[str, str]
) -> "tuple[tuple[EmergencyCall, ...], tuple[Message, ...]]":
    """Return the emergency numbers and the advice for the caller, by the answers so far.

    Neither place nor kind must be known: help for persons does not wait for them.
    """
    incident = Incident(
        kind=plans.find_kind(facts.get("kind", ""), book.catalog.rules.plans) or "other",
        place=Place(lat=0, lon=0),
        when=book.now,
        injured=int(facts.get("injured") or 0),
        trapped=facts.get("trapped") == "yes",
        hazard=facts.get("hazard"),
        spot=facts.get("spot") or None,
    )
    calls = plans.emergency_calls(incident, book.catalog.rules)
    return calls, plans.advice_for(incident, calls)


def words_of(fact: str, rules: Rules, typed: str = "") -> list[str]:
    """Return the words for a fact that has a closed set, for an operator to choose from.

    Of a place these are the places of the provider file, and the towns that begin with ``typed``.
    """
    if fact == "kind":
        of_file = {kind: plan.words for kind, plan in rules.plans.items()}
        built_in = {kind: plan.words for kind, plan in plans.BUILT_IN.items()}
        kinds = {**built_in, **of_file}
        return [word for kind, words in kinds.items() for word in (kind, *words)]
    if fact == "client":
        return [*rules.clients, "none"]
    if fact == "at":
        return [*rules.places, *_towns(typed)]
    return [name for key, others in _SETS.get(fact, {}).items() for name in (key, *others)]


def _towns(typed: str) -> list[str]:
    letters = fold_name(typed)
    if len(letters) < _LEAST_LETTERS or any(map(str.isdigit, letters)):
        return []
    return list(CarriedNames().beginning(letters).values())[:_MOST_TOWNS]


def changes(rules: Rules) -> list[str]:
    """Return the changes of a fact that has a closed set, such as "spot shoulder"."""
    return [f"{fact} {word}" for fact in (*_SETS, "client") for word in words_of(fact, rules)]
