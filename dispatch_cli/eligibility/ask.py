"""Find the open questions about an incident and a provider."""

from .gate_forms import exceeds
from .gate_table import listed
from .look import Look


def to_ask(look: Look) -> tuple[str, ...]:
    """Return what to ask before the call: unknown values that matter, seats and pets."""
    incident, vehicle, provider = look.need.incident, look.need.incident.vehicle, look.provider
    asks = []
    if incident.client is None and provider.clients is not None:
        asks.append(f"serves {listed(provider.clients)}: ask client")
    classes = provider.vehicle_classes
    if vehicle.kind is None and classes is not None and "car" not in classes:
        asks.append(f"takes {listed(classes)}: ask vehicle")
    limit_t = provider.max_weight_t
    if vehicle.weight_t is None and exceeds(vehicle.assumed_weight_t, limit_t):
        asks.append(f"limit {limit_t:.12g} t: ask weight")
    tall = vehicle.kind in ("van", "camper", "truck", "bus")
    if vehicle.height_m is None and tall and provider.max_height_m is not None:
        asks.append(f"limit {provider.max_height_m:.12g} m: ask height")
    if incident.clearance_m is None and incident.is_under_a_roof and provider.height_m is not None:
        asks.append(f"truck {provider.height_m:.12g} m: ask clearance")
    if provider.equipment is None:
        asks += [f"needs {' or '.join(group)}: ask provider" for group in look.need.equipment]
    elif vehicle.trailer and "trailer_hitch" not in provider.equipment:
        asks.append("no trailer hitch: ask provider")
    if provider.seats is not None and incident.travellers > provider.seats:
        asks.append(f"seats {provider.seats} of {incident.travellers} persons")
    if provider.pets is False and incident.pets:
        asks.append("takes no pets")
    return tuple(asks)
