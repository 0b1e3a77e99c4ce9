"""Which postcodes places may lie in, for columns of coordinates: ``notation.postcodes``, compiled.

The formulas are those of ``possible_postcodes``. Where a comparison is as close as the last bits of
compiled sines could decide it, the row is left to whoever looks at it by itself (``UNDECIDED``).
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from math import acos, cos, radians, sqrt
from typing import Any

import numpy as np

from ..model.sphere import EARTH_RADIUS_KM
from ..notation.centres import centres
from ..notation.postcodes import FOREIGN_FROM_KM, postcode_uncertainty_km
from . import layout
from .cutting import alike_rows
from .kernel import great_circle_km, jit, point
from .layout import Array
from .offers import Offer
from .reach import MOST_KEPT
from .tree import SLACK_MIN

UNDECIDED = -1
MOST_CODES = 32
"""A place that may lie in more is looked at by itself."""
_EDGE = 1e-6
_SLACK_DEG = 1e-9
_KM_PER_DEGREE = EARTH_RADIUS_KM * acos(-1.0) / 180
_FOREIGN, _CLOSE = -2, -1
_NOBODY = (np.empty(0, np.int32), np.empty(0, np.float32))


class PlaceCodes:
    """Numbers the sets of postcodes that places may lie in; a number holds for one batch."""

    def __init__(self) -> None:
        self.sets: list[tuple[str, ...]] = []
        """The postcodes of each number; number 0 is of places abroad."""
        self._numbers: dict[tuple[str, ...], int] = {}
        self.begin()

    def begin(self) -> None:
        """Begin a batch: where too many sets are numbered by now, they are forgotten."""
        if not self.sets or len(self.sets) > MOST_KEPT:
            self.sets, self._numbers = [()], {(): 0}

    def number(self, codes: tuple[str, ...]) -> int:
        """The number of a set."""
        found = self._numbers.get(codes)
        if found is None:
            found = self._numbers[codes] = len(self.sets)
            self.sets.append(codes)
        return found

    @cached_property
    def _centres(self) -> tuple[Array, Array, list[str], Array, Array]:
        """All centres by latitude: that, position, code, point, how uncertain a place there is."""
        everything = sorted((lat, lon, code) for code, lat, lon in centres().everything())
        numbers = np.array([(lat, lon) for lat, lon, _ in everything]).reshape(-1, 2)
        points = np.array([point(lat, lon) for lat, lon, _ in everything]).reshape(-1, 3)
        codes = [code for *_, code in everything]
        slack_km = np.full(len(codes), np.nan)
        return np.ascontiguousarray(numbers[:, 0]), numbers, codes, points, slack_km

    def of(self, lat: Array, lon: Array, uncertainty_km: Array, share: Any) -> Array:
        """Number the set of each place, ``UNDECIDED`` where that is close."""
        south, numbers, codes, points, slack_km = self._centres
        count = len(lat)
        nearest, km = np.empty(count, np.int32), np.empty(count)
        share(count, lambda begin, end: find_nearest(
            lat, lon, south, numbers, points, begin, end, nearest, km
        ))  # fmt: skip
        for one in np.unique(nearest[nearest >= 0]).tolist():
            if np.isnan(slack_km[one]):
                slack_km[one] = postcode_uncertainty_km(codes[one])
        found, hashes = np.full((count, MOST_CODES), -1, np.int32), np.zeros(count, np.uint64)
        share(count, lambda begin, end: gather(
            lat, lon, uncertainty_km, south, numbers, slack_km, begin, end, nearest, km, found,
            hashes,
        ))  # fmt: skip
        number, first = alike_rows(found, hashes)
        known = np.array([
            self.number(tuple(sorted(codes[one] for one in found[row].tolist() if one >= 0)))
            for row in first.tolist()
        ], np.int64)  # fmt: skip
        return np.where(nearest == _CLOSE, UNDECIDED, known[number] if count else 0)


class CodedLists:
    """Whose postcodes hold any of those of a place, laid out as the lists of cells are.

    ``offers_of`` gives the offers of a service for some codes by their bound, and all it has.
    """

    def __init__(
        self,
        codes: PlaceCodes,
        offers_of: Callable[[str, tuple[str, ...]], tuple[Sequence[Offer], Sequence[Offer]]],
    ) -> None:
        self._codes, self._offers_of = codes, offers_of
        self._known: dict[tuple[str, tuple[str, ...]], tuple[Array, Array]] = {}
        self._places: dict[str, dict[int, int]] = {}

    def of(self, service: str, numbers: Sequence[int]) -> layout.Lists:
        """The lists of a service for some sets of codes, in their order."""
        parts = [self._one(service, number) for number in numbers]
        begin = np.cumsum([0, *(len(offers) for offers, _ in parts)])
        return layout.Lists(
            begin,
            np.concatenate([offers for offers, _ in parts] or [_NOBODY[0]]),
            np.concatenate([bounds for _, bounds in parts] or [_NOBODY[1]]),
            np.zeros(len(parts), np.bool_),
        )

    def _one(self, service: str, number: int) -> tuple[Array, Array]:
        codes = self._codes.sets[number]
        if not codes:
            return _NOBODY
        key = (service, codes)
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            coded, offers = self._offers_of(service, codes)
            if service not in self._places:
                self._places[service] = {offer.number: at for at, offer in enumerate(offers)}
            bounds = np.array([offer.rest_min - SLACK_MIN for offer in coded], np.float32)
            self._known[key] = (
                np.array([self._places[service][offer.number] for offer in coded], np.int32),
                # Four bytes may have rounded up; who is never asked stays so.
                np.where(np.isinf(bounds), bounds, np.nextafter(bounds, np.float32(-np.inf))),
            )
        return self._known[key]


@jit
def _reach_deg(km):
    return km / _KM_PER_DEGREE + _SLACK_DEG


@jit
def find_nearest(lats, lons, south, numbers, points, begin, end, nearest, found_km):
    """Find the nearest centre of each place within Germany's reach."""
    reach = _reach_deg(FOREIGN_FROM_KM)
    # The square of the chord of that distance, and a little more.
    most = FOREIGN_FROM_KM / EARTH_RADIUS_KM
    for row in range(begin, end):
        lat, lon = lats[row], lons[row]
        x, y, z = point(lat, lon)
        best, second, who = (most * 1.01) ** 2, 4.0, _FOREIGN
        at = np.searchsorted(south, lat - reach)
        while at < len(south) and south[at] <= lat + reach:
            dx, dy, dz = points[at, 0] - x, points[at, 1] - y, points[at, 2] - z
            chord = dx * dx + dy * dy + dz * dz
            if chord < best:
                best, second, who = chord, best if who >= 0 else second, at
            elif chord < second:
                second = chord
            at += 1
        nearest[row], found_km[row] = who, 0.0
        if who >= 0:
            km = great_circle_km(lat, lon, numbers[who, 0], numbers[who, 1])
            found_km[row] = km
            is_close = EARTH_RADIUS_KM * (sqrt(second) - sqrt(best)) < _EDGE
            if is_close or abs(km - FOREIGN_FROM_KM) < _EDGE:
                nearest[row] = _CLOSE
            elif km > FOREIGN_FROM_KM:
                nearest[row] = _FOREIGN


@jit
def gather(
    lats, lons, uncertain, south, numbers, slacks, begin, end, nearest, nearest_km, found, hashes
):
    """List the centres whose area may hold each place, by latitude."""
    for row in range(begin, end):
        own = nearest[row]
        if own < 0:
            continue
        lat, lon = lats[row], lons[row]
        slack = max(uncertain[row], slacks[own])
        limit = nearest_km[row] + 2 * slack
        reach = _reach_deg(limit)
        spread = cos(radians(lat))
        wide = reach / max(1e-9, spread) * 1.01
        count = 0
        at = np.searchsorted(south, lat - reach)
        while at < len(south) and south[at] <= lat + reach:
            if abs(numbers[at, 1] - lon) <= wide:
                is_in = at == own
                if not is_in:
                    km = great_circle_km(lat, lon, numbers[at, 0], numbers[at, 1])
                    apart = great_circle_km(
                        numbers[own, 0], numbers[own, 1], numbers[at, 0], numbers[at, 1]
                    )
                    over = km * km - nearest_km[row] * nearest_km[row] - 2 * apart * slack
                    if km <= limit + _EDGE and abs(over) < _EDGE:
                        nearest[row] = _CLOSE
                    is_in = km <= limit and over <= 0
                if is_in:
                    if count == found.shape[1]:
                        nearest[row] = _CLOSE
                        break
                    found[row, count] = at
                    hashes[row] = (hashes[row] ^ np.uint64(at + 1)) * np.uint64(0x100000001B3)
                    count += 1
            at += 1
