"""The engine for columns: the compiled kernel ranks all rows, the desk a few of them."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Timer
from typing import Any, NamedTuple

import numpy as np

from ...eligibility import without_hours
from ...intake import AMOUNTS
from ...model import HEAVY_FROM_T, Incident, Place, PlanEntry
from .. import kernel
from ..engine import MOST_LAT, Engine, rounded_up
from ..index.cells import STEP_DEG
from ..kernel_tables import CellEntries, CodeEntries, Found, Hours, Rows, Sides, Table
from ..offers import EVERY_PROVIDER
from ..ranks import Ranks
from ..shapes import Shape, Side
from ..time_steps import STRETCH_US
from .arrays import Array, ArrayBackend, compiled_kernel
from .incident_columns import EPOCH, IncidentColumns, columns_of
from .place_codes import MOST_CODES, find_codes

_MOST_US = 7_258_118_400_000_000
"""The year 2200: rows beyond it, or before 1970, are ranked by the desk."""
_FEW = 2000
"""Fewer rows are not worth a second thread."""
_LOADING_S = 1.5
"""Loading what was compiled before takes less."""
_COMPILING = "the batch engine is compiled once after an installation: about ten seconds"
_ELSEWHERE, _HALF = -1 << 40, 1 << 19


class Ranking(NamedTuple):
    """What was found for one service: a task for each row that needs it.

    ``place`` is the service's place in the plan of the row, ``gate`` the furthest gate that any
    provider came to where there is no candidate. ``found`` has ``top + kernel.SPARE`` places for
    each task.
    """

    service: str
    row: Array
    place: Array
    sides: list[Side]
    laid_out: Sides
    side_of: Array
    found: Found
    gate: Array


class _Block(NamedTuple):
    """Rows in the order of their cells: neighbours are ranked one after the other."""

    row: Array
    shape: Array
    tasks: Rows
    keys: list[tuple[int, int]]
    cell: Array
    """The number of each row's key; -1 where only the desk can rank."""
    hours: Hours
    wide_km: float


class PreparedRows(NamedTuple):
    """Rows with the number of the shape of each, the shapes, and the rows as the kernel asks."""

    rows: IncidentColumns
    shape_of: Array
    shapes: list[Shape]
    block: _Block


class ColumnEngine(Engine):
    """The same engine for many rows at a time; it needs what the extra ``batch`` installs."""

    def __init__(self, *args: Any, threads: int | None = None, **options: Any) -> None:
        self.kernel, self.backend = compiled_kernel(), ArrayBackend()
        super().__init__(*args, **options)
        self._threads = threads or len(os.sched_getaffinity(0))
        self._pool: ThreadPoolExecutor | None = None
        self._known_hours: dict[tuple[int, ...], Hours] = {}

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[Ranks, ...]]:
        """Rank each incident for each service of its plan, in the order of the plan."""
        if self.is_scalar:
            return super().rank(incidents)
        ranks: list[dict[int, Ranks]] = [{} for _ in incidents]
        for ranking in self.rank_prepared(self.prepare(columns_of(incidents))):
            for task, row in enumerate(ranking.row.tolist()):
                side = ranking.sides[ranking.side_of[task]]
                ranks[row][int(ranking.place[task])] = self._ranks(
                    incidents[row], side, ranking, task
                )
        return [tuple(found[place] for place in sorted(found)) for found in ranks]

    def warm_up(self, notify: Callable[[str], None]) -> None:
        """Load or compile all functions of the kernel; a compilation is announced.

        The incident lies where no provider is, so that every function is called.
        """
        far = Incident(kind="tow", place=Place(lat=0.0, lon=0.0), when=EPOCH + timedelta(days=1))
        announcement = Timer(_LOADING_S, notify, [_COMPILING])
        announcement.start()
        try:
            self.rank([far])
        finally:
            announcement.cancel()

    def prepare(self, rows: IncidentColumns) -> "PreparedRows":
        """Group rows by their facts and sort them by their places; may run on another thread."""
        shape_of, shapes = self._shapes_of(rows)
        return PreparedRows(rows, shape_of, shapes, self._block(rows, shape_of))

    def rank_prepared(self, prepared: "PreparedRows") -> list[Ranking]:
        """Rank all rows, one service after the other."""
        sides = [side for shape in prepared.shapes for side in shape.sides]
        services = dict.fromkeys(side.entry.service for side in sides)
        return [self._rank_service(service, prepared) for service in services]

    def _shapes_of(self, rows: IncidentColumns) -> tuple[Array, list[Shape]]:
        """Number the shape of each row, each combination of facts looked at once."""
        weight_t = rows.amounts["weight_t"]
        is_light = np.where(weight_t > HEAVY_FROM_T, 1, 2)
        code = rows.said * 3 + np.where(np.isnan(weight_t), 0, is_light)
        for name in AMOUNTS:
            if name in self.shapes.static_facts:
                values, own = np.unique(rows.amounts[name], return_inverse=True)
                code = np.unique(code * (len(values) + 1) + own, return_inverse=True)[1]
        _, first, shape_of = np.unique(code, return_index=True, return_inverse=True)
        alike = [self.shapes.of(rows.incident(row)) for row in first.tolist()]
        number = {id(shape): at for at, shape in enumerate({id(s): s for s in alike}.values())}
        own_number = np.array([number[id(shape)] for shape in alike], np.int64)
        return own_number[shape_of] if alike else shape_of, list(
            {id(shape): shape for shape in alike}.values()
        )

    def _block(self, rows: IncidentColumns, shape_of: Array) -> _Block:
        """Sort the rows by cell, and lay out what holds for all services."""
        is_plain = np.array([one.wish is None for one in rows.templates], np.bool_)
        is_here = (
            (is_plain[rows.said] if rows.count else np.zeros(0, np.bool_))
            & (np.abs(rows.lat) < MOST_LAT)
            & (rows.at_us >= 0)
            & (rows.at_us < _MOST_US)
            & (bool(self.providers) and not self.is_scalar)
        )
        codes, code_count, foreign_km = self._postcodes(rows, is_here)
        south, west = np.floor(rows.lat / STEP_DEG), np.floor(rows.lon / STEP_DEG)
        key = np.where(
            is_here, (south.astype(np.int64) << 20) + west.astype(np.int64) + _HALF, _ELSEWHERE
        )
        order = np.argsort(key, kind="stable")
        keys, cell = np.unique(key[order], return_inverse=True)
        elsewhere = int(len(keys) > 0 and keys[0] == _ELSEWHERE)
        stretch = rows.at_us[order] // STRETCH_US
        known, stretch_of = np.unique(np.where(is_here[order], stretch, 0), return_inverse=True)
        asked = [self.asked_of(one) if one.asked else () for one in rows.templates]
        asked_ends = np.cumsum([0, *map(len, asked)])
        said = rows.said[order]
        tasks = Rows(
            lat=rows.lat[order],
            lon=rows.lon[order],
            uncertainty_km=rows.uncertainty_km[order],
            foreign_km=foreign_km[order],
            at_us=rows.at_us[order],
            stretch=stretch_of,
            limits=self._limits_of(rows)[order],
            side=said,
            cell=cell - elsewhere,
            code_begin=order * codes.shape[1],
            code_end=order * codes.shape[1] + code_count[order],
            codes=codes.ravel(),
            asked_begin=asked_ends[said] if asked else said,
            asked_end=asked_ends[said + 1] if asked else said,
            asked=self.backend.whole(one for each in asked for one in each),
        )
        return _Block(
            row=order,
            shape=shape_of[order],
            tasks=tasks,
            keys=[(key >> 20, key % (1 << 20) - _HALF) for key in keys[elsewhere:].tolist()],
            cell=cell - elsewhere,
            hours=self._hours_in(known.tolist()),
            wide_km=rounded_up(float(rows.uncertainty_km[is_here].max(initial=0.0))),
        )  # fmt: skip

    def _postcodes(self, rows: IncidentColumns, is_here: Array) -> tuple[Array, Array, Array]:
        """The postcodes of each place, and how far abroad it is, where any area asks for them.

        Clears ``is_here`` where only the desk can tell.
        """
        count = rows.count
        if not self.offers.needs_postcodes:
            return np.zeros((count, 1), np.int64), np.zeros(count, np.int64), np.zeros(count)
        codes, counts, is_decided, foreign_km = find_codes(
            rows.lat, rows.lon, rows.uncertainty_km, self.share
        )
        # No centre is near enough to say how far it is.
        is_decided &= np.isfinite(foreign_km) | (rows.uncertainty_km < 0.2)
        for row in np.flatnonzero(rows.said >= rows.shared).tolist():
            place = rows.templates[rows.said[row]].place
            own = self.codes_of(place)
            is_decided[row] = own is not None and len(own) <= MOST_CODES
            if own is not None and is_decided[row]:
                codes[row, : len(own)], counts[row] = own, len(own)
            foreign_km[row] = place.foreign_km
        is_here &= is_decided
        return codes, counts, foreign_km

    def _limits_of(self, rows: IncidentColumns) -> Array:
        """The numbers that the limit gates compare, as many for each row as there are gates."""
        found = np.empty((rows.count, len(self.offers.limits)))
        for at, (_, gate, limit) in enumerate(self.offers.limits):
            amounts = [name for name in gate.incident if name in AMOUNTS]
            if not amounts:
                per_template = [limit.asked(self._need(one)) for one in rows.templates]
                found[:, at] = np.array(per_template)[rows.said] if per_template else 0.0
            elif limit.factor is not None:
                values = rows.amounts[amounts[0]] * limit.factor
                found[:, at] = np.where(np.isnan(values), -np.inf, values)
            else:
                found[:, at] = [limit.asked(self._need(rows.incident(row)))
                                for row in range(rows.count)]  # fmt: skip
        return found

    def _need(self, incident: Incident) -> Any:
        return without_hours(incident, PlanEntry(service=""), self.rules, self._observations)

    def _hours_in(self, stretches: Sequence[int]) -> Hours:
        key = (*stretches,)
        if key not in self._known_hours:
            self._known_hours.clear()
            self._known_hours[key] = self.steps.hours_in(stretches, self.backend)
        return self._known_hours[key]

    def _rank_service(self, service: str, prepared: "PreparedRows") -> Ranking:
        """Rank the rows whose plan has a service."""
        block, shapes = prepared.block, prepared.shapes
        wanted = [
            (number, place, side)
            for number, shape in enumerate(shapes)
            for place, side in enumerate(shape.sides)
            if side.entry.service == service
        ]
        side_of_shape = np.full(len(shapes), -1, np.int64)
        side_of_shape[[number for number, *_ in wanted]] = np.arange(len(wanted))
        side_of = side_of_shape[block.shape]
        picked = np.flatnonzero(side_of >= 0)
        sides = [side for *_, side in wanted]
        laid_out = self.sides_of(sides)
        tasks = self._tasks(block, picked, side_of[picked])
        found = self._places(len(picked))

        def given(name: str) -> tuple[Table, Hours, Sides, CellEntries, CodeEntries, Rows]:
            cell, cells = self._cell_entries(name, block, picked)
            return (self.table(name), block.hours, laid_out, cells, self.coded(name),
                    tasks._replace(cell=cell))  # fmt: skip

        own = given(service)
        self.share(
            len(picked), lambda begin, end: self.kernel.rank(*own, found, begin, end, self.top)
        )
        nobody = np.flatnonzero(found.verdict == kernel.NOBODY)
        gate = np.zeros(len(picked), np.int64)
        self._find_furthest(own, nobody, gate)
        near = nobody[(gate[nobody] >= 0) & (gate[nobody] <= self.offers.service_gate)]
        if len(near):
            others = np.zeros(len(picked), np.int64)
            self._find_furthest(given(EVERY_PROVIDER), near, others)
            gate[near] = np.where(others[near] < 0, -1, np.maximum(gate[near], others[near]))
        found.verdict[nobody[gate[nobody] < 0]] = kernel.UNSURE
        places = np.array([place for _, place, _ in wanted], np.int64)
        ranking = Ranking(
            service, block.row[picked], places[tasks.side], sides, laid_out, tasks.side, found, gate
        )
        self._settle(ranking, prepared.rows)
        return ranking

    def _find_furthest(self, given: Any, tasks: Array, gate: Array) -> None:
        if len(tasks):
            found = np.zeros(len(tasks), np.int64)
            self.share(len(tasks), lambda begin, end: self.kernel.find_furthest(
                *given, tasks[begin:end], found[begin:end]
            ))  # fmt: skip
            gate[tasks] = found

    @staticmethod
    def _tasks(block: _Block, picked: Array, side: Array) -> Rows:
        """The rows that are picked, each with its side."""
        shared = ("codes", "asked", "side", "limits")
        columns = {name: column[picked] for name, column in block.tasks._asdict().items()
                   if name not in shared}  # fmt: skip
        return block.tasks._replace(side=side, limits=block.tasks.limits[picked].ravel(), **columns)

    def _cell_entries(
        self, service: str, block: _Block, picked: Array
    ) -> tuple[Array, CellEntries]:
        """The number of the cell of each row among all that are made so far, and their entries."""
        cells = self.cells(service, block.wide_km)
        cells.begin()
        own = block.cell[picked]
        is_used = np.zeros(len(block.keys) + 1, np.bool_)  # the last is for rows without a cell
        is_used[own] = True
        used = np.flatnonzero(is_used[:-1])
        slots = np.full(len(block.keys) + 1, -1, np.int64)
        slots[used] = [cells.slot(block.keys[number]) for number in used.tolist()]
        return slots[own], cells.entries()

    def _places(self, tasks: int) -> Found:
        wide = tasks * (self.top + kernel.SPARE)
        return Found(
            np.empty(wide, np.int32), np.empty(wide), np.empty(wide), np.empty(wide),
            np.empty(tasks, np.uint8), np.zeros(tasks, np.int64), np.zeros(tasks, np.int64),
        )  # fmt: skip

    def _settle(self, ranking: Ranking, rows: IncidentColumns) -> None:
        """Rank one by one what the kernel has left open, and write it among the rest."""
        found, width = ranking.found, self.top + kernel.SPARE
        numbers: dict[str, int] = {}
        for task in np.flatnonzero(found.verdict >= kernel.TIED).tolist():
            side = ranking.sides[ranking.side_of[task]]
            is_unsure = found.verdict[task] == kernel.UNSURE
            incident = rows.incident(int(ranking.row[task]), is_placed=is_unsure)
            ranks = (self.by_desk(incident, side.entry) if is_unsure
                     else self._ranks(incident, side, ranking, task))  # fmt: skip
            if not numbers:
                offers = self.offers.of(ranking.service)
                numbers.update((offer.provider, at) for at, offer in enumerate(offers))
            found.verdict[task] = kernel.SERVED if ranks.rows else kernel.NOBODY
            found.count[task] = len(ranks.rows)
            ranking.gate[task] = self._gate_of(ranks.reason)
            for at, row in enumerate(ranks.rows, start=task * width):
                found.offer[at], found.order_min[at] = numbers[row.provider], row.order_min
                found.travel_min[at], found.distance_km[at] = row.travel_min, row.distance_km

    def _gate_of(self, reason: str) -> int:
        """A number of a gate that stands for a reason."""
        reasons = [gate.reason for gate in self.gates]
        return reasons.index(reason) + 1 if reason in reasons else len(reasons) + 1

    def _ranks(self, incident: Incident, side: Side, ranking: Ranking, task: int) -> Ranks:
        """The ranks of one task."""
        found = ranking.found
        if found.verdict[task] == kernel.NOBODY:
            reason = self.reason_of(int(ranking.gate[task]))
            return Ranks(service=ranking.service, rows=(), reason=reason)
        begin = task * (self.top + kernel.SPARE)
        places = slice(begin, begin + int(found.count[task]))
        order = zip(
            found.offer[places].tolist(), found.travel_min[places].tolist(),
            found.distance_km[places].tolist(), strict=True,
        )  # fmt: skip
        is_tied = bool(found.verdict[task] == kernel.TIED)
        return self.ranks_of(incident, side, [*order], int(found.listed[task]), is_tied=is_tied)

    def share(self, count: int, part: Any) -> None:
        """Share the work among the threads: compiled code lets go of the interpreter."""
        if count < _FEW or self._threads == 1:
            part(0, count)
            return
        pieces = 4 * self._threads
        cuts: Iterable[tuple[int, int]] = pairwise(
            [count * piece // pieces for piece in range(pieces + 1)]
        )
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads)
        for done in [self._pool.submit(part, *cut) for cut in cuts]:
            done.result()
