"""Rank rows in columns: most by the compiled kernel, a few by the desk."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Timer
from typing import Any, NamedTuple

import numpy as np

from ...messages import Message
from ...model import Incident, Place
from ...model.stamps import EPOCH
from .. import kernel
from ..engine import Engine
from ..kernel_tables import (
    CellEntries,
    CodeEntries,
    HoursTable,
    OfferColumns,
    SideTable,
    TaskResults,
    TaskTable,
)
from ..offers import EVERY_PROVIDER
from ..ranks import ServiceRanks
from ..shapes import ServiceSide
from .arrays import Array, ArrayBackend, compiled_kernel
from .incident_columns import IncidentColumns, columns_of
from .prepared_rows import PreparedRows, RowBlock, RowPreparer

_LOADING_S = 1.5
"""Loading compiled functions from the cache is faster."""
_COMPILING = Message("the batch engine is compiled once after an installation: about ten seconds")


def _processors() -> int:
    """Count the processors that this process may use; on some systems, all processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ServiceRanking(NamedTuple):
    """The results of one service, with a task for each row that needs it.

    ``place`` is the service's position in the plan of the row, ``gate`` the last gate that any
    provider reached if there is no candidate. ``found`` has ``top + kernel.SPARE`` places for each
    task, ``settled`` the ranks of the tasks that the desk has ranked.
    """

    service: str
    at_night: bool
    row: Array
    place: Array
    sides: list[ServiceSide]
    laid_out: SideTable
    side_of: Array
    found: TaskResults
    gate: Array
    settled: dict[int, ServiceRanks]


class ColumnEngine(Engine):
    """The engine for many rows at a time; it needs the libraries of the extra ``batch``.

    It is thread-safe; ``threads`` is the number of threads to use. Default: one per processor.
    """

    def __init__(self, *args: Any, threads: int | None = None, **options: Any) -> None:
        self.kernel, self.backend = compiled_kernel(), ArrayBackend()
        super().__init__(*args, **options)
        self.threads = threads or _processors()
        self.prepare = RowPreparer(self).prepare

    def rank(self, incidents: Sequence[Incident]) -> list[tuple[ServiceRanks, ...]]:
        """Rank each incident for each service of its plan, in the order of the plan."""
        if self.is_scalar:
            return super().rank(incidents)
        ranks: list[dict[int, ServiceRanks]] = [{} for _ in incidents]
        for ranking in self.rank_prepared(self.prepare(columns_of(incidents))):
            for task, row in enumerate(ranking.row.tolist()):
                side = ranking.sides[ranking.side_of[task]]
                ranks[row][int(ranking.place[task])] = self._ranks(
                    incidents[row], side, ranking, task
                )
        return [tuple(found[place] for place in sorted(found)) for found in ranks]

    def warm_up(self, notify: Callable[[Message | str], None]) -> None:
        """Load or compile all functions of the kernel; ``notify`` is called for a compilation.

        The incident is far from all providers, so that every function is called.
        """
        far = Incident(kind="tow", place=Place(lat=0.0, lon=0.0), when=EPOCH + timedelta(days=1))
        announcement = Timer(_LOADING_S, notify, [_COMPILING])
        announcement.start()
        try:
            self.rank([far])
        finally:
            announcement.cancel()

    def rank_prepared(self, prepared: PreparedRows) -> list[ServiceRanking]:
        """Rank all rows, one service after the other."""
        sides = [side for shape in prepared.shapes for side in shape.sides]
        services = dict.fromkeys(side.entry.service for side in sides)
        nights = (False, True) if prepared.block.is_night.any() else (False,)
        return [
            self._rank_service(service, prepared, at_night=at_night)
            for service in services
            for at_night in nights
        ]

    def _rank_service(
        self, service: str, prepared: PreparedRows, *, at_night: bool
    ) -> ServiceRanking:
        """Rank the rows whose plan has a service, those by day or those at night."""
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
        picked = np.flatnonzero((side_of >= 0) & (block.is_night == at_night))
        sides = [side for *_, side in wanted]
        laid_out = self.sides.of(sides)
        tasks = self._tasks(block, picked, side_of[picked])
        found = self._places(len(picked))

        def arguments(
            name: str,
        ) -> tuple[OfferColumns, HoursTable, SideTable, CellEntries, CodeEntries, TaskTable]:
            cell, cells = self._cell_entries(name, block, picked)
            return (self.table(name, at_night=at_night), block.hours, laid_out, cells,
                    self.coded(name), tasks._replace(cell=cell))  # fmt: skip

        own = arguments(service)
        self.kernel.rank(*own, found, 0, len(picked), self.top)
        unserved = np.flatnonzero(found.verdict == kernel.UNSERVED)
        gate = np.zeros(len(picked), np.int64)
        self._find_last_reason(own, unserved, gate)
        near = unserved[
            (gate[unserved] >= 0)
            & (gate[unserved] <= self.offers.reason_of_gate[self.offers.service_gate])
        ]
        if len(near):
            others = np.zeros(len(picked), np.int64)
            self._find_last_reason(arguments(EVERY_PROVIDER), near, others)
            gate[near] = np.where(others[near] < 0, -1, np.maximum(gate[near], others[near]))
        found.verdict[unserved[gate[unserved] < 0]] = kernel.UNSURE
        places = np.array([place for _, place, _ in wanted], np.int64)
        ranking = ServiceRanking(
            service, at_night, block.row[picked], places[tasks.side], sides, laid_out, tasks.side,
            found, gate, {},
        )  # fmt: skip
        self._settle(ranking, prepared.rows)
        return ranking

    def _find_last_reason(self, arguments: Any, tasks: Array, gate: Array) -> None:
        if len(tasks):
            found = np.zeros(len(tasks), np.int64)
            self.kernel.find_last_reason(*arguments, tasks, found)
            gate[tasks] = found

    @staticmethod
    def _tasks(block: RowBlock, picked: Array, side: Array) -> TaskTable:
        """Return the picked rows as tasks, each with its service."""
        shared = ("codes", "asked", "side", "limits")
        columns = {name: column[picked] for name, column in block.tasks._asdict().items()
                   if name not in shared}  # fmt: skip
        return block.tasks._replace(side=side, limits=block.tasks.limits[picked].ravel(), **columns)

    def _cell_entries(
        self, service: str, block: RowBlock, picked: Array
    ) -> tuple[Array, CellEntries]:
        """Return the number of each row's cell, and the entries of all cells so far."""
        cells = self.cells(service, block.wide_km)
        own = block.cell[picked]
        is_used = np.zeros(len(block.keys) + 1, np.bool_)  # the last is for rows without a cell
        is_used[own] = True
        used = np.flatnonzero(is_used[:-1])
        numbers, entries = cells.entries([block.keys[number] for number in used.tolist()])
        slots = np.full(len(block.keys) + 1, -1, np.int64)
        slots[used] = numbers
        return slots[own], entries

    def _places(self, tasks: int) -> TaskResults:
        wide = tasks * (self.top + kernel.SPARE)
        return TaskResults(
            np.empty(wide, np.int32), np.empty(wide), np.empty(wide), np.empty(wide),
            np.empty(tasks, np.uint8), np.zeros(tasks, np.int64), np.zeros(tasks, np.int64),
        )  # fmt: skip

    def _settle(self, ranking: ServiceRanking, rows: IncidentColumns) -> None:
        """Rank the tasks that the kernel left open one by one, and insert their results."""
        found, width = ranking.found, self.top + kernel.SPARE
        numbers: dict[str, int] = {}
        for task in np.flatnonzero(found.verdict >= kernel.TIED).tolist():
            side = ranking.sides[ranking.side_of[task]]
            is_unsure = found.verdict[task] == kernel.UNSURE
            incident = rows.incident(int(ranking.row[task]), is_placed=is_unsure)
            ranks = (self.by_desk(incident, side.entry) if is_unsure
                     else self._ranks(incident, side, ranking, task))  # fmt: skip
            if is_unsure:
                ranking.settled[task] = ranks
            if not numbers:
                offers = self.offers.of(ranking.service)
                numbers.update((offer.provider, at) for at, offer in enumerate(offers))
            found.verdict[task] = kernel.SERVED if ranks.rows else kernel.UNSERVED
            found.count[task] = len(ranks.rows)
            ranking.gate[task] = self._gate_of(ranks.reason)
            for at, row in enumerate(ranks.rows, start=task * width):
                found.offer[at], found.order_min[at] = numbers[row.provider], row.order_min
                found.travel_min[at], found.distance_km[at] = row.travel_min, row.distance_km

    def _gate_of(self, reason: str) -> int:
        """Return the number of a reason; 0 for none."""
        return self.reasons.index(reason) + 1 if reason else 0

    def _ranks(
        self, incident: Incident, side: ServiceSide, ranking: ServiceRanking, task: int
    ) -> ServiceRanks:
        """Return the ranks of one task."""
        found = ranking.found
        if task in ranking.settled:
            return ranking.settled[task]
        if found.verdict[task] == kernel.UNSERVED:
            reason = self.reason_of(int(ranking.gate[task]))
            return ServiceRanks(service=ranking.service, rows=(), reason=reason)
        begin = task * (self.top + kernel.SPARE)
        places = slice(begin, begin + int(found.count[task]))
        order = zip(
            found.offer[places].tolist(), found.travel_min[places].tolist(),
            found.distance_km[places].tolist(), strict=True,
        )  # fmt: skip
        is_tied = bool(found.verdict[task] == kernel.TIED)
        return self.ranks_of(incident, side, [*order], int(found.listed[task]), is_tied=is_tied)
