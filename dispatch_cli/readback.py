"""Make what the operator reads back to the caller, and list the questions still open."""

from collections.abc import Iterable

from .eligibility import CLIENT_QUESTION, NO_CLIENT_QUESTION
from .messages import Message
from .model import Incident, Place, PlanEntry, Rules
from .model.words import CARRYING_SERVICES
from .results.cascade_answer import Cascade, IncidentView


def view(
    incident: Incident, emergency: Iterable[str], entries: Iterable[PlanEntry]
) -> IncidentView:
    """Make the view of an incident, to be read back to the caller."""
    place, vehicle = incident.place, incident.vehicle
    facts = {
        "spot": incident.spot,
        "clearance_m": incident.clearance_m,
        "where": incident.where,
        "last_exit": incident.last_exit,
        "trapped": incident.trapped,
        "injured": incident.injured,
        "hazard": incident.hazard,
        "persons": incident.persons,
        "children": incident.children,
        "pets": incident.pets,
        "language": incident.language,
        "note": incident.note,
        "wish": incident.wish,
        "asked": ", ".join(incident.asked),
    }
    return IncidentView(
        kind=incident.kind,
        services=(*emergency, *(entry.service for entry in entries)),
        position={"lat": place.lat, "lon": place.lon, "uncertainty_km": place.uncertainty_km},
        place=place.readback,
        postcode=place.postcode,
        when=incident.when,
        client=incident.client,
        vehicle={
            "kind": vehicle.kind,
            "brand": vehicle.brand,
            "ev": vehicle.ev,
            "trailer": vehicle.trailer,
            "weight_t": vehicle.weight_t,
            "assumed_weight_t": vehicle.assumed_weight_t,
            "height_m": vehicle.height_m,
            "state": vehicle.state,
        },
        facts={name: value for name, value in facts.items() if value},
        road=place.road,
    )


def to_ask(
    incident: Incident, entries: Iterable[PlanEntry], cascades: Iterable[Cascade]
) -> tuple[str, ...]:
    """Name each fact that was not asked and could change the order or the gates."""
    vehicle = incident.vehicle
    carried = any(entry.service in CARRYING_SERVICES for entry in entries)
    open_questions = {
        "vehicle": vehicle.kind is None and carried,
        "weight": vehicle.weight_t is None and carried,
        "height": vehicle.height_m is None and vehicle.kind in ("van", "camper", "truck", "bus"),
        "clearance": incident.clearance_m is None and incident.is_under_a_roof,
        "client": any(
            isinstance(ask, Message) and ask.id in (CLIENT_QUESTION, NO_CLIENT_QUESTION)
            for found in cascades
            for candidate in found.candidates
            for ask in candidate.ask
        ),
    }
    return tuple(name for name, is_open in open_questions.items() if is_open)


def control_centres(rules: Rules, place: Place) -> tuple[str, ...]:
    """List the direct lines of the control centres of a place; none for a place abroad."""
    return tuple(
        f"{centre.phone} {centre.name}"
        for centre in rules.control_centres
        if any(first <= place.postcode <= last for first, last in centre.postcodes)
    )
