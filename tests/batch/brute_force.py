"""A second implementation of the formula of docs/ranking.md, for random worlds."""

from hashlib import blake2b
from math import atan2, cos, inf, radians, sin, sqrt

from dispatch_cli import geo
from dispatch_cli.model import (
    Circle,
    Country,
    Incident,
    Place,
    PlanEntry,
    Postcodes,
    Provider,
    ServiceSettings,
)
from dispatch_cli.model.words import CARRYING_SERVICES
from dispatch_cli.plans import services_for

from .learned import learned_by_hand, turns_by_hand
from .naive_availability import NaiveAvailability, acceptance_factor, naive_availability
from .random_worlds import HOLIDAYS, World

Row = tuple[str, float, float, float]
"""provider, order_min, index_min, travel_min"""

Formula = list[tuple[str, list[Row], float]]
"""Service, rows in order and expected minutes, for each service of an incident."""


def brute_force(world: World, incident: Incident) -> Formula:
    """Rank by the formula alone: each service, its whole order, and its expected minutes.

    Only polygons and the plan are taken from the program; both have tests of their own.
    """
    ranked, totals = [], dict[str, float]()
    for entry in services_for(incident, world.rules):
        settings = world.rules.settings.of(entry.service)
        rows = []
        for provider in world.providers:
            if _passes(world, incident, entry, provider):
                row = _minutes(world, incident, settings, provider, entry.service)
                if row[2] < settings.fallback_min:
                    rows.append(row)
        rows = _order(world, incident, entry.service, rows)
        start = 0.0
        if entry.after in totals:
            start = totals[entry.after] + (75 if entry.after in CARRYING_SERVICES else 45)
        expected = totals[entry.service] = start + _expected(world, incident, rows, settings, start)
        ranked.append((entry.service, [row[:4] for row in rows], expected))
    return ranked


def _passes(world: World, incident: Incident, entry: PlanEntry, provider: Provider) -> bool:
    place, vehicle, client = incident.place, incident.vehicle, incident.client
    needed = [*entry.equipment]
    if vehicle.state == "blocked" and entry.service in ("tow", "heavy_tow"):
        needed.append(("flatbed", "dollies", "crane", "rotator"))
    if vehicle.ev and entry.service == "tow":
        needed.append(("flatbed", "dollies"))
    if vehicle.state == "on_roof" and entry.service in ("recovery", "heavy_recovery"):
        needed.append(("crane", "rotator"))
    has = provider.equipment
    return (
        _is_inside(provider, place)
        and entry.service in provider.services
        and (client is None or provider.clients is None or client in provider.clients)
        and (client != "strict" or _danger(incident) or _is_own(world, provider, "strict"))
        and (not vehicle.kind or provider.vehicle_classes is None
             or vehicle.kind in provider.vehicle_classes)
        and (vehicle.weight_t or 0) <= (provider.max_weight_t or inf)
        and (vehicle.height_m or 0) <= (provider.max_height_m or inf)
        and (provider.height_m or 0) <= (incident.clearance_m or inf)
        and (has is None or all(set(group) & set(has) for group in needed))
        and not _availability(world, incident, provider).is_out
        and provider.id not in incident.asked
    )  # fmt: skip


def _availability(world: World, incident: Incident, provider: Provider) -> NaiveAvailability:
    return naive_availability(
        provider, incident.when, HOLIDAYS, world.observations, world.rules.settings
    )


def _is_inside(provider: Provider, place: Place) -> bool:
    match provider.area:
        case Circle(radius_km=radius_km):
            return _km(provider, place) <= radius_km + place.uncertainty_km
        case Postcodes(ranges=ranges):
            codes = {place.postcode, *place.postcodes} - {""}
            return any(first <= code <= last for code in codes for first, last in ranges)
        case Country():
            return bool(place.postcodes) or place.foreign_km <= place.uncertainty_km
        case polygon:
            return geo.fit(polygon, 0.0, 0.0, place)[0] != "outside"


def _km(provider: Provider, place: Place) -> float:
    """Compute the haversine by atan2; the program uses asin."""
    a, b = radians(provider.lat), radians(place.lat)
    half = sin((a - b) / 2) ** 2 + cos(a) * cos(b) * sin(radians(place.lon - provider.lon) / 2) ** 2
    return 6371.0088 * 2 * atan2(sqrt(half), sqrt(1 - half))


def _danger(incident: Incident) -> bool:
    return incident.injured > 0 or incident.spot in ("lane", "shoulder", "tunnel")


def _is_own(world: World, provider: Provider, client: str | None) -> bool:
    own = {"adac": ("own", "p3"), "avd": ("own",), "strict": ("own", "p1")}.get(client or "", ())
    return provider.id in own or bool(set(own) & set(provider.tags))


def _minutes(
    world: World, incident: Incident, settings: ServiceSettings, provider: Provider, service: str
) -> tuple[str, float, float, float, float, float, float, float]:
    turnout = settings.turnout_min if provider.turnout_min is None else provider.turnout_min
    factor = acceptance_factor(provider, incident.when, world.rules.settings)
    answer, acceptance, late, error = learned_by_hand(
        world.observations, settings, provider, service, factor
    )
    wait = _availability(world, incident, provider).wait_min
    road_km = _km(provider, incident.place) * settings.detour
    if len(settings.speed) == 1:
        travel = road_km / settings.speed[0][1] * 60
    else:
        (first_km, slow), (_, fast) = settings.speed
        travel = min(road_km, first_km) / slow * 60 + max(0.0, road_km - first_km) / fast * 60
    arrival = max(0.0, wait + turnout + travel + late)
    index = arrival + answer / acceptance if acceptance > 0 else inf
    head = 0.0
    if world.rules.settings.method == "index" and not _danger(incident):
        head = {"adac": 8.0, "avd": 4.5}.get(incident.client or "", 0.0)
        head *= _is_own(world, provider, incident.client)
    return provider.id, index - head, index, travel, error, arrival, answer, acceptance


def _order(world: World, incident: Incident, service: str, rows: list[tuple]) -> list[tuple]:
    keys = {row[0]: _key(world, incident, service, row) for row in rows}
    order = sorted(rows, key=lambda row: keys[row[0]])
    if world.rules.settings.method != "index":
        return order
    return turns_by_hand(
        order, world.rules.settings, part=lambda row: keys[row[0]][:2],
        minutes=lambda row: row[1], error=lambda row: row[4], tie=lambda row: keys[row[0]][3:],
    )  # fmt: skip


def _key(world: World, incident: Incident, service: str, row: tuple) -> tuple:
    provider = next(each for each in world.providers if each.id == row[0])
    last = world.observations.last_assigned.get(row[0])
    place = incident.place
    lot = f"{incident.kind}|{service}|{place.lat:.6f}|{place.lon:.6f}|{row[0]}"
    lot += f"|{incident.number}" if incident.number else ""
    outside = incident.client == "avd" and not _danger(incident)
    steps = {
        "index": row[1],
        "nearest": _km(provider, place),
        "time-bands": row[5],
    }[world.rules.settings.method]
    measure = round(steps * 1e6)
    if world.rules.settings.method == "time-bands":
        measure //= 15_000_000
    return (
        row[0] != incident.wish,
        outside and not _is_own(world, provider, "avd"),
        measure,
        last.timestamp() if last else -inf,
        blake2b(lot.encode(), digest_size=16).digest(),
    )


def _expected(
    world: World, incident: Incident, rows: list[tuple], settings: ServiceSettings, start: float
) -> float:
    """Add up the expected minutes from the start on; waits are shorter by that time."""
    firms = {each.id: each for each in world.providers}
    minutes, refused = 0.0, 1.0
    for provider, *_, arrival, answer, acceptance in rows:
        wait = _availability(world, incident, firms[provider]).wait_min
        minutes += refused * (answer + acceptance * max(0.0, arrival - min(wait, start)))
        refused *= 1 - acceptance
    return minutes + refused * settings.fallback_min
