"""Declare every gate once, in the order of their decisions.

The order of reasons, ``--explain``, batch, coverage and the docs derive from ``GATES``. The area
comes first because an index can answer it without touching the other ten thousand providers.
"""

from collections.abc import Callable, Iterable
from math import ceil, inf

from ..availability import SEEN_AHEAD
from ..messages import Message, joined, promised_clock
from ..model import Availability, Circle, Hold, Polygon, Postcodes, Provider
from .facts import DeclaredFacts
from .gate_forms import (
    AreaGate,
    AskedGate,
    AvailabilityGate,
    Fact,
    Gate,
    LimitGate,
    StaticGate,
)

BEYOND_FALLBACK = "beyond_fallback"
"""The reason of the stop rule, which needs minutes and therefore comes after all gates."""


def is_on_list(provider: Provider | DeclaredFacts, names: Iterable[str]) -> bool:
    """Return whether a client's list names a provider, by its id or by one of its tags."""
    return any(name == provider.id or name in provider.tags for name in names)


def missing_equipment(
    needed: Iterable[tuple[str, ...]], has: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """Return the first group of equipment that a provider is known to lack as a whole."""
    if has is None:
        return None
    return next((group for group in needed if not set(group) & set(has)), None)


def any_of(names: Iterable[str]) -> Message:
    """List alternatives: "crane or rotator"."""
    first, *others = map(Message, names)
    found = first
    for other in others:
        found = Message("{one} or {other}", one=found, other=other)
    return found


def _clients_sentence(incident: DeclaredFacts, provider: DeclaredFacts) -> Message:
    if not provider.clients:
        return Message("serves no client")
    return Message("serves only {clients}", clients=", ".join(provider.clients))


def _classes_sentence(incident: DeclaredFacts, provider: DeclaredFacts) -> Message:
    if not provider.vehicle_classes:
        return Message("takes no vehicle")
    classes = joined(map(Message, provider.vehicle_classes), ", ")
    return Message(
        "takes {classes}, not {vehicle}", classes=classes, vehicle=Message(incident.vehicle)
    )


def _area_sentence(incident: DeclaredFacts, provider: DeclaredFacts, short_km: float) -> Message:
    area, place = provider.area, incident.place
    rounded_km = ceil(round(short_km * 10, 6)) / 10 if short_km < inf else inf
    match area:
        case Postcodes(text=text):
            if not place.postcode:
                return Message("a place abroad is not in {area}", area=text)
            return Message("{postcode} is not in {area}", postcode=place.postcode, area=text)
        case Circle():
            return Message("area ends {short_km:.1f} km short", short_km=rounded_km)
        case Polygon():
            return Message("{short_km:.1f} km outside", short_km=rounded_km)
        case _:
            return Message("{abroad}", abroad=place.abroad)


def _is_out(reason: str) -> Callable[[DeclaredFacts, Availability], bool]:
    return lambda _, known: known.reason == reason


def _hold_sentence(incident: DeclaredFacts, provider: DeclaredFacts, _: Availability) -> Message:
    hold: Hold = provider.on_hold
    if hold.until is None:
        return Message("on hold: {why}, until further notice", why=hold.reason)
    return Message("on hold: {why}, until {until}", why=hold.reason,
                   until=promised_clock(hold.until, incident.when))  # fmt: skip


def _closed_sentence(incident: DeclaredFacts, _: DeclaredFacts, known: Availability) -> Message:
    if known.opens_at is None:
        return Message("opens in more than {days} days", days=SEEN_AHEAD.days)
    return Message("opens {opens_at}", opens_at=promised_clock(known.opens_at, incident.when))


def _down_sentence(incident: DeclaredFacts, _: DeclaredFacts, known: Availability) -> Message:
    since = promised_clock(known.since, incident.when) if known.since else None
    if since and known.why:
        return Message("down since {since}: {why}", since=since, why=known.why)
    if since:
        return Message("down since {since}", since=since)
    return Message("down: {why}", why=known.why) if known.why else Message("down")


GATES: tuple[Gate, ...] = (
    AreaGate(
        reason="outside_area",
        call_may_help=True,
        incident=("place",),
        provider=("area", "lat", "lon"),
        sentence=_area_sentence,
    ),
    StaticGate(
        reason="service_not_offered",
        incident=("service",),
        provider=("services",),
        fails=lambda incident, provider: incident.service not in provider.services,
        sentence=lambda incident, _: Message("does not offer {service}",
                                             service=Message(incident.service)),
    ),
    StaticGate(
        reason="client_not_served",
        call_may_help=True,
        incident=("client",),
        provider=("clients",),
        fails=lambda incident, provider: (
            None not in (incident.client, provider.clients)
            and incident.client not in provider.clients
        ),
        sentence=_clients_sentence,
    ),
    StaticGate(
        reason="client_not_served",
        call_may_help=True,
        incident=("strict_list", "client_name"),
        provider=("id", "tags"),
        is_policy=True,
        fails=lambda incident, provider: (
            bool(incident.strict_list) and not is_on_list(provider, incident.strict_list)
        ),
        sentence=lambda incident, _: Message("{client} sends only its own (only_strict)",
                                             client=incident.client_name),
    ),
    StaticGate(
        reason="vehicle_class",
        incident=("vehicle",),
        provider=("vehicle_classes",),
        fails=lambda incident, provider: (
            None not in (incident.vehicle, provider.vehicle_classes)
            and incident.vehicle not in provider.vehicle_classes
        ),
        sentence=_classes_sentence,
    ),
    LimitGate(
        reason="vehicle_too_heavy",
        incident=("weight_t",),
        provider=("max_weight_t",),
        value=Fact("incident", "weight_t"),
        limit=Fact("provider", "max_weight_t"),
        sentence=lambda value, limit: Message(
            "limit {limit_t:.12g} t, vehicle {weight_t:.12g} t", limit_t=limit, weight_t=value
        ),
    ),
    LimitGate(
        reason="vehicle_too_high",
        incident=("height_m",),
        provider=("max_height_m",),
        value=Fact("incident", "height_m"),
        limit=Fact("provider", "max_height_m"),
        sentence=lambda value, limit: Message(
            "limit {limit_m:.12g} m, vehicle {height_m:.12g} m", limit_m=limit, height_m=value
        ),
    ),
    LimitGate(
        reason="unit_too_high",
        incident=("clearance_m",),
        provider=("height_m",),
        value=Fact("provider", "height_m"),
        limit=Fact("incident", "clearance_m"),
        sentence=lambda value, limit: Message(
            "truck {height_m:.12g} m, clearance {clearance_m:.12g} m",
            height_m=value, clearance_m=limit,
        ),
    ),
    StaticGate(
        reason="equipment_missing",
        incident=("equipment",),
        provider=("equipment",),
        fails=lambda incident, provider: (
            missing_equipment(incident.equipment, provider.equipment) is not None
        ),
        sentence=lambda incident, provider: Message(
            "needs {equipment}",
            equipment=any_of(missing_equipment(incident.equipment, provider.equipment) or ()),
        ),
    ),
    AvailabilityGate(
        reason="on_hold",
        call_may_help=True,
        incident=("when",),
        provider=("on_hold",),
        fails=_is_out("on_hold"),
        sentence=_hold_sentence,
    ),
    AvailabilityGate(
        reason="closed_now",
        call_may_help=True,
        incident=("when",),
        fails=_is_out("closed_now"),
        sentence=_closed_sentence,
    ),
    AskedGate(
        reason="already_asked",
        call_may_help=True,
        incident=("asked",),
        provider=("id",),
        sentence=lambda: Message("has been asked already"),
    ),
    AvailabilityGate(
        reason="no_unit",
        provider=("units",),
        # Also of a provider on hold, whose availability has the hold as its reason.
        fails=lambda provider, _: provider.units == 0,
        sentence=lambda *_: Message("has no unit"),
    ),
    AvailabilityGate(
        reason="down",
        call_may_help=True,
        incident=("when",),
        fails=_is_out("down"),
        sentence=_down_sentence,
    ),
)  # fmt: skip


def reasons_of(gates: Iterable[Gate]) -> tuple[str, ...]:
    """List the reasons of a table in its order, each once, then that of the stop rule."""
    return (*dict.fromkeys(gate.reason for gate in gates), BEYOND_FALLBACK)
