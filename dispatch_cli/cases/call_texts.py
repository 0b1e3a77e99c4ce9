"""The texts to read aloud: for the provider before its acceptance, then for caller and driver.

The text before an acceptance has no personal data. It has the service, a rough area, the road and
its exits (``--where``), and the facts that the unit must cope with.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from ..messages import Clock, Message, worded
from ..model import Incident, Rules
from ..model.case import Case, Offer, Personal
from ..model.words import (
    CARRYING_SERVICES,
    EQUIPMENT,
    SERVICES,
    SPOTS,
    VEHICLE_CLASSES,
    VEHICLE_STATES,
)
from .joint_calls import of_one_call

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "desk": "This is {desk}.",
        "ask": "When can you be there?",
        "area": "near {area}",
        "road": "{where}, near {area}",
        "desk_number": "Our number is {number}.",
        "exit": "last exit {exit}",
        "person": "1 person",
        "persons": "{count} people",
        "child": "1 of them a child",
        "children": "{count} of them children",
        "pet": "1 pet",
        "pets": "{count} pets",
        "assumed": "{weight} t assumed",
        "weight": "{weight} t",
        "height": "{height} m high",
        "electric": "electric",
        "trailer": "with trailer",
        "spot": "at: {spot}",
        "clearance": "clearance {height} m",
        "hurt": "{count} hurt",
        "trapped": "trapped person",
        "emergency": "emergency services are called",
        "hazard": "hazard: {hazard}",
        "tell": "{name} is coming to you, probably by {clock}."
        " If no help is there by {late}, please call us again{number}.",
        "tell_late": "Help is delayed and will probably be with you by {clock}."
        " If no help is there by {late}, please call us again{number}.",
        "said": 'the caller said: "{words}"',
        "drive": "call-back {call_back}",
        "at_vehicle": "the caller is at the vehicle",
        "away": "the caller is not at the vehicle",
        "plate": "plate {plate}",
        "client": "client {client}",
        "member": "membership number {member}",
        "bring": "bring: {things}",
        "low": "vehicle below {height} m",
        "to": "goes to {place}",
        "speaks": "speaks {language}",
    },
    "de": {
        "desk": "Hier ist {desk}.",
        "ask": "Wann können Sie dort sein?",
        "area": "bei {area}",
        "road": "{where}, bei {area}",
        "desk_number": "Unsere Nummer ist {number}.",
        "exit": "letzte Ausfahrt {exit}",
        "person": "1 Person",
        "persons": "{count} Personen",
        "child": "davon 1 Kind",
        "children": "davon {count} Kinder",
        "pet": "1 Tier",
        "pets": "{count} Tiere",
        "assumed": "{weight} t geschätzt",
        "weight": "{weight} t",
        "height": "{height} m hoch",
        "electric": "elektrisch",
        "trailer": "mit Anhänger",
        "spot": "Ort: {spot}",
        "clearance": "Durchfahrtshöhe {height} m",
        "hurt": "{count} verletzt",
        "trapped": "Person eingeklemmt",
        "emergency": "Notruf ist abgesetzt",
        "hazard": "Gefahr: {hazard}",
        "tell": "{name} kommt zu Ihnen, voraussichtlich bis {clock} Uhr."
        " Ist bis {late} Uhr niemand da, rufen Sie uns bitte wieder an{number}.",
        "tell_late": "Die Hilfe verspätet sich und ist voraussichtlich bis {clock} Uhr bei Ihnen."
        " Ist bis {late} Uhr niemand da, rufen Sie uns bitte wieder an{number}.",
        "said": "Der Anrufer sagte: „{words}“",
        "drive": "Rückruf {call_back}",
        "at_vehicle": "Anrufer ist am Fahrzeug",
        "away": "Anrufer ist nicht am Fahrzeug",
        "plate": "Kennzeichen {plate}",
        "client": "Kunde {client}",
        "member": "Mitgliedsnummer {member}",
        "bring": "Mitbringen: {things}",
        "low": "Fahrzeug unter {height} m",
        "to": "Ziel: {place}",
        "speaks": "spricht {language}",
    },
}
"""The built-in texts; ``[say.de]`` and ``[say.en]`` in the provider file replace single ones."""

SPOKEN: Mapping[str, Mapping[str, str]] = {
    "de": {
        "near {town}, ± {km:.2g} km": "bei {town}, auf {km:.2g} km genau",
        "{foreign_km:,.0f} km outside Germany": "{foreign_km:,.0f} km außerhalb Deutschlands",
        "{country}, nearest {postcode}": "{country}, bei {postcode}",
        "outside Germany": "außerhalb Deutschlands",
        "{day} {date} {month} {time}": "{day} {date}.{number}. {time}",
        "{day} {date} {month} {year} {time}": "{day} {date}.{number}.{year} {time}",
        "CET": "MEZ", "CEST": "MESZ",
        "Mon": "Mo", "Tue": "Di", "Wed": "Mi", "Thu": "Do", "Fri": "Fr", "Sat": "Sa", "Sun": "So",
    }
}  # fmt: skip
"""Moments and places as they are said in another language than English."""


def spoken(sentence: Clock | Message, language: str) -> str:
    """Write a moment or a place in the language of the caller."""
    words = SPOKEN.get(language, {})
    return str(worded(sentence, lambda template: words.get(template, template)))


def text(
    texts: Mapping[str, Mapping[str, str]], language: str, key: str, /, **values: object
) -> str:
    """Fill one text of the file or a built-in one; an unknown placeholder is left as it is.

    A placeholder may have any name, also that of a parameter: "speaks" has {language}.
    """
    own = texts.get(language, {}).get(key)
    built_in = TEXTS.get(language, TEXTS["en"])
    filled = own if own is not None else built_in[key]
    for name, value in values.items():
        filled = filled.replace("{" + name + "}", str(value))
    return filled


def to_provider(case: Case, offer: Offer, rules: Rules, language: str) -> tuple[str, ...]:
    """Return the sentences for the provider of a call: desk, service and area, facts, question."""
    incident = case.incident
    filled = partial(text, rules.say, language)
    area = rough_area(incident)
    road = _road(incident, filled)
    where = filled("road", where=road, area=area) if road else filled("area", area=area)
    first = f"{_services(case, offer, language)}, {where}."
    facts = ", ".join(_facts(case, _carrying(case, offer), filled, language))
    desk = [filled("desk", desk=rules.desk.name)] if rules.desk.name else []
    if rules.desk.number:
        # A firm that rings back needs it.
        desk.append(filled("desk_number", number=rules.desk.number))
    return (*desk, first, f"{facts}.", filled("ask"))


def _road(incident: Incident, filled: Callable[..., str]) -> str:
    """Return the road and the exit that was passed last; empty if neither is known."""
    last_exit = filled("exit", exit=incident.last_exit) if incident.last_exit else ""
    return ", ".join(filter(None, (incident.where, last_exit)))


def _services(case: Case, offer: Offer, language: str) -> str:
    """Name the services of a call."""
    named = (_word(SERVICES, each.service, language) for each in of_one_call(case, offer.number))
    return ", ".join(named)


def _carrying(case: Case, offer: Offer) -> str:
    """Return the service of a call that takes the vehicle or persons along, else the first one."""
    services = [each.service for each in of_one_call(case, offer.number)]
    return next((each for each in services if each in CARRYING_SERVICES), offer.service)


def rough_area(incident: Incident) -> str:
    """Return the postcode, with its town if the caller named both, and nothing more exact.

    For a foreign place it is the country and the nearest postcode.
    """
    place = incident.place
    if place.nearest_postcode:
        return str(place.roughly_abroad)
    has_town = place.postcode and place.label.startswith(place.postcode)
    return (place.label if has_town else place.postcode) or "?"


def _word(words: Mapping[str, tuple[str, ...]], name: str, language: str) -> str:
    german = words.get(name)
    return german[0] if language == "de" and german else name.replace("_", " ")


def _facts(case: Case, service: str, filled: Callable[..., str], language: str) -> Iterator[str]:
    """Yield the facts that the unit must cope with, and none that identifies the motorist."""
    incident, vehicle = case.incident, case.incident.vehicle
    kind = _word(VEHICLE_CLASSES, vehicle.kind or "car", language)
    yield f"{kind[:1].upper()}{kind[1:]}" + (f" {vehicle.brand}" if vehicle.brand else "")
    key = "weight" if vehicle.weight_t else "assumed"
    yield filled(key, weight=_amount(vehicle.assumed_weight_t, language))
    if vehicle.state:
        yield _word(VEHICLE_STATES, vehicle.state, language)
    carries = service in CARRYING_SERVICES or service == "taxi"
    spot = _word(SPOTS, incident.spot, language) if incident.spot else None
    for key, name, value in (
        ("height", "height", vehicle.height_m and _amount(vehicle.height_m, language)),
        ("electric", "", vehicle.ev),
        ("trailer", "", vehicle.trailer),
        ("spot", "spot", spot),
        ("clearance", "height", incident.clearance_m and _amount(incident.clearance_m, language)),
        *(_companions(incident) if carries else ()),
        ("hurt", "count", incident.injured),
        ("trapped", "", incident.trapped),
        ("emergency", "", case.emergency == "called"),
        ("hazard", "hazard", incident.hazard),
    ):
        if value:
            yield filled(key, **{name: value} if name else {})


def _companions(incident: Incident) -> Iterator[tuple[str, str, int | None]]:
    """Yield the text, its place and the number of persons, children among them, and animals."""
    # Children alone are persons as well.
    persons = incident.travellers if incident.children else incident.persons
    for one, many, count in (
        ("person", "persons", persons),
        ("child", "children", incident.children),
        ("pet", "pets", incident.pets),
    ):
        yield (one if count == 1 else many), "count", count


def _amount(value: float, language: str) -> str:
    written = f"{value:g}"
    return written.replace(".", ",") if language == "de" else written


def to_caller(offer: Offer, clock: str, late: str, rules: Rules, language: str) -> tuple[str, ...]:
    """Return the text for the motorist: who calls, the firm, its time, when to call again.

    ``clock`` is the promised time and ``late`` the end of the tolerance after it.
    """
    times = [each.there_at for each in offer.promises[-2:]]
    key = "tell_late" if len(times) > 1 and times[1] > times[0] else "tell"
    number = f": {rules.desk.number}" if rules.desk.number else ""
    said = text(rules.say, language, key, name=offer.name, clock=clock, late=late, number=number)
    if not rules.desk.name:
        return (said,)
    return text(rules.say, language, "desk", desk=rules.desk.name), said


def to_driver(
    case: Case, personal: Personal, offer: Offer, rules: Rules, language: str
) -> tuple[str, ...]:
    """Return the facts for the accepted firm: place, vehicle, the caller's words, what to bring."""
    incident = case.incident
    filled = partial(text, rules.say, language)
    carrying = _carrying(case, offer)
    client = rules.clients.get(incident.client or "")
    facts = ", ".join(_facts(case, carrying, filled, language))
    lines = [
        spoken(incident.place.readback, language),
        _road(incident, filled),
        f"{_services(case, offer, language)}. {facts}",
    ]
    presence = {"yes": "at_vehicle", "no": "away"}.get(personal.at_vehicle, "")
    for key, name, value in (
        ("said", "words", personal.typed_place),
        ("client", "client", client.name if client else None),
        ("member", "member", personal.ref),
        ("drive", "call_back", personal.call_back),
        ("", "", personal.caller),
        (presence, "", presence),
        ("plate", "plate", personal.plate),
        ("to", "place", personal.to),
        ("speaks", "language", incident.language or ""),
        ("", "", incident.note or personal.note),
        ("bring", "things", ", ".join(_to_bring(case, offer, filled, language))),
    ):
        if value:
            lines.append(filled(key, **{name: value}) if key else value)
    return tuple(filter(None, lines))


def _to_bring(case: Case, offer: Offer, filled: Callable[..., str], language: str) -> Iterator[str]:
    """Yield the equipment that the services of a call need, and the greatest height of the unit."""
    asked = {each.service for each in of_one_call(case, offer.number)}
    for service in case.services:
        for group in service.equipment if service.service in asked else ():
            yield " / ".join(_word(EQUIPMENT, each, language) for each in group)
    if case.incident.clearance_m is not None:
        yield filled("low", height=_amount(case.incident.clearance_m, language))
