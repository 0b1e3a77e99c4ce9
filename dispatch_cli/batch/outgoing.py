"""What was found, line by line: a line for each emergency call, service and rank."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..model import Incident
from . import layout, rendering
from .asked import Batch
from .compiled import CompiledEngine, Ranking
from .engine import EXCLUSION_REASONS
from .layout import Array
from .offers import Shape
from .ranks import Ranks

EMERGENCY = "emergency"
REASONS = (*EXCLUSION_REASONS, EMERGENCY)


class Incidents(Protocol):
    """Rows in columns, whatever they were read from."""

    @property
    def count(self) -> int:
        """How many they are."""

    def shapes(self, engine: CompiledEngine) -> tuple[Array, list[Shape]]:
        """Number the shape of each row, and say what the shapes are."""

    def batch(self, shape: Array, engine: CompiledEngine) -> Batch:
        """What the compiled engine asks for."""

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make one row an incident; its surroundings are only looked up if it is placed."""


def settle(engine: CompiledEngine, rows: Incidents, ranking: Ranking) -> None:
    """Rank by itself whatever the columns could not decide, and write it among the rest."""
    found = ranking.found
    offers = engine.offers_of(ranking.service)
    flagged = np.flatnonzero(found.verdict == layout.FLAGGED)
    by_number: dict[str, int] = {}
    for task in flagged.tolist():
        incident = rows.incident(int(ranking.row[task]), is_placed=True)
        if not by_number:
            by_number.update((engine.provider_of(offer).id, at) for at, offer in enumerate(offers))
        ranks = engine.rank_one(incident, ranking.side[ranking.side_of[task]])
        _write(found, task, ranks, by_number)


def _write(found: layout.Found, task: int, ranks: Ranks, by_number: dict[str, int]) -> None:
    found.offer[task] = -1
    found.verdict[task] = layout.SERVED if ranks.rows else layout.NOBODY
    found.gate[task] = EXCLUSION_REASONS.index(ranks.reason) if ranks.reason else -1
    for at, row in enumerate(ranks.rows):
        found.offer[task, at] = by_number[row.provider]
        found.order_min[task, at] = row.order_min
        found.distance_km[task, at] = row.distance_km


class Outgoing:
    """The lines of some rows, each at its place from the start.

    Their columns number ``services``, the engine's ``offers``, and firms: those offers, behind them
    ``more_firms``, a provider and its phone each.
    """

    def __init__(
        self, engine: CompiledEngine, rows: Incidents, shapes: Sequence[Shape], shape: Array
    ) -> None:
        self._engine, self._rows, self.shapes, self.shape = engine, rows, shapes, shape
        self.services: list[str] = []
        self.more_firms: list[tuple[str | None, str]] = []

    def lines(self, rankings: Sequence[Ranking]) -> layout.Lines:
        """Put everything at its place."""
        top = self._engine.top
        counts = [
            np.maximum((ranking.found.offer[:, :top] >= 0).sum(axis=1), 1) for ranking in rankings
        ]
        starts = self._starts(rankings, counts)
        total = int(starts[-1, -1])
        lines = layout.Lines(
            row=np.repeat(np.arange(self._rows.count), np.diff(starts[:, 0])),
            service=np.full(total, -1, np.int32),
            rank=np.full(total, -1, np.int32),
            offer=np.full(total, -1, np.int32),
            firm=np.full(total, -1, np.int32),
            order_min=np.zeros(total),
            travel_min=np.zeros(total),
            head_min=np.zeros(total),
            reason=np.full(total, -1, np.int32),
        )
        for ranking in rankings:
            self._spread(ranking, starts[ranking.row, ranking.place + 1], lines)
        lines.firm[:] = lines.offer
        for ranking in rankings:
            self._choose_phones(ranking, starts[ranking.row, ranking.place + 1], lines)
        self._put_emergency(starts, lines)
        return lines

    def _starts(self, rankings: Sequence[Ranking], counts: Sequence[Array]) -> Array:
        """Where the lines of each row and side start; the first are those of the emergency."""
        width = max((len(shape.sides) for shape in self.shapes), default=0)
        sizes = np.zeros((self._rows.count, width + 1), np.int64)
        calls = [len(shape.emergency) or int(not shape.sides) for shape in self.shapes]
        sizes[:, 0] = np.array(calls, np.int64)[self.shape] if calls else 0
        for ranking, count in zip(rankings, counts, strict=True):
            sizes[ranking.row, ranking.place + 1] = count
        ends = np.concatenate([[0], np.cumsum(sizes.ravel())])
        starts = np.zeros((self._rows.count + 1, width + 1), np.int64)
        starts[:-1] = ends[:-1].reshape(sizes.shape)
        starts[-1] = ends[-1]
        return starts

    def _spread(self, ranking: Ranking, start: Array, lines: layout.Lines) -> None:
        base = self._engine.base_of(ranking.service)
        service, top = len(self.services), self._engine.top
        self.services.append(ranking.service)

        def part(begin: int, end: int) -> None:
            found = layout.Found(*(column[begin:end] for column in ranking.found))
            rendering.spread(
                ranking.table, ranking.masks, found, ranking.side_of[begin:end], start[begin:end],
                base, service, top, lines,
            )  # fmt: skip

        self._engine.share(len(start), part)

    def _choose_phones(self, ranking: Ranking, start: Array, lines: layout.Lines) -> None:
        """The few whose first number is not always answered."""
        offers = self._engine.offers_of(ranking.service)
        is_late = self._engine.is_late(ranking.service)
        if not is_late.any():
            return
        found = ranking.found.offer[:, : self._engine.top]
        for task, at in np.argwhere((found >= 0) & is_late[found]).tolist():
            offer = offers[found[task, at]]
            incident = self._rows.incident(int(ranking.row[task]))
            side = ranking.side[ranking.side_of[task]]
            phone = self._engine.phone_of(offer, incident, side)
            lines.firm[start[task] + at] = self._add(self._engine.provider_of(offer).id, phone)

    def _put_emergency(self, starts: Array, lines: layout.Lines) -> None:
        for number, shape in enumerate(self.shapes):
            rows: Array = np.flatnonzero(self.shape == number)
            for at, call in enumerate(shape.emergency):
                put = starts[rows, 0] + at
                lines.service[put] = len(self.services)
                lines.firm[put] = self._add(None, call.dial)
                lines.rank[put], lines.reason[put] = 0, len(EXCLUSION_REASONS)
                self.services.append(call.service)

    def _add(self, provider: str | None, phone: str) -> int:
        self.more_firms.append((provider, phone))
        return len(self._engine.offers) + len(self.more_firms) - 1
