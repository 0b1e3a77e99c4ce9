"""Find the open questions about an incident and a provider."""

from ..messages import Message, Plural, joined
from .assessment import Assessment
from .gate_forms import exceeds
from .gate_table import any_of

CLIENT_QUESTION = "serves {clients}: ask client"
NO_CLIENT_QUESTION = "serves no client: ask client"


def to_ask(assessment: Assessment) -> tuple[Message | str, ...]:
    """Return what to ask before the call: unknown values that matter, seats and pets."""
    need, provider = assessment.need, assessment.provider
    incident, vehicle = need.incident, need.incident.vehicle
    asks: list[Message | str] = []
    if incident.client is None and provider.clients is not None:
        asks.append(
            Message(CLIENT_QUESTION, clients=", ".join(provider.clients))
            if provider.clients
            else Message(NO_CLIENT_QUESTION)
        )
    classes = provider.vehicle_classes
    if vehicle.kind is None and classes is not None and "car" not in classes:
        listed = joined(map(Message, classes), ", ")
        asks.append(
            Message("takes {classes}: ask vehicle", classes=listed)
            if classes
            else Message("takes no vehicle: ask provider")
        )
    limit_t = provider.max_weight_t
    if vehicle.weight_t is None and exceeds(vehicle.assumed_weight_t, limit_t):
        asks.append(Message("limit {limit_t:.12g} t: ask weight", limit_t=limit_t))
    tall = vehicle.kind in ("van", "camper", "truck", "bus")
    if vehicle.height_m is None and tall and provider.max_height_m is not None:
        asks.append(Message("limit {limit_m:.12g} m: ask height", limit_m=provider.max_height_m))
    if incident.clearance_m is None and incident.is_under_a_roof and provider.height_m is not None:
        asks.append(Message("truck {height_m:.12g} m: ask clearance", height_m=provider.height_m))
    if provider.equipment is None:
        asks += [
            Message("needs {equipment}: ask provider", equipment=any_of(group))
            for group in need.equipment
        ]
    elif vehicle.trailer and "trailer_hitch" not in provider.equipment:
        asks.append(Message("no trailer hitch: ask provider"))
    if provider.seats is not None and incident.travellers > provider.seats:
        asks.append(
            Plural(
                "seats {seats} of {count} person",
                "seats {seats} of {count} persons",
                incident.travellers,
                seats=provider.seats,
            )
        )
    if provider.pets is False and incident.pets:
        asks.append(Message("takes no pets"))
    return tuple(asks)
