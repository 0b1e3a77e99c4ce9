"""The inner loop: offers in the order of their bounds, until the bound passes the last place."""

from bisect import insort
from collections.abc import Iterable, Sequence
from math import asin, cos, dist, inf, radians, sin, sqrt

from .. import geo
from ..model import Incident, ServiceSettings
from ..model.sphere import EARTH_RADIUS_KM
from .offers import Offer, point_of
from .tree import SLACK_KM, SLACK_MIN, Leaf, least_min_per_km

NEAR_TIE_MIN = 1e-6 + 2 * SLACK_MIN
"""Minutes this far apart are never equal in millionths, whatever the bounds have lost."""
_DIAMETER_KM = 2 * EARTH_RADIUS_KM

Found = tuple[float, float, float, Offer]
"""order_min, distance_km, travel_min and whose they are."""


class Scan:
    """One incident asked of one service: what every offer is held against, worked out once."""

    __slots__ = (
        "_asked", "_at", "_clearance_m", "_cosine", "_height_m", "_incident", "_lon", "_phi",
        "_settings", "_uncertainty_km", "_weight_t",
    )  # fmt: skip

    def __init__(
        self, incident: Incident, settings: ServiceSettings, asked: frozenset[int]
    ) -> None:
        place, vehicle = incident.place, incident.vehicle
        self._incident, self._settings, self._asked = incident, settings, asked
        self._at = incident.when.timestamp()
        self._phi, self._lon = radians(place.lat), place.lon
        self._cosine = cos(self._phi)
        self._uncertainty_km = place.uncertainty_km
        self._weight_t = -inf if vehicle.weight_t is None else vehicle.weight_t
        self._height_m = -inf if vehicle.height_m is None else vehicle.height_m
        self._clearance_m = inf if incident.clearance_m is None else incident.clearance_m

    def first(
        self,
        groups: Iterable[tuple[float, Sequence[Leaf]]],
        out: bytes,
        head_starts: tuple[float, ...] | None,
        top: int,
    ) -> list[Found]:
        """Find the first ``top`` of an order among others, and all who may tie with the last.

        ``groups`` are as ``Reachable.by_bound`` gives them; it ends where the bound passes the
        last. ``out`` and ``head_starts`` are those of a side.
        """
        point = point_of(self._incident.place.lat, self._incident.place.lon)
        uncertainty_km = self._uncertainty_km + SLACK_KM
        min_per_km = least_min_per_km(self._settings)
        found: list[Found] = []
        best: list[float] = []
        stop_min = 1e300
        for bound_min, leaves in groups:
            if bound_min > stop_min:
                break
            # Most are ruled out by the way through the earth, which is soon worked out.
            near = [
                offer
                for number, base, radius_km, least_min, offer in leaves
                if not out[number]
                and (least_km := EARTH_RADIUS_KM * dist(point, base)) <= radius_km + uncertainty_km
                and least_min + least_km * min_per_km <= stop_min
            ]
            for offer in near:
                head_start_min = head_starts[offer[0]] if head_starts else 0.0
                each = self._found(offer, head_start_min, stop_min)
                if each is not None:
                    found.append(each)
                    insort(best, each[0])
                    if len(best) >= top:
                        del best[top:]
                        stop_min = best[-1] + NEAR_TIE_MIN
        return found

    def _found(self, offer: Offer, head_start_min: float, stop_min: float) -> Found | None:
        """What an offer comes to, or None where a gate stops it or it is behind ``stop_min``."""
        (
            number, _, phi, cosine, lon, _, radius_km, _, max_weight_t, max_height_m, unit_m, _, _,
            _, _, standing_min, late_min, ask_min, *_,
        ) = offer  # fmt: skip
        if (
            self._weight_t > max_weight_t
            or self._height_m > max_height_m
            or unit_m > self._clearance_m
        ):
            return None
        sin_lat, sin_lon = sin((self._phi - phi) / 2), sin(radians(self._lon - lon) / 2)
        chord = sin_lat * sin_lat + cosine * self._cosine * (sin_lon * sin_lon)
        distance_km = _DIAMETER_KM * asin(sqrt(min(1.0, chord)))
        if distance_km - radius_km - self._uncertainty_km > 0:
            return None
        travel_min = geo.crow_fly_min(distance_km, self._settings)
        index_min = max(0.0, standing_min + travel_min + late_min) + ask_min
        order_min = index_min - head_start_min
        if index_min >= self._settings.fallback_min or order_min > stop_min:
            return None
        if self._is_stopped(offer) or number in self._asked:
            return None
        return order_min, distance_km, travel_min, offer

    def _is_stopped(self, offer: Offer) -> bool:
        """The gates that are dear to ask: areas that are no circle, holds and opening hours."""
        area, hold, incident = offer.area, offer.hold, self._incident
        return (
            (
                area is not None
                and geo.fit(area, offer.lat, offer.lon, incident.place)[0] == "outside"
            )
            or (hold is not None and hold.is_on(incident.when))
            or offer.opening.is_closed(self._at, incident.when)
        )
