"""What the compiled parts look at, laid out in columns."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import numpy as np

from ..model import Hold, Postcodes, ServiceSettings
from ..model.sphere import EARTH_RADIUS_KM
from . import layout, refining
from .calendar import Opening
from .layout import Array
from .offers import Offer, Side
from .tree import SLACK_KM

Run = Callable[[int, Callable[[int, int], Any]], None]

STEPS = (64, 16, 4, 1)
"""How many times wider than the smallest the cells of each level are."""
STEP_DEG = 0.1
MOST_ENTRIES = 256
"""The list of a cell holds no more; who is asked for beyond it is found by ``scan``."""
_WORK = 20
"""Rows that take as long to rank as the list of a cell to make, about."""
_DENSE = 8_000_000
"""So many cells, used or not, are looked at in a table; the whole earth is sorted instead."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def table_of(
    offers: Sequence[Offer], settings: ServiceSettings, openings: dict[Opening, int]
) -> layout.Table:
    """Lay out the offers of a service; ``openings`` numbers their hours and grows."""
    facts = np.array(
        [
            (0.0, 0.0, 0.0, offer.radius_km, offer.standing_min,
             offer.late_min, offer.ask_min, offer.max_weight_t, offer.max_height_m,
             offer.height_m, _until_us(offer.hold), offer.rest_min, offer.phi, offer.cosine,
             offer.lon)
            for offer in offers
        ]
    ).reshape(len(offers), layout.FACTS)  # fmt: skip
    turn, cosine = np.radians(facts[:, layout.LON]), facts[:, layout.COSINE]
    facts[:, layout.X], facts[:, layout.Y] = cosine * np.cos(turn), cosine * np.sin(turn)
    facts[:, layout.Z] = np.sin(facts[:, layout.PHI])
    opening = [openings.setdefault(offer.opening, len(openings)) for offer in offers]
    odd = [
        (offer.area is not None and not has_codes(offer))
        or offer.opening.is_shifted
        or _is_far(offer.hold)
        for offer in offers
    ]
    stopped = [{"no_unit": 11, "down": 12}.get(offer.stopped_by, 0) for offer in offers]
    legs = settings.speed
    return layout.Table(
        facts=facts,
        number=np.array([offer.number for offer in offers], np.int32),
        opening=np.array(opening, np.int32),
        odd=np.array(odd, np.bool_),
        odd_area=np.array([offer.area is not None for offer in offers], np.bool_),
        has_odd=any(odd),
        stopped=np.array(stopped, np.int8),
        leg_km=np.array([km for km, _ in legs]),
        leg_kmh=np.array([kmh for _, kmh in legs]),
        detour=settings.detour,
        fallback_min=settings.fallback_min,
    )


def has_codes(offer: Offer) -> bool:
    """Whether its area is made of postcodes: then a place is asked for its codes."""
    return isinstance(offer.area, Postcodes)


def _until_us(hold: Hold | None) -> float:
    if hold is None:
        return -inf
    return inf if hold.until is None else (hold.until - _EPOCH) / timedelta(microseconds=1)


def _is_far(hold: Hold | None) -> bool:
    return hold is not None and hold.until is not None and abs(_until_us(hold)) > 9e15


def opening_columns(openings: Iterable[Opening], stretches: Sequence[int]) -> layout.Hours:
    """Lay out the hours in some stretches of weeks; those that no stretch knows are never asked."""
    begin, starts, closed = [0], list[int](), list[bool]()
    for opening in openings:
        for stretch in stretches:
            spans = ([0], [False]) if opening.is_shifted else opening.spans(stretch)
            starts += spans[0]
            closed += spans[1]
            begin.append(len(starts))
    return layout.Hours(
        np.array(begin, np.int64),
        np.array(starts, np.int64) * 1_000_000,
        np.array(closed, np.bool_),
        len(stretches),
    )


def side_columns(sides: Sequence[Side], providers: int, known: dict[int, Array]) -> layout.Sides:
    """Lay out who is out of each side; ``known`` keeps head starts that were laid out before."""
    # One tuple for each client: what is the same is the same object.
    heads = list({id(side.head_starts): side.head_starts for side in sides if side.head_starts}
                 .values())  # fmt: skip
    at = {id(each): number for number, each in enumerate(heads)}
    return layout.Sides(
        _stacked([side.out for side in sides], providers),
        _stacked([side.second or side.out for side in sides], providers),
        np.array([side.second is not None for side in sides], np.bool_),
        np.array([at.get(id(side.head_starts), -1) for side in sides], np.int32),
        np.concatenate([_known(each, known) for each in heads] or [np.empty(0)]).reshape(
            len(heads), providers
        ),
    )  # fmt: skip


def _known(head_starts: tuple[float, ...], known: dict[int, Array]) -> Array:
    if id(head_starts) not in known:
        known[id(head_starts)] = np.array(head_starts)
    return known[id(head_starts)]


def _stacked(masks: list[bytes], providers: int) -> Array:
    return np.frombuffer(b"".join(masks), np.uint8).reshape(len(masks), providers)


def order_by_cell(lats: Array, lons: Array) -> tuple[Array, Array, Array]:
    """Sort positions by their cells: keys of the cells, the order, and which cell each is in."""
    south, west = np.floor(lats / STEP_DEG), np.floor(lons / STEP_DEG)
    keys = _key(south, west)
    low, high = (int(keys.min()), int(keys.max())) if len(keys) else (0, 0)
    spread = high - low + 1
    if spread > _DENSE:
        found, cells = np.unique(keys, return_inverse=True)
    else:
        is_used = np.zeros(spread + 1, np.bool_)
        is_used[keys - low] = True
        found = np.flatnonzero(is_used) + low
        cells = (np.cumsum(is_used) - 1)[keys - low]
    order = refining.sorted_by(cells, len(found))
    return found, order, cells[order]


class CompiledCells:
    """The cells of one service, of one size, each made when rows first fall into it.

    The rule: 0.1 degrees, whatever the file and the batch; at most 256 entries.
    """

    def __init__(self, offers: Sequence[Offer], table: layout.Table, uncertainty_km: float) -> None:
        self._table, self._wide_km = table, uncertainty_km
        everybody = np.array(
            [number for number, offer in enumerate(offers) if not has_codes(offer)], np.int32
        )
        self._keys = np.empty(0, np.int64)
        self._slots = np.empty(0, np.int64)
        self._lists = layout.Lists(
            np.zeros(1, np.int64), everybody[:0], np.empty(0, np.float32), np.empty(0, np.bool_)
        )
        self._top = layout.Lists(
            np.array([0, len(everybody)]), everybody, np.empty(0), np.zeros(1, np.bool_)
        )

    def find(self, keys: Array, run: Run) -> tuple[Array, layout.Lists]:
        """Number the lists of some cells, and give all lists made so far."""
        missing = np.setdiff1d(keys, self._keys, assume_unique=True)
        if len(missing):
            self._add(missing, run)
        return self._slots[np.searchsorted(self._keys, keys)], self._lists

    def _add(self, keys: Array, run: Run) -> None:
        lats, lons = _unkey(keys)
        lists, parent_keys = self._top, np.zeros(1, np.int64)
        for step in STEPS:
            here = np.unique(_key(lats // step, lons // step)) if step > 1 else keys
            here_lats, here_lons = _unkey(here)
            if step == STEPS[0]:
                parents = np.zeros(len(here), np.int64)
            else:
                ratio = STEPS[STEPS.index(step) - 1] // step
                above = _key(here_lats // ratio, here_lons // ratio)
                parents = np.searchsorted(parent_keys, above)
            middles = _middles(here_lats, here_lons, step * STEP_DEG)
            lists = self._refined(lists, parents, middles, run)
            parent_keys = here
        self._append(keys, self._cut(lists))

    def _refined(
        self, above: layout.Lists, parents: Array, middles: Array, run: Run
    ) -> layout.Lists:
        """Fill the lists of the cells of one level from those above, in parts."""
        count = len(middles)
        parts: dict[int, tuple[Array, Array, Array]] = {}
        most = np.diff(above.begin)[parents]

        def part(begin: int, end: int) -> None:
            if begin == end:
                return
            begins = np.zeros(count + 1, np.int64)
            # Nobody touches what is not needed of it.
            room = int(most[begin:end].sum())
            offers, bounds = np.empty(room, np.int32), np.empty(room)
            size = refining.refine(
                self._table, above, parents, middles, self._wide_km, begin, end, offers, bounds,
                begins,
            )  # fmt: skip
            parts[begin] = (offers[:size].copy(), bounds[:size].copy(), begins[begin:end])

        run(count * _WORK, lambda begin, end: part(begin // _WORK, end // _WORK))
        offers, bounds, begins = zip(*(parts[key] for key in sorted(parts)), strict=True)
        sizes = np.cumsum([0, *(len(each) for each in offers)])
        return layout.Lists(
            np.concatenate([*(b + s for b, s in zip(begins, sizes, strict=False)), sizes[-1:]]),
            np.concatenate(offers),
            np.concatenate(bounds),
            np.zeros(count, np.bool_),
        )

    def _cut(self, lists: layout.Lists) -> layout.Lists:
        sizes = np.minimum(np.diff(lists.begin), MOST_ENTRIES)
        offers, bounds = np.empty(sizes.sum(), np.int32), np.empty(sizes.sum(), np.float32)
        begins, short = np.empty(len(lists.begin), np.int64), np.empty(len(sizes), np.bool_)
        refining.sort_and_cut(lists, MOST_ENTRIES, offers, bounds, begins, short)
        return layout.Lists(begins, offers, bounds, short)

    def _append(self, keys: Array, lists: layout.Lists) -> None:
        old = self._lists
        slots = np.arange(len(keys)) + len(old.short)
        self._lists = layout.Lists(
            np.concatenate([old.begin, lists.begin[1:] + old.begin[-1]]),
            np.concatenate([old.offer, lists.offer]),
            np.concatenate([old.bound_min, lists.bound_min]),
            np.concatenate([old.short, lists.short]),
        )
        all_keys = np.concatenate([self._keys, keys])
        order = np.argsort(all_keys)
        self._keys = all_keys[order]
        self._slots = np.concatenate([self._slots, slots])[order]


def _key(lats: Array, lons: Array) -> Array:
    """One number for a cell: degrees in steps, shifted so that none is negative."""
    return (lats.astype(np.int64) + 4096) * 8192 + (lons.astype(np.int64) + 4096)


def _unkey(keys: Array) -> tuple[Array, Array]:
    return keys // 8192 - 4096, keys % 8192 - 4096


def _middles(lats: Array, lons: Array, size: float) -> Array:
    """The middle of each cell, and the way from there to its farthest corner (see ``refining``)."""
    south, lat, lon = lats * size, (lats + 0.5) * size, (lons + 0.5) * size
    corners = [_km(lat, corner, np.full(len(lats), size / 2)) for corner in (south, south + size)]
    return np.stack([lat, lon, np.maximum(*corners) + SLACK_KM], axis=1)


def _km(lat1: Array, lat2: Array, lon: Array) -> Array:
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    chord = np.sin((phi2 - phi1) / 2) ** 2
    chord += np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon) / 2) ** 2
    found: Array = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return found
