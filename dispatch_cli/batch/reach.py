"""Who may reach a place: circles and countries in trees, polygons by a grid, postcodes by code."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain
from math import ceil, floor, log2
from operator import itemgetter
from typing import NamedTuple, TypeVar

from ..catalog.index import make_index
from ..model import Country, Place, Polygon, Postcodes, Provider, ServiceSettings
from ..model.sphere import great_circle_km
from .offers import Offer, point_of
from .tree import LEAF, SLACK_KM, SLACK_MIN, Leaf, Tree, leaf_of

K = TypeVar("K")
V = TypeVar("V")

BOX_DEG = 0.4
"""How wide the squares are within which polygons are looked up together."""
MOST_LAT = 85.0
"""Beyond it boxes are no good, and nobody drives."""
MOST_KEPT = 20_000
"""Lists that are remembered; then they are forgotten and made again."""


class Box(NamedTuple):
    """A square of the grid, counted in ``BOX_DEG``, and how uncertain the places in it are."""

    south: int
    west: int
    uncertainty_km: float


class Areas:
    """Whose area may hold a place: an index of areas on the ground, and one of postcodes."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._shaped = [
            number for number, each in enumerate(providers) if isinstance(each.area, Polygon)
        ]
        self._ground = make_index([providers[number] for number in self._shaped])
        self._coded = [
            number for number, each in enumerate(providers) if isinstance(each.area, Postcodes)
        ]
        self._codes = make_index([providers[number] for number in self._coded])
        self._by_code: dict[str, list[int]] = {}

    def shaped(self, box: "Box") -> list[int]:
        """Number those whose polygon may reach a box."""
        lat, lon, corner_km = _middle_of(box.south * BOX_DEG, box.west * BOX_DEG)
        # Twice as far and more, so that the plane in which a polygon is measured may touch any
        # place in the box.
        within_km = 2 * (corner_km + box.uncertainty_km) + 1
        found = self._ground.near(Place(lat=lat, lon=lon, uncertainty_km=within_km))
        return [self._shaped[number] for number in found]

    def holding(self, code: str) -> list[int]:
        """Number those whose postcodes hold a code."""
        if code not in self._by_code:
            found = self._codes.near(Place(lat=90.0, lon=0.0, postcode=code))
            self._by_code[code] = [self._coded[number] for number in found]
        return self._by_code[code]


class Reachable:
    """The offers of one service by the places that they may reach."""

    def __init__(self, offers: Sequence[Offer], areas: Areas, settings: ServiceSettings) -> None:
        self._areas = areas
        circles, countries = [], []
        self._others: dict[int, Leaf] = {}
        for offer in offers:
            if offer.area is None:
                circles.append(offer)
            elif isinstance(offer.area, Country):
                countries.append(offer)
            else:
                self._others[offer.number] = leaf_of(offer)
        # Whoever serves the whole country would be looked at beside every circle.
        self._trees = [Tree(some, settings) for some in (circles, countries) if some]
        self._has_polygons = any(
            isinstance(offer.area, Polygon) for *_, offer in self._others.values()
        )
        self._shaped: dict[Box, list[Leaf]] = {}
        self._coded: dict[tuple[str, ...], list[Leaf]] = {}

    def by_bound(self, place: Place) -> Iterator[tuple[float, Sequence[Leaf]]]:
        """Give groups of offers, and with each a bound that never falls.

        No offer of this group or of a later one has an order_min at this place below the bound.
        """
        point = point_of(place.lat, place.lon)
        found = [tree.by_bound(point, place.uncertainty_km) for tree in self._trees]
        found += map(_in_groups, filter(None, self._others_at(place)))
        return found[0] if len(found) == 1 else merge(*found, key=itemgetter(0))

    def around(self, place: Place) -> Iterator[Offer]:
        """Give everybody whose area may hold a place."""
        point = point_of(place.lat, place.lon)
        others = chain.from_iterable(self._others_at(place))
        return chain(
            (offer for *_, offer in others),
            *(tree.around(point, place.uncertainty_km) for tree in self._trees),
        )

    def _others_at(self, place: Place) -> tuple[list[Leaf], list[Leaf]]:
        return self.coded(codes_of(place)), self._shaped_at(place)

    def coded(self, codes: tuple[str, ...]) -> list[Leaf]:
        """List whose postcodes hold any of some codes, by ``rest_min``."""
        return _remembered(self._coded, codes, lambda: self._listed(
            {number for code in codes for number in self._areas.holding(code)}
        ))  # fmt: skip

    def _shaped_at(self, place: Place) -> list[Leaf]:
        """List whose polygon may reach the box of a place, by ``rest_min``."""
        if not self._has_polygons:
            return []
        box = Box(
            floor(place.lat / BOX_DEG), floor(place.lon / BOX_DEG), rounded_up(place.uncertainty_km)
        )
        return _remembered(self._shaped, box, lambda: self._listed(self._areas.shaped(box)))

    def _listed(self, numbers: Iterable[int]) -> list[Leaf]:
        found = [self._others[number] for number in sorted(numbers) if number in self._others]
        found.sort(key=_rest_min)
        return found


def _in_groups(leaves: Sequence[Leaf]) -> Iterator[tuple[float, Sequence[Leaf]]]:
    """Give some at a time with their bound, which knows nothing of the place."""
    for begin in range(0, len(leaves), LEAF):
        group = leaves[begin : begin + LEAF]
        yield _rest_min(group[0]) - SLACK_MIN, group


def _rest_min(leaf: Leaf) -> float:
    """The least minutes wherever the place is: nobody arrives before the call."""
    return leaf[-1].rest_min


def _remembered(known: dict[K, V], key: K, make: Callable[[], V]) -> V:
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[key] = make()
    return found


def _middle_of(south: float, west: float) -> tuple[float, float, float]:
    """The middle of a box, and how far it is from there to the farthest corner.

    The corners are farthest: along a meridian and along a parallel the distance only grows.
    """
    lat, lon = south + BOX_DEG / 2, west + BOX_DEG / 2
    corners = [(south, west), (south + BOX_DEG, west)]
    return lat, lon, max(great_circle_km(lat, lon, *corner) for corner in corners) + SLACK_KM


def rounded_up(uncertainty_km: float) -> float:
    """Nought or the next power of two, so that few lists serve all places."""
    return 2.0 ** ceil(log2(max(uncertainty_km, 1.0))) if uncertainty_km > 0 else 0.0


def codes_of(place: Place) -> tuple[str, ...]:
    """All postcodes in which a place may lie, by number."""
    return tuple(sorted({*place.postcodes, *filter(None, [place.postcode])}))
