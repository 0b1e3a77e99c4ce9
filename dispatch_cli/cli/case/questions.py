"""What ``case open`` asks on a terminal, in the order in which lives depend on it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ... import folders, places, plans
from ...errors import UsageError
from ...intake import read_kind
from ...model import NO_CLIENT, Incident, Place
from ...model.case import Personal
from ...model.words import DANGEROUS_SPOTS, SPOTS, VEHICLE_CLASSES, fold, lookup
from ..incident_options import IncidentOptions
from ..typed_input import YES, ask

if TYPE_CHECKING:
    from ...cases.book import Book

T = TypeVar("T")
_NO = frozenset({"", "n", "no", "nein", "0"})
_PERSONAL = {
    "call_back": "Call-back number",
    "caller": "Who calls",
    "plate": "Plate",
    "ref": "Membership number",
    "to": "Where shall the vehicle go",
    "note": "Note",
}
_ON_A_ROAD = frozenset({*DANGEROUS_SPOTS, "ramp"})
_TRAPPED = frozenset({"trapped", "eingeklemmt"})


def ask_missing(
    book: "Book",
    facts: IncidentOptions,
    personal: Personal,
    *,
    place: Place | None,
    ask: Callable[[str], str] = ask,
) -> tuple[IncidentOptions, Personal]:
    """Ask for what was not typed; Enter takes what stands in brackets."""

    def understood(question: str, read: Callable[[str], T]) -> T:
        return _until_understood(question, read, ask)

    rules = book.catalog.rules
    if facts.injured is None:
        facts = understood(
            "Hurt or in danger? how many hurt, trapped, or the spot: lane, shoulder, … [no]",
            lambda text: _read_danger(text, facts),
        )
        _show_emergency(book, facts)
    if not facts.at and place is None:
        facts = replace(facts, at=understood("Where?", lambda text: _place(book, text)))
    if facts.where is None and lookup(facts.spot or "", SPOTS) in _ON_A_ROAD:
        where = ask("Road, direction, between which exits? []")
        facts = replace(facts, where=where or None)
    if not facts.kind:
        word = "accident" if facts.injured or facts.trapped else "breakdown"
        kind = understood(f"What? [{word}]", lambda text: read_kind(text or word, rules.plans))
        facts = replace(facts, kind=kind)
    if facts.vehicle is None:
        usual = plans.IMPLIED_VEHICLE.get(facts.kind, "car")
        vehicle = understood(f"Vehicle? [{usual}]", lambda text: _vehicle(text or usual))
        facts = replace(facts, vehicle=vehicle)
    if facts.persons is None:
        persons = understood("Persons to come along? [1]", lambda t: _count(t or "1"))
        facts = replace(facts, persons=persons)
    if facts.client is None:
        known = [*rules.clients, NO_CLIENT]
        client = understood(
            f"Client? {', '.join(known[:8])} [{NO_CLIENT}]",
            lambda text: _client(text or NO_CLIENT, known),
        )
        facts = replace(facts, client=client)
    return facts, _ask_personal(personal, ask)


def _ask_personal(personal: Personal, ask: Callable[[str], str]) -> Personal:
    """Ask for the call-back number and the note, and for whatever else was typed as ``-``."""
    answers = {}
    for name, question in _PERSONAL.items():
        said = getattr(personal, name)
        if said == "-" or (not said and name in ("call_back", "note")):
            answers[name] = ask(f"{question}? []")
    return replace(personal, **answers)


def _until_understood(question: str, read: Callable[[str], T], ask: Callable[[str], str]) -> T:
    """Ask until the answer can be read, and say each time what could not be."""
    import sys

    from ...render import stderr_lines

    while True:
        try:
            return read(ask(question))
        except UsageError as error:
            stderr_lines.print_error(error, stream=sys.stderr)


def _read_danger(text: str, facts: IncidentOptions) -> IncidentOptions:
    """Read ``2``, ``trapped``, ``shoulder``, several of them, or nothing."""
    if fold(text) in _NO:
        return replace(facts, injured=0)
    injured, trapped, spot = 0, facts.trapped, facts.spot
    for word in text.replace(",", " ").split():
        if word.isascii() and word.isdecimal() and len(word) < 4:
            injured = int(word)
        elif fold(word) in YES:
            injured = 1
        elif fold(word) in _TRAPPED:
            trapped = True
        elif (found := lookup(word, SPOTS)) is not None:
            spot = found
        else:
            raise UsageError(
                "{word!r} is not understood; a number, trapped, or one of: {spots}",
                word=word,
                spots=", ".join(SPOTS),
            )
    return replace(facts, injured=injured, trapped=trapped, spot=spot)


def _show_emergency(book: "Book", facts: IncidentOptions) -> None:
    """Say at once whom to dial: nothing else that is asked matters as much."""
    import sys

    incident = Incident(
        kind=plans.find_kind(facts.kind, book.catalog.rules.plans) or "other",
        place=Place(lat=0, lon=0),
        when=book.now,
        injured=facts.injured or 0,
        trapped=facts.trapped,
        hazard=facts.hazard,
        spot=lookup(facts.spot or "", SPOTS),
    )
    calls = plans.emergency_calls(incident, book.catalog.rules)
    advice = plans.advice_for(incident, calls)
    if calls or advice:
        from ...render.emergency_alone import print_emergency

        print_emergency(calls, advice, stream=sys.stdout)
        sys.stdout.flush()


def _place(book: "Book", text: str) -> str:
    if not text:
        raise UsageError("the place is needed: position, postcode, place name or map link")
    places.resolve(text, named=book.catalog.rules.places, gazetteer=folders.gazetteer())
    return text


def _vehicle(text: str) -> str:
    found = lookup(text, VEHICLE_CLASSES)
    if found is None:
        raise UsageError(
            "{text!r} is unknown; allowed: {vehicle_classes}",
            text=text,
            vehicle_classes=", ".join(VEHICLE_CLASSES),
        )
    return found


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise UsageError("{text!r} is no number of persons", text=text)
    return int(text)


def _client(text: str, known: list[str]) -> str:
    if text not in known:
        raise UsageError(
            "unknown client {text!r}; allowed: {known}", text=text, known=", ".join(known)
        )
    return text
