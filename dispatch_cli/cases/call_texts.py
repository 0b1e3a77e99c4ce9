"""What to say: to the provider before it has accepted, to the caller and the driver after it.

Before acceptance nothing personal is said: the service, a rough area, the road and its exits as
the caller put them for that purpose (``--where``), and what the unit must be able to do.
"""

from collections.abc import Callable, Iterator, Mapping

from ..model import Incident
from ..model.case import Case, Offer, Personal
from ..model.words import CARRYING_SERVICES, SERVICES, SPOTS, VEHICLE_CLASSES, VEHICLE_STATES
from .joint_calls import of_one_call

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ask": "When can you be there?",
        "area": "near {area}",
        "road": "{where}, near {area}",
        "persons": "{count} people",
        "pets": "{count} pets",
        "assumed": "{weight} t assumed",
        "weight": "{weight} t",
        "height": "{height} m high",
        "electric": "electric",
        "trailer": "with trailer",
        "spot": "at: {spot}",
        "clearance": "clearance {height} m",
        "emergency": "emergency services are called",
        "hazard": "hazard: {hazard}",
        "tell": "{name}, there by {clock}. Call again if not.",
        "tell_late": "{name} now says {clock}. Call again if not.",
        "drive": "call-back {call_back}",
        "plate": "plate {plate}",
        "to": "goes to {place}",
        "speaks": "speaks {language}",
    },
    "de": {
        "ask": "Wann können Sie dort sein?",
        "area": "bei {area}",
        "road": "{where}, bei {area}",
        "persons": "{count} Personen",
        "pets": "{count} Tiere",
        "assumed": "{weight} t angenommen",
        "weight": "{weight} t",
        "height": "{height} m hoch",
        "electric": "elektrisch",
        "trailer": "mit Anhänger",
        "spot": "Ort: {spot}",
        "clearance": "Durchfahrtshöhe {height} m",
        "emergency": "Notruf ist abgesetzt",
        "hazard": "Gefahr: {hazard}",
        "tell": "{name}, dort bis {clock}. Sonst bitte wieder anrufen.",
        "tell_late": "{name} sagt jetzt {clock}. Sonst bitte wieder anrufen.",
        "drive": "Rückruf {call_back}",
        "plate": "Kennzeichen {plate}",
        "to": "Ziel: {place}",
        "speaks": "spricht {language}",
    },
}
"""The built-in texts; ``[say.de]`` and ``[say.en]`` of the file replace single ones."""


def text(
    texts: Mapping[str, Mapping[str, str]], language: str, key: str, /, **words: object
) -> str:
    """Fill one text of the file or a built-in one; an unknown placeholder is left as it is.

    A placeholder may have any name, also that of a parameter: "speaks" has {language}.
    """
    own = texts.get(language, {}).get(key)
    built_in = TEXTS.get(language, TEXTS["en"])
    return _fill(own if own is not None else built_in[key], words)


def _fill(template: str, words: Mapping[str, object]) -> str:
    for key, value in words.items():
        template = template.replace("{" + key + "}", str(value))
    return template


def to_provider(
    case: Case, offer: Offer, texts: Mapping[str, Mapping[str, str]], language: str
) -> tuple[str, ...]:
    """What the operator says when the call is placed, before a provider has accepted."""
    incident = case.incident

    def said(key: str, **words: object) -> str:
        return text(texts, language, key, **words)

    area = _rough_area(incident)
    where = said("road", where=incident.where, area=area) if incident.where else ""
    services = [each.service for each in of_one_call(case, offer.number)]
    words = ", ".join(_word(SERVICES, each, language) for each in services)
    first = f"{words}, {where or said('area', area=area)}."
    carrying = next((each for each in services if each in CARRYING_SERVICES), offer.service)
    facts = ", ".join(_facts(incident, carrying, said, language))
    return (first, f"{facts}.", said("ask"))


def _rough_area(incident: Incident) -> str:
    """The postcode, with its town where the caller named both: nothing more exact is said.

    Of a foreign place it is the country and the nearest postcode.
    """
    place = incident.place
    if place.nearest_postcode:
        return str(place.roughly_abroad)
    has_town = place.postcode and place.label.startswith(place.postcode)
    return (place.label if has_town else place.postcode) or "?"


def _word(words: Mapping[str, tuple[str, ...]], name: str, language: str) -> str:
    german = words.get(name)
    return german[0] if language == "de" and german else name.replace("_", " ")


def _facts(
    incident: Incident, service: str, said: Callable[..., str], language: str
) -> Iterator[str]:
    """What the unit has to cope with; nothing from which the motorist could be known."""
    vehicle = incident.vehicle
    kind = _word(VEHICLE_CLASSES, vehicle.kind or "car", language)
    yield f"{kind[:1].upper()}{kind[1:]}" + (f" {vehicle.brand}" if vehicle.brand else "")
    key = "weight" if vehicle.weight_t else "assumed"
    yield said(key, weight=_amount(vehicle.assumed_weight_t, language))
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
        ("persons", "count", carries and incident.persons),
        ("pets", "count", carries and incident.pets),
        ("emergency", "", incident.injured or incident.trapped),
        ("hazard", "hazard", incident.hazard),
    ):
        if value:
            yield said(key, **{name: value} if name else {})


def _amount(value: float, language: str) -> str:
    written = f"{value:g}"
    return written.replace(".", ",") if language == "de" else written


def to_caller(
    offer: Offer, clock: str, texts: Mapping[str, Mapping[str, str]], language: str
) -> tuple[str, ...]:
    """What the motorist is told: which firm, by when, and to call again if not."""
    key = "tell" if len(offer.promises) < 2 else "tell_late"
    return (text(texts, language, key, name=offer.name, clock=clock),)


def to_driver(
    case: Case, personal: Personal, texts: Mapping[str, Mapping[str, str]], language: str
) -> tuple[str, ...]:
    """What the accepted firm needs: the exact place, the call-back number, the caller's words."""
    incident = case.incident
    lines = [incident.place.readback, incident.where or ""]
    for key, name, value in (
        ("drive", "call_back", personal.call_back),
        ("", "", personal.caller),
        ("plate", "plate", personal.plate),
        ("to", "place", personal.to),
        ("speaks", "language", incident.language or ""),
        ("", "", incident.note or personal.note),
    ):
        if value:
            lines.append(text(texts, language, key, **{name: value}) if key else value)
    return tuple(filter(None, lines))
