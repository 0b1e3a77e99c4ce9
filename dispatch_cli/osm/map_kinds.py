"""The kinds of firms and public services on a map: a registry.

An entry says which tags make an object one of its kind, and what the provider file then has. A new
kind is a new entry; the import, its filter, its report and docs/osm.md derive from the table.
"""

from collections.abc import Mapping
from itertools import product

from msgspec import Struct

from ..messages import Message
from ..model.words import EMERGENCY_NUMBERS

Tag = tuple[str, str]

CARS = ("car", "van", "camper")
REPAIRS: tuple[Tag, ...] = (
    ("service", "repair"), ("car:repair", "yes"), ("motorcycle:repair", "yes"),
    ("service:vehicle:car_repair", "yes"), ("service:vehicle:repairs", "yes"),
    ("service:vehicle:motorcycle_repair", "yes"), ("service:vehicle:truck_repair", "yes"),
)  # fmt: skip
"""Tags by which a shop that sells vehicles repairs them as well."""
BRAND: Tag = ("brand", "*")
ASK_FUEL = "OpenStreetMap: ask whether it brings fuel to motorists"
ASK_CHARGING = "OpenStreetMap: ask whether it brings a charger to motorists"


class MapKind(Struct, frozen=True, kw_only=True):
    """One kind of object, and what an import makes of it.

    ``needs`` has tags of which the object must have one, a value ``*`` being any; ``unless`` has
    tags that it must not have. ``noun`` begins the name of an object without one. An emergency
    service is called by its own number, whatever the map has. ``why_not`` is the reason why an
    object without these tags is skipped. A kind with ``hold`` is written with
    that hold, because the map does not say that it comes to motorists.
    """

    name: str
    tags: tuple[Tag, ...]
    services: tuple[str, ...]
    noun: str
    needs: tuple[Tag, ...] = ()
    unless: tuple[Tag, ...] = ()
    why_not: Message | None = None
    vehicle_classes: tuple[str, ...] = ()
    hold: str = ""

    @property
    def emergency_number(self) -> str:
        """112 or 110 for an emergency service; empty for a firm."""
        return EMERGENCY_NUMBERS.get(self.services[0], "")


_SELLS = Message("sells vehicles and has neither a brand nor a tag for repairs")
_SELLS_MOTORCYCLES = Message("sells motorcycles or their parts and has no tag for repairs")
_NO_EMERGENCIES = Message("hospital without emergency department")

KINDS: tuple[MapKind, ...] = (
    MapKind(name="workshop", tags=(("shop", "car_repair"),), services=("roadside_repair",),
            noun="Werkstatt", vehicle_classes=CARS),
    MapKind(name="motorcycle_workshop", tags=(("shop", "motorcycle_repair"),),
            services=("roadside_repair",), noun="Motorradwerkstatt",
            vehicle_classes=("motorcycle",)),
    MapKind(name="truck_workshop", tags=(("shop", "truck_repair"),), services=("roadside_repair",),
            noun="Lkw-Werkstatt", vehicle_classes=("truck", "bus")),
    MapKind(name="tyres", tags=(("shop", "tyres"),), services=("tyre_change", "tyre_repair"),
            noun="Reifendienst"),
    MapKind(name="dealer", tags=(("shop", "car"),), services=("roadside_repair",),
            noun="Autohaus", vehicle_classes=CARS, needs=(BRAND, *REPAIRS), why_not=_SELLS),
    MapKind(name="motorcycle_dealer", tags=(("shop", "motorcycle"),),
            services=("roadside_repair",), noun="Motorradhaus", vehicle_classes=("motorcycle",),
            needs=REPAIRS, why_not=_SELLS_MOTORCYCLES),
    MapKind(name="towing", services=("tow",), noun="Abschleppdienst",
            tags=(("shop", "towing"), ("craft", "towing"), ("office", "towing"))),
    MapKind(name="taxi", tags=(("amenity", "taxi"),), services=("taxi",), noun="Taxi"),
    MapKind(name="fuel", tags=(("amenity", "fuel"),), services=("fuel_delivery",),
            noun="Tankstelle", hold=ASK_FUEL),
    MapKind(name="charging", tags=(("amenity", "charging_station"),), services=("ev_charge",),
            noun="Ladestation", hold=ASK_CHARGING),
    MapKind(name="ambulance_station", tags=(("emergency", "ambulance_station"),),
            services=("ambulance",), noun="Rettungswache"),
    MapKind(name="hospital", tags=(("amenity", "hospital"),), services=("ambulance",),
            noun="Krankenhaus", unless=(("emergency", "no"),), why_not=_NO_EMERGENCIES),
    MapKind(name="fire_station", tags=(("amenity", "fire_station"),), services=("fire",),
            noun="Feuerwache"),
    MapKind(name="police", tags=(("amenity", "police"),), services=("police",), noun="Polizei"),
)  # fmt: skip
"""An object with the tags of several kinds is of the first of them."""

MORE_SERVICES: Mapping[Tag, tuple[str, ...]] = {
    ("service:vehicle:towing", "yes"): ("tow",),
    ("service:vehicle:tyres", "yes"): ("tyre_change", "tyre_repair"),
    ("service:vehicle:batteries", "yes"): ("battery_replacement",),
}
"""Services that a workshop or dealer has by further tags."""

_SINGLE = [tag for kind in KINDS for tag in kind.tags]
WANTED: frozenset[Tag] = frozenset(
    (*_SINGLE, *((key, f"{one};{other}") for (key, one), (also, other) in product(_SINGLE, _SINGLE)
                 if key == also and one != other))
)  # fmt: skip
"""All tags by which an object may become a provider, also in lists of two: ``car;car_repair``."""


def kind_of(tags: Mapping[str, str]) -> MapKind | None:
    """Find the kind of an object by its tags; a list such as ``car;car_repair`` counts for each."""
    for kind in KINDS:
        if any(_has(tags, tag) for tag in kind.tags):
            return kind
    return None


def lacks(kind: MapKind, tags: Mapping[str, str]) -> bool:
    """Return whether an object of a kind lacks what an import needs, so that it is skipped."""
    has_needed = not kind.needs or any(_has(tags, tag) for tag in kind.needs)
    return not has_needed or any(_has(tags, tag) for tag in kind.unless)


def _has(tags: Mapping[str, str], tag: Tag) -> bool:
    key, value = tag
    found = tags.get(key, "")
    return bool(found) if value == "*" else value in (part.strip() for part in found.split(";"))
