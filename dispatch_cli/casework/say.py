"""What to say: to the provider before it has accepted, to the caller and the driver after it.

Before acceptance nothing personal is said: the service, a rough area, the road and its exits as
the caller put them for that purpose (``--where``), and what the unit must be able to do.
"""

from collections.abc import Iterable, Mapping

from ..model import Incident
from ..model.case import Case, Offer, Personal
from ..model.words import CARRYING_SERVICES, SERVICES

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ask": "When can you be there?",
        "area": "near {area}",
        "persons": "{count} people",
        "tell": "{name}, there by {clock}. Call again if not.",
        "tell_late": "{name} now says {clock}. Call again if not.",
        "drive": "call-back {call_back}",
    },
    "de": {
        "ask": "Wann können Sie dort sein?",
        "area": "bei {area}",
        "persons": "{count} Personen",
        "tell": "{name}, dort bis {clock}. Sonst bitte wieder anrufen.",
        "tell_late": "{name} sagt jetzt {clock}. Sonst bitte wieder anrufen.",
        "drive": "Rückruf {call_back}",
    },
}
"""The built-in texts; ``[say.de]`` and ``[say.en]`` of the file replace single ones."""


def text(texts: Mapping[str, Mapping[str, str]], language: str, key: str, **words: object) -> str:
    """Fill one text of the file or a built-in one; an unknown placeholder is left as it is."""
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
    """What the operator says when the call is placed, before anybody has accepted."""
    incident = case.incident
    german = SERVICES[offer.service][0] if offer.service in SERVICES else offer.service
    service = german if language == "de" else offer.service.replace("_", " ")
    area = incident.where or incident.place.postcode or "the area named"
    first = f"{service}. {text(texts, language, 'area', area=area)}."
    facts = ", ".join(_facts(incident, offer.service, texts, language))
    return (first, f"{facts}." if facts else "", text(texts, language, "ask"))


def _facts(
    incident: Incident, service: str, texts: Mapping[str, Mapping[str, str]], language: str
) -> Iterable[str]:
    """What the unit has to cope with; nothing from which the motorist could be known."""
    vehicle = incident.vehicle
    yield (vehicle.kind or "car").capitalize() + (f" {vehicle.brand}" if vehicle.brand else "")
    yield (
        f"{vehicle.weight_t:g} t" if vehicle.weight_t else f"{vehicle.assumed_weight_t:g} t assumed"
    )
    if vehicle.height_m:
        yield f"{vehicle.height_m:g} m high"
    if vehicle.state:
        yield vehicle.state.replace("_", " ")
    for word, holds in (("electric", vehicle.ev), ("with trailer", vehicle.trailer)):
        if holds:
            yield word
    if incident.spot:
        yield f"on {incident.spot}"
    if incident.clearance_m:
        yield f"clearance {incident.clearance_m:g} m"
    if service in CARRYING_SERVICES or service == "taxi":
        if incident.persons:
            yield text(texts, language, "persons", count=incident.persons)
        if incident.pets:
            yield f"{incident.pets} pets"
    if incident.injured or incident.trapped:
        yield "emergency services are called"
    if incident.hazard:
        yield f"hazard: {incident.hazard}"


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
    place, incident = case.incident.place, case.incident
    lines = [f"{place.lat:.5f}, {place.lon:.5f}  {place.readback}"]
    if incident.where:
        lines.append(incident.where)
    if personal.call_back:
        lines.append(text(texts, language, "drive", call_back=personal.call_back))
    for label, value in (
        ("", personal.caller),
        ("plate ", personal.plate),
        ("to ", personal.to),
        ("speaks ", incident.language or ""),
        ("", incident.note or personal.note),
    ):
        if value:
            lines.append(f"{label}{value}")
    return tuple(lines)
