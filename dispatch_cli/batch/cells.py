"""Who can reach a stretch of ground, the soonest possible first.

A cell is a box of latitude and longitude. For a provider whose base is ``d`` from the middle of a
cell that reaches ``r`` from there to its corners, no place in the cell is nearer than ``d - r``
(triangle inequality on the sphere; the corners are farthest, since along a meridian and along a
parallel the distance from the middle only grows). The way through the earth stands for ``d``: it
is soon worked out and never more. ``geo.crow_fly_min`` never falls with distance, so that the
minutes of ``d - r`` bound the order from below for every place in the cell. Whoever cannot reach
the cell is left out of it; whoever cannot be there before the last resort stands at the end.

Cells are made when an incident first falls into them, and split when many do.
"""

from collections.abc import Iterable, Sequence
from math import dist, floor, inf

from .. import geo
from ..catalog.index import make_index
from ..model import Circle, Place, Postcodes, Provider, ServiceSettings
from ..model.sphere import EARTH_RADIUS_KM, great_circle_km
from .offers import Offer, point_of

ROOT_DEG = 6.4
LARGEST_DEG = 0.8
SMALLEST_DEG = 0.05
"""Cells between these are used; each is half as wide as the one before."""
SPLIT_AFTER = 3
SPLIT_FROM = 16
"""A cell with fewer entries is scanned faster than split."""
MOST_CODED = 20_000
SLACK_MIN = 1e-6
SLACK_KM = 1e-6
MOST_LAT = 85.0
"""Beyond it boxes are no good, and nobody drives."""

Entry = tuple[float, Offer]
"""A lower bound of order_min over the cell, and whose it is."""


class Cell:
    """One box: its entries by their bound, and who in it was asked for how often."""

    __slots__ = ("children", "entries", "hits", "size", "south", "west")

    def __init__(self, south: float, west: float, size: float, entries: list[Entry]) -> None:
        self.south, self.west, self.size, self.entries = south, west, size, entries
        self.hits = 0
        self.children: list[Cell | None] | None = None


def reach_of(south: float, west: float, size: float) -> tuple[float, float, float]:
    """The middle of a box, and how far it is from there to the farthest corner."""
    lat, lon = south + size / 2, west + size / 2
    corners = [(south, west), (south + size, west)]
    return lat, lon, max(great_circle_km(lat, lon, *corner) for corner in corners) + SLACK_KM


class Reach:
    """Whose area may hold a place: an index of areas on the ground, and one of postcodes."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._shaped = [
            number
            for number, each in enumerate(providers)
            if not isinstance(each.area, Circle | Postcodes)
        ]
        self._ground = make_index([providers[number] for number in self._shaped])
        self._coded = [
            number for number, each in enumerate(providers) if isinstance(each.area, Postcodes)
        ]
        self._codes = make_index([providers[number] for number in self._coded])
        self._by_code: dict[str, list[int]] = {}

    def shaped(self, lat: float, lon: float, within_km: float) -> set[int]:
        """Name those whose polygon, or country, may reach a place within so many kilometres.

        Asked for twice as far and more, so that the plane in which a polygon is measured may
        touch any of the places.
        """
        place = Place(lat=lat, lon=lon, uncertainty_km=2 * within_km + 1)
        return {self._shaped[number] for number in self._ground.near(place)}

    def holding(self, code: str) -> list[int]:
        """List whose postcodes hold a code."""
        if code not in self._by_code:
            found = self._codes.near(Place(lat=90.0, lon=0.0, postcode=code))
            self._by_code[code] = [self._coded[number] for number in found]
        return self._by_code[code]


class Cells:
    """The cells of one service, for places that are known within ``uncertainty_km``."""

    def __init__(
        self,
        offers: Iterable[Offer],
        reach: "Reach",
        settings: ServiceSettings,
        uncertainty_km: float,
    ) -> None:
        self._offers = {offer.number: offer for offer in offers}
        self._reach, self._settings = reach, settings
        self._uncertainty_km = uncertainty_km
        self._roots: dict[tuple[int, int], Cell] = {}
        self._coded: dict[tuple[str, ...], list[Entry]] = {}

    def entries(self, lat: float, lon: float) -> list[Entry]:
        """List whom the bounds do not rule out at a place, the lowest bound first."""
        key = (floor(lat / ROOT_DEG), floor(lon / ROOT_DEG))
        cell = self._roots.get(key)
        if cell is None:
            south, west = key[0] * ROOT_DEG, key[1] * ROOT_DEG
            everybody = [(0.0, offer) for offer in self._offers.values()
                         if not isinstance(offer.area, Postcodes)]  # fmt: skip
            cell = Cell(south, west, ROOT_DEG, self._bounded(south, west, ROOT_DEG, everybody))
            self._roots[key] = cell
        while cell.size > SMALLEST_DEG:
            if cell.size <= LARGEST_DEG:
                cell.hits += 1
                if cell.hits < SPLIT_AFTER or len(cell.entries) < SPLIT_FROM:
                    break
            cell = self._child(cell, lat, lon)
        return cell.entries

    def coded(self, codes: tuple[str, ...]) -> list[Entry]:
        """List whose postcodes hold any of some codes; their bounds know nothing of the place."""
        found = self._coded.get(codes)
        if found is None:
            offers = self._offers
            numbers = {number for code in codes for number in self._reach.holding(code)}
            found = [(self._bound(offers[number], 0.0), offers[number])
                     for number in sorted(numbers) if number in offers]  # fmt: skip
            found.sort(key=_by_bound)
            if len(self._coded) >= MOST_CODED:
                self._coded.clear()
            self._coded[codes] = found
        return found

    def _child(self, cell: Cell, lat: float, lon: float) -> Cell:
        half = cell.size / 2
        is_north, is_east = lat >= cell.south + half, lon >= cell.west + half
        if cell.children is None:
            cell.children = [None] * 4
        number = 2 * is_north + is_east
        child = cell.children[number]
        if child is None:
            south, west = cell.south + half * is_north, cell.west + half * is_east
            entries = self._bounded(south, west, half, cell.entries)
            child = cell.children[number] = Cell(south, west, half, entries)
        return child

    def _bounded(self, south: float, west: float, size: float, among: list[Entry]) -> list[Entry]:
        """Those of a wider cell that may reach this one, with their bounds here."""
        lat, lon, corner_km = reach_of(south, west, size)
        point = point_of(lat, lon)
        wide_km = corner_km + self._uncertainty_km + SLACK_KM
        found = []
        for _, offer in among:
            chord_km = EARTH_RADIUS_KM * dist(point, offer.point)
            if chord_km <= offer.radius_km + wide_km:
                found.append((chord_km - corner_km - SLACK_KM, offer))
        if size > LARGEST_DEG:
            return found  # nobody looks into it yet
        if size > LARGEST_DEG / 2 and any(offer.area is not None for _, offer in found):
            near = self._reach.shaped(lat, lon, wide_km)
            found = [each for each in found if each[1].area is None or each[1].number in near]
        found = [(self._bound(offer, least_km), offer) for least_km, offer in found]
        found.sort(key=_by_bound)
        return found

    def _bound(self, offer: Offer, least_km: float) -> float:
        """The least order_min in the cell; infinite for whoever is never asked there.

        Whoever is never asked stays in the list, because the reason may be asked for.
        """
        if offer.rest_min == inf:
            return inf
        drive_min = geo.crow_fly_min(least_km, self._settings) if least_km > 0 else 0.0
        standing_min = offer.standing_min + offer.late_min
        arrival_min = max(0.0, standing_min + drive_min)
        if arrival_min + offer.ask_min > self._settings.fallback_min + SLACK_MIN:
            return inf
        return offer.rest_min + arrival_min - max(0.0, standing_min) - SLACK_MIN


def _by_bound(entry: Entry) -> float:
    return entry[0]
