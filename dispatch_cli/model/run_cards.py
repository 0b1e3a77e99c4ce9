"""The built-in plans: which services each kind of incident needs.

Most vehicles drive on after help on the spot (about 84 % at the largest German club). Therefore
this help comes first, and the truck is planned ``after`` it.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from .rules import Plan, PlanEntry

_ON_ITS_SIDE = ("on_side", "on_roof")
_OVERTURNED = (*_ON_ITS_SIDE, "ditch")


def _send(*services: str) -> tuple[PlanEntry, ...]:
    """Make the entries of services that are always sent at once."""
    return tuple(PlanEntry(service=service) for service in services)


def _light_or_heavy(
    light: str, heavy: str, *, after: str | None = None, when: tuple[str, ...] = ()
) -> tuple[PlanEntry, ...]:
    """Make the entries of a service and of its counterpart for heavy vehicles."""
    return (
        PlanEntry(service=light, when=when, unless=("heavy",), after=after),
        PlanEntry(service=heavy, when=when, unless=("light",), after=after),
    )


def _tow(after: str | None = None) -> tuple[PlanEntry, ...]:
    return _light_or_heavy("tow", "heavy_tow", after=after)


def _first(*services: str) -> tuple[PlanEntry, ...]:
    """Make the entries for help on the spot, one after another, and for the truck at the end.

    A vehicle on its side or roof gets no help on the spot.
    """
    steps = [
        PlanEntry(service=service, unless=_ON_ITS_SIDE, after=before)
        for before, service in zip((None, *services), services, strict=False)
    ]
    return (*steps, *_tow(after=services[-1]))


RECOVERY = _light_or_heavy("recovery", "heavy_recovery", when=_OVERTURNED)
"""The entries for every vehicle that does not stand on its wheels on the road."""

_SECURING = PlanEntry(service="accident_securing", when=("lane", "shoulder", "tunnel"))

_CARRIED = (("flatbed", "dollies"),)
"""The driven wheels of most electric cars must not turn while they are towed."""

_CARDS: tuple[tuple[str, tuple[PlanEntry, ...], tuple[str, ...]], ...] = (
    # The most frequent kinds.
    ("breakdown", _first("roadside_repair"), ("Panne", "autopanne", "liegenbleiber")),
    (
        "accident",
        (*_send("police"), *_tow(), _SECURING),
        ("Unfall", "verkehrsunfall", "crash", "collision"),
    ),
    (
        "flat_tyre",
        _first("tyre_change"),
        (
            "Reifenpanne",
            "reifen",
            "plattfuss",
            "platten",
            "flat_tire",
            "flat",
            "puncture",
            "tyre",
            "tire",
        ),
    ),
    (
        "dead_battery",
        _first("jump_start", "battery_replacement"),
        (
            "Batterie leer",
            "batterie",
            "springt nicht an",
            "battery",
            "flat battery",
            "won't start",
            "wont start",
        ),
    ),
    ("wrong_fuel", _first("fuel_drain"), ("Falsch getankt", "falschbetankung")),
    (
        "out_of_fuel",
        _first("fuel_delivery"),
        ("Tank leer", "kein sprit", "no fuel", "out of petrol", "out of gas"),
    ),
    (
        "locked_out",
        (
            PlanEntry(service="lockout", unless=_ON_ITS_SIDE),
            PlanEntry(service="key_made", after="lockout", unless=_ON_ITS_SIDE),
        ),
        ("Ausgesperrt", "schlüssel im auto"),
    ),
    (
        "keys_lost",
        _first("key_made"),
        ("Schlüssel verloren", "schlüsselverlust"),
    ),
    (
        "stuck",
        (
            PlanEntry(service="winch_out", unless=(*_OVERTURNED, "heavy")),
            *_light_or_heavy("recovery", "heavy_recovery", after="winch_out"),
        ),
        ("Festgefahren", "steckengeblieben"),
    ),
    (
        "ev_empty",
        tuple(
            replace(entry, equipment=_CARRIED) if entry.service == "tow" else entry
            for entry in _first("ev_charge")
        ),
        ("Akku leer", "e-auto leer", "strom leer"),
    ),
    # Kinds for a known cause.
    ("engine_failure", _first("roadside_repair"), ("Motorschaden", "motor aus", "engine")),
    ("overheating", _first("roadside_repair"), ("Überhitzung", "motor überhitzt", "kühlwasser")),
    ("electrical_fault", _first("roadside_repair"), ("Elektrikfehler", "elektrik")),
    ("warning_light", _first("roadside_repair"), ("Warnleuchte", "kontrollleuchte")),
    ("exhaust_damage", _first("roadside_repair"), ("Auspuffschaden", "auspuff")),
    ("glass_damage", _first("roadside_repair"), ("Glasschaden", "scheibe", "frontscheibe")),
    ("brake_failure", _tow(), ("Bremsschaden", "bremse", "bremsen", "brakes")),
    ("steering_failure", _tow(), ("Lenkungsschaden", "lenkung", "steering")),
    ("gearbox_failure", _tow(), ("Getriebeschaden", "getriebe", "kupplung", "gearbox", "clutch")),
    ("trailer_breakdown", _first("roadside_repair"), ("Anhängerpanne", "anhänger", "wohnwagen")),
    (
        "motorcycle_breakdown",
        (
            PlanEntry(service="roadside_repair", unless=_ON_ITS_SIDE),
            PlanEntry(service="motorcycle_tow", after="roadside_repair"),
        ),
        ("Motorradpanne",),
    ),
    ("truck_breakdown", _first("roadside_repair"), ("Lkw-Panne",)),
    ("bus_breakdown", _first("roadside_repair"), ("Buspanne",)),
    # Kinds that concern more than one vehicle.
    ("animal_strike", (*_send("police"), *_tow(), _SECURING), ("Wildunfall", "wild")),
    ("flooded", _tow(), ("Wasserschaden", "überflutet", "hochwasser")),
    ("storm_damage", _tow(), ("Sturmschaden", "sturm", "baum auf auto")),
    (
        "load_lost",
        _send("police", "accident_securing", "load_transfer"),
        ("Ladung verloren", "ladung"),
    ),
    ("obstruction", _send("police", "accident_securing"), ("Hindernis", "hindernis auf fahrbahn")),
    ("oil_spill", _send("fire", "accident_securing"), ("Ölspur", "öl")),
    ("theft", _send("police", "taxi"), ("Diebstahl", "gestohlen")),
    ("vandalism", (*_send("police"), *_first("roadside_repair")), ("Vandalismus", "aufgebrochen")),
    ("fire", (*_send("fire", "police"), *_tow()), ("Fahrzeugbrand", "brand", "feuer", "brennt")),
    ("smoke", (*_send("fire"), *_tow()), ("Rauchentwicklung", "rauch", "qualm")),
    ("medical", _send("ambulance"), ("Medizinischer Notfall", "notfall", "verletzt", "krank")),
    ("stranded", _send("taxi"), ("Gestrandet", "mitfahrt")),
    ("other", _first("roadside_repair"), ("Sonstiges", "unbekannt", "anderes")),
)

BUILT_IN: Mapping[str, Plan] = {
    kind: Plan(kind=kind, entries=entries, words=words) for kind, entries, words in _CARDS
}

IMPLIED_VEHICLE: Mapping[str, str] = {
    "motorcycle_breakdown": "motorcycle",
    "truck_breakdown": "truck",
    "bus_breakdown": "bus",
}
"""The vehicle class that a kind implies, unless the operator enters another one."""
