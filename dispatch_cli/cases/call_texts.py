"""The texts to read aloud: for the provider before its acceptance, and for the caller.

The text before an acceptance has no personal data. It has a rough area, the road and its exits
(``--where``), what has happened, and the facts that the unit must cope with. Each text is a tuple
of sentences. A fact that was not asked is not said. The texts for the driver: ``driver_texts``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from ..messages import Clock, Message
from ..model import Incident, Rules
from ..model.case import Case, Offer, Personal
from ..model.run_cards import BUILT_IN
from ..model.words import CARRYING_SERVICES, EMERGENCY_SERVICES
from .call_english import ENGLISH
from .call_german import GERMAN
from .call_language import CallLanguage, SpokenKind
from .case_deadlines import APPOINTMENT_AFTER
from .joint_calls import of_one_call
from .vehicle_makes import written_make

CALL_LANGUAGES: Mapping[str, CallLanguage] = {"en": ENGLISH, "de": GERMAN}
"""The languages of the texts, by code."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    code: language.texts for code, language in CALL_LANGUAGES.items()
}
"""The built-in texts; ``[say.de]`` and ``[say.en]`` in the provider file replace single ones."""

Filled = Callable[..., str]
"""Fills the text of a key with values."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ENDS = (".", "!", "?", ":", "…")
_PULLED = CARRYING_SERVICES | {"winch_out"}
"""Services for which the weight counts."""

_MOTORWAY = re.compile(r"\bA ?[0-9]{1,3}\b")
_BEHIND_BARRIER = frozenset({"lane", "shoulder", "ramp"})
_SAFE_SPOTS = frozenset({"roadside", "parking", "garage", "offroad"})
_UNSAFE_KINDS = frozenset({"fire", "smoke", "flooded", "theft", "medical", "stranded", "taxi"})
"""Kinds in which the caller is not told to stay with the vehicle."""


def spoken(sentence: Clock | Message, language: str) -> str:
    """Write a moment or a place in the language of the caller."""
    return language_of(language).spoken(sentence)


def text(
    texts: Mapping[str, Mapping[str, str]], language: str, key: str, /, **values: object
) -> str:
    """Fill one text of the file or a built-in one; an unknown placeholder is left as it is.

    A placeholder may have any name, also that of a parameter.
    """
    own = texts.get(language, {}).get(key)
    template = own if own is not None else language_of(language).texts[key]
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), template)


def to_provider(
    case: Case, offer: Offer, rules: Rules, language: str, at: datetime
) -> tuple[str, ...]:
    """Return the sentences for the provider of a call: who calls, what has happened, the question.

    ``at`` is the local time of the call.
    """
    filled = partial(text, rules.say, language)
    words, incident = language_of(language), case.incident
    said = [_greeting(filled, words, rules, at)]
    if rules.desk.number:
        # A firm that rings back needs it.
        said.append(filled("desk_number", number=rules.desk.number))
    said += _what_has_happened(
        case, offer, filled, words, has_own_area="area" in _own(rules, language)
    )
    facts = list(vehicle_facts(case, offer, filled, words))
    if facts:
        said.append(filled("vehicle", facts=words.enumerated(facts)))
    said += persons_and_danger(case, filled, words)
    if incident.when - offer.opened_at > APPOINTMENT_AFTER:
        said.append(filled("wanted", clock=words.spoken(Clock(incident.when, at))))
    return sentences(*said, filled("ask"))


def _own(rules: Rules, language: str) -> Mapping[str, str]:
    """Return the texts of the provider file in a language."""
    return rules.say.get(language, {})


def language_of(code: str) -> CallLanguage:
    """Return the words of a language by its code; those of English for an unknown code."""
    return CALL_LANGUAGES.get(code, ENGLISH)


def sentences(*texts: str) -> tuple[str, ...]:
    """Give each text a capital letter and a stop; empty texts are left out."""
    return tuple(
        f"{each[0].upper()}{each[1:]}{'' if each.endswith(_ENDS) else '.'}"
        for each in map(str.strip, texts)
        if each
    )


def _greeting(filled: Filled, words: CallLanguage, rules: Rules, at: datetime) -> str:
    """Greet by the time of day, with the name of the desk if it has one."""
    greeting = words.greeting(at.hour)
    name = rules.desk.name
    if not name:
        return filled("greet", greeting=greeting)
    return filled("desk", greeting=greeting, desk=name, the_desk=words.named(name))


def _what_has_happened(
    case: Case, offer: Offer, filled: Filled, words: CallLanguage, *, has_own_area: bool
) -> Iterator[str]:
    """Yield what has happened to which vehicle and where, and what is needed if that is not clear.

    A kind without words of its own, such as one of the provider file, has only what is needed.
    """
    incident = case.incident
    kind = words.kinds.get(incident.kind, SpokenKind())
    area, *details = _area(incident, filled, words, has_own_area=has_own_area)
    road = incident.place.road
    if road is not None and not incident.where:
        details.append(words.spoken(road.roughly))
    details += [*road_of(incident, filled), *spot_of(incident, filled, words)]
    of_call = [each.service for each in of_one_call(case, offer.number)] or [offer.service]
    needed = words.enumerated([words.services[each] for each in dict.fromkeys(of_call)])
    place = {
        "place": ", ".join(filter(None, (area, *details))),
        "comma": "," if details else "",
        "services": needed,
    }
    if not kind.predicate:
        vehicle = kind.subject[1] if kind.subject else _vehicle(incident, words, is_object=True)
        yield _tidy(filled("needed", vehicle=vehicle, **place))
        return
    vehicle = kind.subject[0] if kind.subject else _vehicle(incident, words, is_object=False)
    yield _tidy(filled("happened", vehicle=vehicle, predicate=kind.predicate, **place))
    if {*of_call} != {_implied(incident.kind)}:
        yield filled("service", services=needed)


def _tidy(sentence: str) -> str:
    """Close the gaps that empty values have left."""
    return " ".join(sentence.split()).replace(" ,", ",")


def _implied(kind: str) -> str:
    """Return the help on the spot that a kind implies, such as the jump start; empty for others."""
    plan = BUILT_IN.get(kind)
    first = plan.entries[0].service if plan and plan.entries else ""
    return "" if first in CARRYING_SERVICES | EMERGENCY_SERVICES.keys() else first


def _vehicle(incident: Incident, words: CallLanguage, *, is_object: bool) -> str:
    vehicle = incident.vehicle
    return words.vehicle(vehicle.kind or "", written_make(vehicle.brand or ""), is_object)


def _area(
    incident: Incident, filled: Filled, words: CallLanguage, *, has_own_area: bool
) -> tuple[str, ...]:
    """Say the rough area, and abroad the nearest postcode; empty if none is known."""
    place = incident.place
    if place.nearest_postcode:
        if has_own_area:
            return (filled("area", area=words.spoken(place.roughly_abroad)),)
        country = words.countries.get(place.country) or filled("abroad")
        return country, filled("nearest", area=place.nearest_postcode)
    if place.postcode:
        area = rough_area(incident)
        return (filled("area" if has_own_area or " " in area else "postcode", area=area),)
    return (filled("abroad") if place.foreign_km else "",)


def road_of(incident: Incident, filled: Filled) -> Iterator[str]:
    """Yield the road and the exit that was passed last, as far as they are known."""
    if incident.where:
        yield incident.where
    if incident.last_exit:
        yield filled("exit", exit=incident.last_exit)


def spot_of(incident: Incident, filled: Filled, words: CallLanguage) -> Iterator[str]:
    """Yield the spot of the vehicle and the height of its entrance."""
    if incident.spot:
        yield words.spots[incident.spot]
    if incident.clearance_m:
        key = "entrance" if incident.spot == "garage" else "clearance"
        yield filled(key, height=words.amount(incident.clearance_m, ".2f"))


def rough_area(incident: Incident) -> str:
    """Return the postcode, with its town if the caller named both, and nothing more exact.

    For a foreign place it is the country and the nearest postcode.
    """
    place = incident.place
    if place.nearest_postcode:
        return str(place.roughly_abroad)
    has_town = place.postcode and place.label.startswith(place.postcode)
    return (place.label if has_town else place.postcode) or "?"


def vehicle_facts(
    case: Case, offer: Offer, filled: Filled, words: CallLanguage, prefix: str = ""
) -> Iterator[str]:
    """Yield the facts of the vehicle that the unit must cope with.

    The weight is said to a unit that carries or pulls the vehicle, and of every heavy one; an
    estimated weight only of a known class. The texts with ``prefix`` "is_" are parts of a list, for
    the driver, those without are parts of a sentence.
    """
    vehicle = case.incident.vehicle
    services = {each.service for each in of_one_call(case, offer.number)} or {offer.service}
    if prefix or vehicle.is_heavy or services & _PULLED:
        if vehicle.weight_t:
            yield filled(f"{prefix}weight", weight=words.amount(vehicle.weight_t))
        elif vehicle.kind:
            yield filled(f"{prefix}assumed", weight=words.amount(vehicle.assumed_weight_t))
    if vehicle.height_m:
        yield filled(f"{prefix}height", height=words.amount(vehicle.height_m, ".2f"))
    if vehicle.ev:
        yield filled(f"{prefix}electric")
    if vehicle.trailer:
        yield filled(f"{prefix}trailer")
    if vehicle.state:
        yield words.states[vehicle.state]


def persons_and_danger(case: Case, filled: Filled, words: CallLanguage) -> Iterator[str]:
    """Yield who comes along, who is hurt or trapped, the hazard and the emergency call."""
    incident = case.incident
    yield _companions(incident, filled, words)
    if incident.injured:
        key = "hurt_one" if incident.injured == 1 else "hurt"
        yield filled(key, count=words.count(incident.injured))
    if incident.trapped:
        yield filled("trapped")
    if incident.hazard:
        yield filled("hazard", hazard=incident.hazard)
    if case.emergency == "called":
        yield filled("emergency")


def _companions(incident: Incident, filled: Filled, words: CallLanguage) -> str:
    """Say the number of persons, of children among them, and of animals; empty if not asked."""
    # Children alone are persons as well.
    persons = incident.travellers if incident.children else incident.persons
    parts = [
        # The texts for one have the word for it; those of a provider file have its digit.
        filled(one, count=1) if count == 1 else filled(many, count=words.count(count))
        for one, many, count in (
            ("person", "persons", persons),
            ("child", "children", incident.children),
            ("pet", "pets", incident.pets),
        )
        if count
    ]
    said = ", ".join(parts)
    is_many = max(persons or 0, incident.pets) >= len(words.counts) and said[:1].isdigit()
    return filled("many", persons=said) if is_many else said


def to_caller(
    case: Case,
    personal: Personal,
    offer: Offer,
    rules: Rules,
    language: str,
    *,
    at: datetime,
    clock: str,
    late: str,
) -> tuple[str, ...]:
    """Return the text for the motorist: who calls, the firm, its time, when to call again.

    ``at`` is the local time of now, ``clock`` the promised time and ``late`` the end of the
    tolerance after it. A caller who waits on the line knows who speaks.
    """
    filled, words = partial(text, rules.say, language), language_of(language)
    times = [each.there_at for each in offer.promises[-2:]]
    key = "tell_late" if len(times) > 1 and times[1] > times[0] else "tell"
    said = filled(
        key,
        name=offer.name,
        the_name=words.named(offer.name),
        clock=clock,
        late=late,
        number=f": {rules.desk.number}" if rules.desk.number else "",
        stay=filled(_stay(case.incident, personal)),
    )
    is_greeted = not rules.desk.name or case.on_line_since is not None
    return sentences("" if is_greeted else _greeting(filled, words, rules, at), _tidy(said))


def _stay(incident: Incident, personal: Personal) -> str:
    """Return the text that says where the caller shall wait; never beside moving traffic."""
    has_motorway = incident.place.road is not None or _MOTORWAY.search(incident.where or "")
    is_on_motorway = incident.spot is None and has_motorway
    is_free = not (incident.injured or incident.trapped or personal.at_vehicle == "no")
    if is_free and (incident.spot in _BEHIND_BARRIER or is_on_motorway):
        return "barrier"
    if is_free and incident.spot == "tunnel":
        return "tunnel"
    is_safe = incident.spot in _SAFE_SPOTS and not incident.hazard
    if is_free and is_safe and incident.kind not in _UNSAFE_KINDS:
        return "stay"
    return "phone_free"
