"""The inner loop: providers in the order of their bounds, until the bound passes the last place."""

from bisect import insort
from collections.abc import Iterable
from math import asin, cos, dist, inf, radians, sin, sqrt

from .. import geo
from ..model import Incident, ServiceSettings
from ..model.sphere import EARTH_RADIUS_KM
from .cells import SLACK_KM, SLACK_MIN, Entry
from .offers import Offer, point_of

NEAR_TIE_MIN = 1e-6 + 2 * SLACK_MIN
"""Minutes this far apart are never equal in millionths, whatever the bounds have lost."""
_DIAMETER_KM = 2 * EARTH_RADIUS_KM

Found = tuple[float, float, float, Offer]
"""order_min, distance_km, travel_min and whose they are."""


def scan(
    incident: Incident,
    lists: Iterable[list[Entry]],
    out: bytes,
    head_starts: tuple[float, ...] | None,
    settings: ServiceSettings,
    *,
    asked: frozenset[int],
    top: int,
) -> list[Found]:
    """Find the first ``top`` of an order among others, and all who may tie with the last of them.

    Each list is in the order of its bounds, so that it ends where the bound passes the last.
    """
    place, vehicle = incident.place, incident.vehicle
    at = incident.when.timestamp()
    phi, lon, cosine = radians(place.lat), place.lon, cos(radians(place.lat))
    uncertainty_km, fallback_min = place.uncertainty_km, settings.fallback_min
    weight_t = -inf if vehicle.weight_t is None else vehicle.weight_t
    height_m = -inf if vehicle.height_m is None else vehicle.height_m
    clearance_m = inf if incident.clearance_m is None else incident.clearance_m
    point = point_of(place.lat, place.lon)
    # No road is shorter, none is driven faster; nobody arrives before the call, but may be late.
    least_min_per_km = settings.detour / max(kmh for _, kmh in settings.speed) * 60 * (1 - 1e-9)
    one_leg = len(settings.speed) == 1
    detour, speed_kmh = settings.detour, settings.speed[-1][1]
    found: list[Found] = []
    best: list[float] = []
    stop_min = 1e300
    for entries in lists:
        for bound_min, offer in entries:
            if bound_min > stop_min:
                break
            (
                number, _, offer_phi, offer_cosine, offer_lon, offer_point, radius_km, _,
                max_weight_t, max_height_m, unit_m, _, _, _, _, standing_min, late_min, ask_min, *_,
            ) = offer  # fmt: skip
            if (
                out[number]
                or weight_t > max_weight_t
                or height_m > max_height_m
                or unit_m > clearance_m
            ):
                continue
            # Most are ruled out by the way through the earth, which is soon worked out.
            least_km = EARTH_RADIUS_KM * dist(point, offer_point) - SLACK_KM
            if least_km - radius_km > uncertainty_km:
                continue
            head_start_min = head_starts[number] if head_starts else 0.0
            rest_min = standing_min + late_min + ask_min - head_start_min
            if rest_min + least_km * least_min_per_km > stop_min:
                continue
            sin_lat, sin_lon = sin((phi - offer_phi) / 2), sin(radians(lon - offer_lon) / 2)
            chord = sin_lat * sin_lat + offer_cosine * cosine * (sin_lon * sin_lon)
            distance_km = _DIAMETER_KM * asin(sqrt(min(1.0, chord)))
            if distance_km - radius_km - uncertainty_km > 0:
                continue
            if one_leg:
                travel_min = distance_km * detour / speed_kmh * 60
            else:
                travel_min = geo.crow_fly_min(distance_km, settings)
            index_min = max(0.0, standing_min + travel_min + late_min) + ask_min
            order_min = index_min - head_start_min
            if index_min >= fallback_min or order_min > stop_min:
                continue
            if _is_stopped(offer, incident, at) or number in asked:
                continue
            found.append((order_min, distance_km, travel_min, offer))
            insort(best, order_min)
            if len(best) >= top:
                del best[top:]
                stop_min = best[-1] + NEAR_TIE_MIN
    return found


def _is_stopped(offer: Offer, incident: Incident, at: float) -> bool:
    """The gates that are dear to ask: areas that are no circle, holds and opening hours."""
    area, hold = offer.area, offer.hold
    return (
        (area is not None and geo.fit(area, offer.lat, offer.lon, incident.place)[0] == "outside")
        or (hold is not None and hold.is_on(incident.when))
        or offer.opening.is_closed(at, incident.when)
    )
