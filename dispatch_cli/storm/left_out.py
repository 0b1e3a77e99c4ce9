"""Bound the cost of the pairs that a plan has left out, so that few lists must be made longer.

A pair that was left out costs at least the minutes of the way as the crow flies and the standing
minutes of the provider, whatever its gates say, and the price of the provider's cheapest slot.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..geo import crow_fly_min
from ..model import ServiceSettings
from ..model.sphere import EARTH_RADIUS_KM
from .demands import SlotTable
from .network import STEPS_PER_MIN, Array

_BLOCK = 1 << 20
"""Pairs that are priced at a time."""
_MOST_PAIRS = 16
_TOLERANCE_MIN = 1e-5
"""Vectors round the last digits of a distance otherwise than the ranking does."""


class OfferPlaces(NamedTuple):
    """All offers of a service: provider, position, and the minutes that depend on no incident.

    ``provider`` is the number in the plan, -1 for a provider that is in no list; ``rest_min`` is
    the least ``order_min`` without a way and without a wait.
    """

    provider: Array
    lat: Array
    lon: Array
    rest_min: Array

    def picked(self, columns: Array) -> "OfferPlaces":
        """Return some of the offers."""
        return OfferPlaces(*(each[columns] for each in self))


class SlotPrices(NamedTuple):
    """The slots of all numbered providers, and the price of each in steps."""

    slots: SlotTable
    scarcity: Array


class Spots(NamedTuple):
    """The demands of one service for which the bound is computed, as columns.

    ``pays`` is what each pays in the plan, ``outside`` the least cost of its pairs left out by the
    order of its list, both in steps. ``known`` has the numbers of the offers ranked for it.
    """

    demand: Array
    lat: Array
    lon: Array
    weight: Array
    pays: Array
    outside: Array
    known: Sequence[Array]


class LeftOut(NamedTuple):
    """The bound of each demand in steps, and the pairs (demand, offer) that could be cheaper."""

    bound: Array
    pairs: list[tuple[int, int]]


def least_left_out(
    spots: Spots, offers: OfferPlaces, priced: SlotPrices, settings: ServiceSettings
) -> LeftOut:
    """Compute a lower bound of cost and price of each demand's pairs that were not ranked.

    At most ``_MOST_PAIRS`` of a demand are named, the cheapest. An offer whose slots all cost more
    than a demand could gain by it is not measured; there the bound is what the demand pays.
    """
    bound: Array = spots.pays.copy()
    pairs: list[tuple[int, int]] = []
    gain = spots.pays - spots.outside
    price = _least_price(offers, priced)
    # Demands with a like gain are measured together, so that few offers are measured for most.
    order = np.argsort(-gain, kind="stable")
    for rows in _blocks(order, len(offers.provider)):
        columns = np.flatnonzero(price < gain[rows].max())
        some = offers.picked(columns)
        minutes = _least_minutes(some, spots.lat[rows], spots.lon[rows], settings)
        least = _with_prices(minutes, some, priced, spots.weight[rows])
        place = np.full(len(offers.provider), -1)
        place[columns] = np.arange(len(columns))
        for row, at in enumerate(rows.tolist()):
            known = place[spots.known[at]]
            least[row, known[known >= 0]] = np.inf
        best = np.floor(least.min(axis=1, initial=np.inf))
        for row in np.flatnonzero(best < spots.pays[rows]).tolist():
            at = int(rows[row])
            bound[at] = int(best[row])
            cheaper = np.flatnonzero(np.floor(least[row]) < spots.pays[at])
            first = cheaper[np.argsort(least[row, cheaper], kind="stable")[:_MOST_PAIRS]]
            pairs += [(int(spots.demand[at]), int(columns[one])) for one in first]
    return LeftOut(bound, sorted(pairs))


def _least_price(offers: OfferPlaces, priced: SlotPrices) -> Array:
    """Return the least price of each offer's slots, without their waits; infinity without one."""
    slots, scarcity = priced
    least = np.full(len(slots.begin) - 1, np.inf)
    np.minimum.at(least, slots.owner, scarcity.astype(np.float64))
    numbers = np.maximum(offers.provider, 0)
    found: Array = np.where(offers.provider >= 0, np.append(least, np.inf)[numbers], 0.0)
    return found


def _least_minutes(offers: OfferPlaces, lat: Array, lon: Array, settings: ServiceSettings) -> Array:
    way: Array = _crow_fly_min(_distance_km(lat, lon, offers.lat, offers.lon), settings)
    return way + (offers.rest_min - _TOLERANCE_MIN)


def _with_prices(minutes: Array, offers: OfferPlaces, priced: SlotPrices, weight: Array) -> Array:
    """Add the least sum of wait and price over the slots of each provider, in steps."""
    slots, scarcity = priced
    counts = np.diff(slots.begin)
    most = int(counts.max(initial=0))
    least: Array = np.where(offers.provider >= 0, np.inf, 0.0) + np.zeros((len(weight), 1))
    numbers = np.maximum(offers.provider, 0)
    for place in range(most):
        has_slot = (offers.provider >= 0) & (counts[numbers] > place)
        slot = np.where(has_slot, slots.begin[numbers] + place, 0)
        wait = np.where(has_slot, slots.wait_min[slot], np.inf) * STEPS_PER_MIN
        price = np.where(has_slot, scarcity[slot], np.inf)
        np.minimum(least, np.multiply.outer(weight, wait) + price, out=least)
    # Not as whole numbers: an offer with the acceptance 0 has infinite minutes.
    steps: Array = least + np.rint(minutes * weight[:, None] * STEPS_PER_MIN)
    return steps


def _blocks(order: Array, columns: int) -> Iterator[Array]:
    step = max(1, _BLOCK // max(1, columns))
    return (order[begin : begin + step] for begin in range(0, len(order), step))


def _distance_km(lat: Array, lon: Array, to_lat: Array, to_lon: Array) -> Array:
    """Compute the straight lines through the earth, which are a little shorter than the arcs."""
    dots: Array = _points(lat, lon) @ _points(to_lat, to_lon).T
    distance: Array = EARTH_RADIUS_KM * np.sqrt(np.maximum(0.0, 2 - 2 * dots))
    return distance


def _points(lat: Array, lon: Array) -> Array:
    """Return points on the unit sphere."""
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _crow_fly_min(distance_km: Array, settings: ServiceSettings) -> Array:
    """Compute what ``geo.crow_fly_min`` does for many distances: straight lines between bends."""
    bends = [end / settings.detour for end, _ in settings.speed[:-1]]
    known_km = np.array([0.0, *bends, (bends[-1] if bends else 0.0) + 1.0])
    known_min = np.array([crow_fly_min(each, settings) for each in known_km])
    last_min_per_km = (known_min[-1] - known_min[-2]) / (known_km[-1] - known_km[-2])
    minutes: Array = distance_km * last_min_per_km
    if bends:
        minutes = np.interp(distance_km, known_km, known_min)
        minutes += np.maximum(0.0, distance_km - known_km[-1]) * last_min_per_km
    return minutes
