"""The engine for columns: the compiled kernel ranks all rows, the desk a few of them."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Timer
from typing import Any, NamedTuple

import numpy as np

from ...model import Incident, Place
from .. import kernel
from ..engine import Engine
from ..kernel_tables import CellEntries, CodeEntries, Found, Hours, Rows, Sides, Table
from ..offers import EVERY_PROVIDER
from ..ranks import Ranks
from ..shapes import Side
from .arrays import Array, ArrayBackend, compiled_kernel
from .incident_columns import EPOCH, IncidentColumns, columns_of
from .prepared_rows import Block, PreparedRows, RowPreparer

_LOADING_S = 1.5
"""Loading what was compiled before takes less."""
_COMPILING = "the batch engine is compiled once after an installation: about ten seconds"


def _processors() -> int:
    """Count the processors that this process may use; some systems only tell of all."""
    is_told = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if is_told else os.cpu_count() or 1


class Ranking(NamedTuple):
    """What was found for one service: a task for each row that needs it.

    ``place`` is the service's place in the plan of the row, ``gate`` the furthest gate that any
    provider came to where there is no candidate. ``found`` has ``top + kernel.SPARE`` places for
    each task, ``settled`` the ranks of those that the desk has ranked.
    """

    service: str
    at_night: bool
    row: Array
    place: Array
    sides: list[Side]
    laid_out: Sides
    side_of: Array
    found: Found
    gate: Array
    settled: dict[int, Ranks]


class ColumnEngine(Engine):
    """The same engine for many rows at a time; it needs what the extra ``batch`` installs.

    Several threads may rank at a time; ``threads`` is how many shall.
    """

    def __init__(self, *args: Any, threads: int | None = None, **options: Any) -> None:
        self.kernel, self.backend = compiled_kernel(), ArrayBackend()
        super().__init__(*args, **options)
        self.threads = threads or _processors()
        self.prepare = RowPreparer(self).prepare

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

    def rank_prepared(self, prepared: PreparedRows) -> list[Ranking]:
        """Rank all rows, one service after the other."""
        sides = [side for shape in prepared.shapes for side in shape.sides]
        services = dict.fromkeys(side.entry.service for side in sides)
        nights = (False, True) if prepared.block.is_night.any() else (False,)
        return [
            self._rank_service(service, prepared, at_night=at_night)
            for service in services
            for at_night in nights
        ]

    def _rank_service(self, service: str, prepared: PreparedRows, *, at_night: bool) -> Ranking:
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

        def given(name: str) -> tuple[Table, Hours, Sides, CellEntries, CodeEntries, Rows]:
            cell, cells = self._cell_entries(name, block, picked)
            return (self.table(name, at_night=at_night), block.hours, laid_out, cells,
                    self.coded(name), tasks._replace(cell=cell))  # fmt: skip

        own = given(service)
        self.kernel.rank(*own, found, 0, len(picked), self.top)
        nobody = np.flatnonzero(found.verdict == kernel.NOBODY)
        gate = np.zeros(len(picked), np.int64)
        self._find_furthest(own, nobody, gate)
        near = nobody[
            (gate[nobody] >= 0) & (gate[nobody] <= self.offers.turns[self.offers.service_gate])
        ]
        if len(near):
            others = np.zeros(len(picked), np.int64)
            self._find_furthest(given(EVERY_PROVIDER), near, others)
            gate[near] = np.where(others[near] < 0, -1, np.maximum(gate[near], others[near]))
        found.verdict[nobody[gate[nobody] < 0]] = kernel.UNSURE
        places = np.array([place for _, place, _ in wanted], np.int64)
        ranking = Ranking(
            service, at_night, block.row[picked], places[tasks.side], sides, laid_out, tasks.side,
            found, gate, {},
        )  # fmt: skip
        self._settle(ranking, prepared.rows)
        return ranking

    def _find_furthest(self, given: Any, tasks: Array, gate: Array) -> None:
        if len(tasks):
            found = np.zeros(len(tasks), np.int64)
            self.kernel.find_furthest(*given, tasks, found)
            gate[tasks] = found

    @staticmethod
    def _tasks(block: Block, picked: Array, side: Array) -> Rows:
        """The rows that are picked, each with its side."""
        shared = ("codes", "asked", "side", "limits")
        columns = {name: column[picked] for name, column in block.tasks._asdict().items()
                   if name not in shared}  # fmt: skip
        return block.tasks._replace(side=side, limits=block.tasks.limits[picked].ravel(), **columns)

    def _cell_entries(self, service: str, block: Block, picked: Array) -> tuple[Array, CellEntries]:
        """The number of the cell of each row among all that are made so far, and their entries."""
        cells = self.cells(service, block.wide_km)
        own = block.cell[picked]
        is_used = np.zeros(len(block.keys) + 1, np.bool_)  # the last is for rows without a cell
        is_used[own] = True
        used = np.flatnonzero(is_used[:-1])
        numbers, entries = cells.entries([block.keys[number] for number in used.tolist()])
        slots = np.full(len(block.keys) + 1, -1, np.int64)
        slots[used] = numbers
        return slots[own], entries

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
            if is_unsure:
                ranking.settled[task] = ranks
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
        """The place of a reason among all; 0 for none."""
        return self.reasons.index(reason) + 1 if reason else 0

    def _ranks(self, incident: Incident, side: Side, ranking: Ranking, task: int) -> Ranks:
        """The ranks of one task."""
        found = ranking.found
        if task in ranking.settled:
            return ranking.settled[task]
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
