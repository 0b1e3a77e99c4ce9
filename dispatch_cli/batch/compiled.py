"""The engine with compiled parts: columns in, and only what is close or odd goes row by row."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .. import geo
from ..model import Incident
from . import columns, kernel, layout
from .asked import Batch, columns_of
from .calendar import STRETCH_S, Opening
from .columns import CompiledCells, has_codes, opening_columns, order_by_cell, side_columns
from .engine import EXCLUSION_REASONS, Engine
from .layout import Array
from .offers import Offer, Shape, Side
from .postcodes import CodedLists, PlaceCodes
from .ranks import Ranks
from .reach import MOST_LAT, codes_of, rounded_up

_STRETCH_US = STRETCH_S * 1_000_000
_MOST_US = 7_258_118_400_000_000
"""The year 2200: whoever asks beyond it, or before 1970, asks row by row."""


class Ranking(NamedTuple):
    """What was found for one service: a task for each row that needs it."""

    service: str
    row: Array
    side: list[Side]
    side_of: Array
    place: Array
    """The side's place in its shape's plan."""
    table: layout.Table
    masks: layout.Sides
    found: layout.Found


class _Rows(NamedTuple):
    """Rows sorted by cell, those without one first (-1)."""

    row: Array
    shape: Array
    numbers: Array
    at_us: Array
    stretch: Array
    stretches: tuple[int, ...]
    keys: Array
    cell: Array
    codes: Array
    most_km: float


class CompiledEngine(Engine):
    """The same engine; whoever has numba asks this one."""

    def __init__(self, *args: Any, threads: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._threads = threads or len(os.sched_getaffinity(0))
        self._pool: ThreadPoolExecutor | None = None
        self._compiled: dict[tuple[str, float], CompiledCells] = {}
        self._tables: dict[str, layout.Table] = {}
        self._hours: dict[tuple[int, ...], layout.Hours] = {}
        self.codes = PlaceCodes()
        self._coded = CodedLists(self.codes, lambda service, codes: (
            [offer for *_, offer in self.reachable(service).coded(codes)],
            self._offers.of(service),
        ))  # fmt: skip
        self._late: dict[str, Array] = {}
        self._bases: dict[str, int] = {}
        self.offers: list[Offer] = []
        self.texts: dict[str, tuple[int, tuple[layout.Texts, ...]]] = {}
        """By format: how many of ``offers`` were written so far, and how."""
        self._heads: dict[int, Array] = {}
        self._openings: dict[Opening, int] = {}

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank each incident for each service of its plan, in the order of the plan."""
        shapes = [self.shape_of(incident) for incident in incidents]
        if self.is_scalar:
            return super().rank(incidents)
        numbers: dict[int, int] = {}
        distinct: list[Shape] = []
        shape = np.empty(len(incidents), np.int32)
        for row, one in enumerate(shapes):
            if id(one) not in numbers:
                numbers[id(one)] = len(distinct)
                distinct.append(one)
            shape[row] = numbers[id(one)]
        ranks: list[list[Ranks | None]] = [[None] * len(one.sides) for one in shapes]
        batch = columns_of(incidents, shape)
        if self.has_codes:
            self.codes.begin()
            codes = [self.codes.number(codes_of(one.place)) for one in incidents]
            batch = batch._replace(codes=np.array(codes, np.int64))
        for ranking in self.rank_batch(batch, distinct):
            for task, row in enumerate(ranking.row):
                place = ranking.place[task]
                ranks[row][place] = self._ranks(
                    incidents[row], shapes[row].sides[place], ranking, task
                )
        return [tuple(one for one in each if one is not None) for each in ranks]

    def rank_batch(self, batch: Batch, shapes: Sequence[Shape]) -> Iterator[Ranking]:
        """Rank columns, one service after the other.

        Tasks whose verdict is ``FLAGGED`` are for ``rank_one``.
        """
        tasks: dict[str, list[tuple[int, int, Side]]] = {}
        for number, shape in enumerate(shapes):
            for place, side in enumerate(shape.sides):
                tasks.setdefault(side.entry.service, []).append((number, place, side))
        rows = self._sorted(batch)
        for service, wanted in tasks.items():
            side_of_shape = np.full(len(shapes), -1, np.int32)
            side_of_shape[[number for number, _, _ in wanted]] = np.arange(len(wanted))
            sides = [side for *_, side in wanted]
            ranking = self._rank_service(service, rows, sides, side_of_shape[rows.shape])
            places = np.array([place for _, place, _ in wanted], np.int32)
            yield ranking._replace(place=places[ranking.side_of])

    def _sorted(self, batch: Batch) -> "_Rows":
        """Sort rows by cell: neighbours are ranked one after the other, their lists at hand."""
        is_here = (
            batch.is_plain
            & (batch.codes >= 0)
            & (np.abs(batch.lat) < MOST_LAT)
            & (batch.at_us >= 0)
            & (batch.at_us < _MOST_US)
            & (bool(self._providers) and not self.is_scalar)
        )
        here = np.flatnonzero(is_here)
        keys, order, cell = order_by_cell(batch.lat[here], batch.lon[here])
        elsewhere = np.flatnonzero(~is_here)
        row = np.concatenate([elsewhere, here[order]])
        stretch = batch.at_us[row] // _STRETCH_US
        known = np.unique(stretch[len(elsewhere) :])
        return _Rows(
            row=row,
            shape=batch.shape[row],
            numbers=np.stack(
                [batch.lat[row], batch.lon[row], batch.uncertainty_km[row], batch.weight_t[row],
                 batch.height_m[row], batch.clearance_m[row]], axis=1
            ),
            at_us=batch.at_us[row],
            stretch=np.searchsorted(known, stretch),
            stretches=tuple(known.tolist()),
            keys=keys,
            cell=np.concatenate([np.full(len(elsewhere), -1), cell]),
            codes=np.maximum(batch.codes[row], 0),
            most_km=rounded_up(float(batch.uncertainty_km[here].max(initial=0.0))),
        )  # fmt: skip

    def base_of(self, service: str) -> int:
        """Where the offers of a service begin among ``offers``, which grow by it if need be."""
        if service not in self._bases:
            self._bases[service] = len(self.offers)
            self.offers += self._offers.of(service)
        return self._bases[service]

    def is_late(self, service: str) -> Array:
        """Of whom the first number is not always answered, by offer."""
        if service not in self._late:
            phones = [offer.phone for offer in self._offers.of(service)]
            self._late[service] = np.array([phone is None for phone in phones], np.bool_)
        return self._late[service]

    def rank_one(self, incident: Incident, side: Side) -> Ranks:
        """Rank what was flagged, one service of one incident."""
        return self._ranks_of(incident, side)

    def _rank_service(
        self, service: str, rows: "_Rows", sides: list[Side], side_of: Array
    ) -> Ranking:
        table = self.table_of(service)
        picked = np.flatnonzero(side_of >= 0)
        side_of = side_of[picked]
        asked, lists, coded = self._asked(service, rows, picked, side_of)
        count, width = len(picked), self._top + kernel.SPARE
        found = layout.Found(
            np.empty((count, width), np.int32),
            np.empty((count, width)),
            np.empty((count, width)),
            np.empty(count, np.uint8),
            np.zeros(count, np.int8),
            np.zeros(count, np.int32),
        )
        hours = self._hours_of(rows.stretches)
        masks = side_columns(sides, len(self._providers), self._heads)
        self.share(count, lambda begin, end: kernel.rank(
            table, hours, masks, lists, coded, asked, found, begin, end, self._top
        ))  # fmt: skip
        self._judge_areas(rows, picked, side_of, found)
        return Ranking(service, rows.row[picked], sides, side_of, side_of, table, masks, found)

    def _asked(
        self, service: str, rows: "_Rows", picked: Array, side_of: Array
    ) -> tuple[layout.Rows, layout.Lists, layout.Lists]:
        """What is asked of one service, and the lists, made where they are missing.

        Those of the cells, and those of whoever goes by postcodes.
        """
        key = (service, rows.most_km)
        if key not in self._compiled:
            self._compiled[key] = CompiledCells(
                self._offers.of(service), self.table_of(service), rows.most_km
            )
        cell = rows.cell[picked]
        used = np.unique(cell[cell >= 0])
        slots = np.full(len(rows.keys) + 1, -1)  # the last is for those who have no cell
        slots[used], lists = self._compiled[key].find(rows.keys[used], self.share)
        if self.has_codes:
            known, own = np.unique(rows.codes[picked], return_inverse=True)
        else:
            known, own = np.zeros(1, np.int64), np.zeros(len(picked), np.int64)
        asked = layout.Rows(
            rows.numbers[picked], rows.at_us[picked], rows.stretch[picked], side_of, slots[cell],
            own,
        )  # fmt: skip
        return asked, lists, self._coded.of(service, known.tolist())

    def codes_at(self, lat: Array, lon: Array, uncertainty_km: Array) -> Array:
        """Number the postcodes in which each place may lie, where that matters to anybody."""
        if not self.has_codes:
            return np.zeros(len(lat), np.int64)
        self.codes.begin()
        return self.codes.of(lat, lon, uncertainty_km, self.share)

    def _judge_areas(
        self, rows: "_Rows", picked: Array, side_of: Array, found: layout.Found
    ) -> None:
        """Part those outside all areas from those where only nobody offers the service."""
        tasks = np.flatnonzero((found.verdict == layout.NOBODY) & (found.gate == 0))
        if not len(tasks):
            return
        asked, lists, coded = self._asked("", rows, picked[tasks], side_of[tasks])
        verdicts = np.zeros(len(tasks), np.int8)
        kernel.find_inside(self.table_of(""), lists, coded, asked, np.arange(len(tasks)), verdicts)
        if self.table_of("").has_odd:
            verdicts[verdicts == 0] = -1  # somebody who is left out of the lists may reach it
        found.gate[tasks[verdicts == 1]] = 1
        found.verdict[tasks[verdicts < 0]] = layout.FLAGGED

    def table_of(self, service: str) -> layout.Table:
        """The offers of a service in columns, laid out once."""
        if service not in self._tables:
            self._tables[service] = columns.table_of(
                self._offers.of(service), self._rules.settings.of(service), self._openings
            )
        return self._tables[service]

    def _hours_of(self, known: tuple[int, ...]) -> layout.Hours:
        key = (len(self._openings), *known)
        if key not in self._hours:
            self._hours.clear()
            self._hours[key] = opening_columns(self._openings, known)
        return self._hours[key]

    def share(self, count: int, part: Any) -> None:
        """Share the work among the threads: compiled code lets go of the interpreter."""
        if count < 2000 or self._threads == 1:
            part(0, count)
            return
        pieces = 4 * self._threads
        cuts = [count * piece // pieces for piece in range(pieces + 1)]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads)
        for done in [self._pool.submit(part, *cut) for cut in pairwise(cuts)]:
            done.result()

    def _ranks(self, incident: Incident, side: Side, ranking: Ranking, task: int) -> Ranks:
        found, service = ranking.found, ranking.service
        verdict = found.verdict[task]
        if verdict == layout.FLAGGED:
            return self.rank_one(incident, side)
        if verdict == layout.NOBODY:
            reason = EXCLUSION_REASONS[found.gate[task]]
            return Ranks(service=service, rows=(), reason=reason)
        settings = self._rules.settings.of(service)
        offers = self._offers.of(service)
        rows = []
        for at in range(self._top):
            if found.offer[task, at] < 0:
                break
            km = float(found.distance_km[task, at])
            each = (
                float(found.order_min[task, at]),
                km,
                geo.crow_fly_min(km, settings),
                offers[found.offer[task, at]],
            )
            is_outside = at >= found.first[task]
            rows.append(self._ranked(incident, side, each, is_outside=is_outside))
        return Ranks(service=service, rows=tuple(rows))

    @cached_property
    def has_codes(self) -> bool:
        """Whether any area is made of postcodes; else nobody need know where a place lies."""
        return any(map(has_codes, self._offers.of("")))
