"""List the offers that can reach a cell of the map, by their lower bound of minutes.

A cell is a box of latitude and longitude. If the base of an offer is ``d`` from the middle of a
cell, and the corners are ``r`` from the middle, no place in the cell is nearer than ``d - r``, by
the triangle inequality on the sphere. The corners are the farthest points, since along a meridian
and along a parallel the distance from the middle only grows. The chord through the earth replaces
``d``, because it is fast to compute and never longer. No road is shorter, and driving minutes never
fall with distance, so that the minutes of ``d - r`` are a lower bound of the order. An offer that
cannot reach the cell is left out; one that cannot arrive before the last resort is at the end,
because its reason may be needed. The list of a cell is made from that of a wider cell around it.
"""

from collections.abc import Sequence
from math import floor
from threading import Lock
from typing import Any, NamedTuple

from ...model.sphere import great_circle_km
from ..kernel_tables import Backend, CellEntries, Column, OfferColumns

STEP_DEG = 0.2
WIDER = (1, 4, 16, 64)
"""Width of the cells of each level, in cells of the smallest."""
MOST_ENTRIES = 256
"""Entries in the list of a cell; a row that needs more is ranked by the desk."""
MOST_CELLS = 200_000
"""Lists in the cache; a full cache is cleared."""

Key = tuple[int, int]
"""Latitude and longitude, counted in cells from 0."""


class CellOffers(NamedTuple):
    """The offers of a cell by their bounds; ``is_short`` if the highest were cut off."""

    offer: Column
    bound_min: Column
    is_short: bool


class CellLists:
    """The cells of one service, each made for the first row in it.

    ``wide_km`` is the largest uncertainty of a place of these rows.
    """

    def __init__(
        self,
        kernel: Any,
        backend: Backend,
        table: OfferColumns,
        offers: Sequence[int],
        wide_km: float,
    ) -> None:
        self._kernel, self._backend, self._table = kernel, backend, table
        self._everybody, self._wide_km = backend.whole(offers), wide_km
        self._wider: dict[tuple[int, Key], Column] = {}
        self._singles: dict[Key, CellEntries] = {}
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._slots: dict[Key, int] = {}
        self._begin, self._short = [0], list[bool]()
        whole, real = self._backend.empty(0)
        self._offer = self._backend.take(whole, whole)
        self._bound_min = self._backend.take_bounds(real, whole)

    def entries(self, keys: Sequence[Key]) -> tuple[list[int], CellEntries]:
        """Return the numbers of some cells, and the entries of all cells so far by number.

        Thread-safe: returned entries never change.
        """
        with self._lock:
            if len(self._slots) > MOST_CELLS:
                self._wider.clear()
                self._forget()
            self._add([key for key in keys if key not in self._slots])
            return [self._slots[key] for key in keys], CellEntries(
                self._backend.whole(self._begin),
                self._offer,
                self._bound_min,
                self._backend.small(self._short),
            )

    def _add(self, keys: Sequence[Key]) -> None:
        made, used = [self._make(key) for key in keys], self._begin[-1]
        for key, cell in zip(keys, made, strict=True):
            self._slots[key] = len(self._slots)
            self._begin.append(self._begin[-1] + len(cell.offer))
            self._short.append(cell.is_short)
        append = self._backend.appended
        self._offer = append(self._offer, used, [cell.offer for cell in made])
        self._bound_min = append(self._bound_min, used, [cell.bound_min for cell in made])

    def single(self, key: Key) -> CellEntries:
        """Return the entries of one cell alone, with the number 0."""
        if key not in self._singles:
            if len(self._singles) > MOST_CELLS:
                self._singles.clear()
            cell = self._make(key)
            self._singles[key] = CellEntries(
                [0, len(cell.offer)], cell.offer, cell.bound_min, [cell.is_short]
            )
        return self._singles[key]

    def _make(self, key: Key) -> CellOffers:
        offers, bounds = self._reached(0, key)
        order = self._backend.lowest(bounds, MOST_ENTRIES)
        return CellOffers(
            self._backend.take(offers, order),
            self._backend.take_bounds(bounds, order),
            len(offers) > MOST_ENTRIES,
        )

    def _reached(self, level: int, key: Key) -> tuple[Column, Column]:
        """Return the offers of a cell of a level, and their bounds, from the level above."""
        if level + 1 == len(WIDER):
            above = self._everybody
        else:
            ratio = WIDER[level + 1] // WIDER[level]
            parent = (level + 1, (key[0] // ratio, key[1] // ratio))
            if parent not in self._wider:
                self._wider[parent] = self._reached(*parent)[0]
            above = self._wider[parent]
        offers, bounds = self._backend.empty(len(above))
        lat, lon, corner_km = middle_of(key, WIDER[level] * STEP_DEG)
        count = self._kernel.refine(
            self._table, above, lat, lon, corner_km, self._wide_km, offers, bounds
        )
        return offers[:count], bounds[:count]


def key_of(lat: float, lon: float) -> Key:
    """Return the cell of a place."""
    return floor(lat / STEP_DEG), floor(lon / STEP_DEG)


def middle_of(key: Key, size: float) -> tuple[float, float, float]:
    """Return the middle of a cell, and the distance from there to its farthest corner."""
    south, west = key[0] * size, key[1] * size
    lat, lon = south + size / 2, west + size / 2
    corner_km = max(great_circle_km(lat, lon, each, west) for each in (south, south + size))
    return lat, lon, corner_km + 1e-6
