"""Make the columns of ``result_record`` from rankings: a line for each call, service and rank."""

from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from .. import kernel
from ..kernel_tables import SideTable, TaskResults
from ..offers import StandingOffer
from ..result_record import EMERGENCY, columns_for
from ..shapes import IncidentShape
from .arrays import Array, jit
from .column_engine import ColumnEngine, ServiceRanking
from .incident_columns import IncidentColumns
from .prepared_rows import PreparedRows

NONE = 0
"""The number of a missing offer or text."""
_NO_RANK = -1
_OF_OFFER = ("provider", "phone", *(
    column.name for column in columns_for(full=False)
    if column.scope == "candidate" and column.type == "float64"
    and column.name in StandingOffer._fields
))  # fmt: skip
"""The columns with the same value in every line of an offer."""


class ResultLines(NamedTuple):
    """Lines in the order of the rows, then of plan and rank.

    ``row`` is the index of the row. ``calls`` and ``services`` count the emergency numbers and the
    services of each row, ``candidates`` the candidates of each service. ``served`` counts the rows
    with a candidate, or with emergency services only.
    """

    row: Array
    filled: "FilledLines"
    offers: pl.DataFrame
    calls: Array
    services: Array
    candidates: Array
    served: int

    @property
    def columns(self) -> pl.DataFrame:
        """The columns of services and candidates in ``result_record``, made at each access."""
        return self.filled.columns(self.offers)


class LineColumns(NamedTuple):
    """The columns while they are filled, each line at its index.

    ``offer`` has numbers of rows of ``OfferRows``; ``service`` and ``reason`` have numbers of
    texts.
    """

    service: Array
    reason: Array
    offer: Array
    rank: Array
    order_min: Array
    travel_min: Array
    head_start_min: Array


class FilledLines:
    """The columns of ``count`` lines, and their texts."""

    def __init__(self, count: int, offers: "OfferRows") -> None:
        def numbers() -> Array:
            return np.full(count, NONE, np.uint32)

        def minutes() -> Array:
            return np.full(count, np.nan)

        self.lines = LineColumns(numbers(), numbers(), numbers(), np.full(count, _NO_RANK),
                           minutes(), minutes(), minutes())  # fmt: skip
        self.offers, self.texts = offers, {"": NONE}

    def text(self, text: str) -> int:
        """Return the number of a text; NONE for an empty one."""
        return self.texts.setdefault(text, len(self.texts))

    def columns(self, offers: pl.DataFrame) -> pl.DataFrame:
        """Return the filled columns, by the names of the record."""
        lines, texts = self.lines, pl.Series([text or None for text in self.texts])
        own = offers.select(pl.all().gather(pl.Series(lines.offer)))
        return own.with_columns(
            service=texts.gather(pl.Series(lines.service)),
            reason=texts.gather(pl.Series(lines.reason)),
            rank=pl.Series(lines.rank).set(pl.Series(lines.rank == _NO_RANK), None),
            order_min=pl.Series(lines.order_min, nan_to_null=True),
            travel_min=pl.Series(lines.travel_min, nan_to_null=True),
            head_start_min=pl.Series(lines.head_start_min, nan_to_null=True),
        )


class ServiceRows(NamedTuple):
    """The first number of a service's offers, and which of them have phones with hours."""

    begin: int
    is_late: Array


class OfferRows:
    """The values of offers that are the same in every line, as a cache for all blocks.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._services: dict[tuple[str, bool], ServiceRows] = {}
        self._more: dict[tuple[int, str, float], int] = {}
        self._rows: list[tuple[Any, ...]] = [(None,) * len(_OF_OFFER)]
        self._frame: pl.DataFrame | None = None

    def of(self, service: str, offers: Sequence[StandingOffer], *, at_night: bool) -> ServiceRows:
        """Return the numbers of a service's offers, which are consecutive."""
        key = (service, at_night)
        with self._lock:
            if key not in self._services:
                is_late = np.array([offer.phone is None for offer in offers], np.bool_)
                self._services[key] = ServiceRows(len(self._rows), is_late)
                names = _OF_OFFER[2:]
                for offer in offers:
                    values = (getattr(offer, name) for name in names)
                    self._rows.append((offer.provider, offer.first_phone, *values))
                self._frame = None
            return self._services[key]

    def with_values(self, number: int, phone: str, wait_min: float = 0.0) -> int:
        """Return the number of an offer with another phone and wait; for NONE, of a phone alone."""
        key = (number, phone, wait_min)
        with self._lock:
            if key not in self._more:
                self._more[key] = len(self._rows)
                values = dict(zip(_OF_OFFER, self._rows[number], strict=True)) | {"phone": phone}
                if number != NONE:
                    values["wait_min"] = wait_min
                self._rows.append(tuple(values.values()))
                self._frame = None
            return self._more[key]

    def frame(self) -> pl.DataFrame:
        """Return the values of all offers so far, by number; the frame never changes later."""
        with self._lock:
            if self._frame is None:
                types: Any = dict.fromkeys(_OF_OFFER, pl.Float64) | dict.fromkeys(
                    _OF_OFFER[:2], pl.String
                )
                self._frame = pl.DataFrame(self._rows, schema=types, orient="row")
            return self._frame


def rank_lines(engine: ColumnEngine, prepared: PreparedRows, offers: OfferRows) -> ResultLines:
    """Rank all rows, and write every line to its index."""
    rankings = engine.rank_prepared(prepared)
    rows, shape_of, shapes, _ = prepared
    calls = np.array([len(shape.emergency) for shape in shapes], np.int64)[shape_of]
    services = np.array([len(shape.sides) for shape in shapes], np.int64)[shape_of]
    candidates = np.zeros((rows.count, int(services.max(initial=0))), np.int64)
    for ranking in rankings:
        candidates[ranking.row, ranking.place] = _served(engine, ranking)
    is_planned = np.arange(candidates.shape[1]) < services[:, None]
    sizes = np.concatenate(
        [np.maximum(calls, services == 0)[:, None], np.maximum(candidates, is_planned)], axis=1
    )
    ends = np.cumsum(sizes.ravel())
    starts = (ends - sizes.ravel()).reshape(sizes.shape)
    filled = FilledLines(int(ends[-1]) if len(ends) else 0, offers)
    for ranking in rankings:
        start = starts[ranking.row, ranking.place + 1]
        _put_candidates(engine, rows, ranking, start, filled)
        _put_reasons(engine, ranking, start, filled)
    _put_calls(starts[:, 0], calls, shape_of, shapes, filled)
    return ResultLines(
        np.repeat(np.arange(rows.count), sizes.sum(axis=1)),
        filled,
        offers.frame(),
        calls,
        services,
        candidates[is_planned],
        int(((services == 0) | (candidates > 0).any(axis=1)).sum()),
    )


def _served(engine: ColumnEngine, ranking: ServiceRanking) -> Array:
    """Return the number of candidates of each task."""
    found = ranking.found
    is_served: Array = found.verdict == kernel.SERVED
    return np.where(is_served, np.minimum(found.count, engine.top), 0)


def _put_candidates(
    engine: ColumnEngine,
    rows: IncidentColumns,
    ranking: ServiceRanking,
    start: Array,
    filled: FilledLines,
) -> None:
    """Write the candidates of one service."""
    served, width = _served(engine, ranking), engine.top + kernel.SPARE
    service, at_night = ranking.service, ranking.at_night
    offers = engine.offers.of(service, at_night=at_night)
    begin, is_late = filled.offers.of(service, offers, at_night=at_night)
    _fill(start, served, ranking.found, ranking.side_of, ranking.laid_out,
          engine.table(service).number, begin, filled.text(service), width,
          filled.lines)  # fmt: skip
    for task, ranks in ranking.settled.items():
        for rank, row in enumerate(ranks.rows):
            if row.wait_min:
                own = int(ranking.found.offer[task * width + rank])
                number = filled.offers.with_values(begin + own, row.phone, row.wait_min)
                filled.lines.offer[start[task] + rank] = number
    if not is_late.any():
        return
    is_taken = np.arange(width) < served[:, None]
    offer = np.where(is_taken, ranking.found.offer.reshape(-1, width), 0)
    for task, rank in np.argwhere(is_taken & is_late[offer]).tolist():
        if task in ranking.settled and ranking.settled[task].rows[rank].wait_min:
            continue
        # The time decides which number is answered.
        incident = rows.incident(int(ranking.row[task]))
        entry = ranking.sides[ranking.side_of[task]].entry
        own = int(offer[task, rank])
        phone = engine.phone_of(offers[own], incident, entry)
        filled.lines.offer[start[task] + rank] = filled.offers.with_values(begin + own, phone)


@jit
def _fill(  # noqa: PLR0917 - compiled code has no keywords
    start: Array,
    served: Array,
    found: TaskResults,
    side_of: Array,
    sides: SideTable,
    number: Array,
    begin: int,
    service: int,
    width: int,
    lines: LineColumns,
) -> None:
    """Write the candidates of each task to its lines; ``number`` has each offer's provider."""
    for task in range(len(start)):
        head_of = sides.head_of[side_of[task]]
        for rank in range(served[task]):
            at, source = start[task] + rank, task * width + rank
            offer = found.offer[source]
            lines.service[at], lines.rank[at], lines.offer[at] = service, rank + 1, begin + offer
            lines.order_min[at] = found.order_min[source]
            lines.travel_min[at] = found.travel_min[source]
            lines.head_start_min[at] = (
                sides.heads[head_of * sides.providers + number[offer]] if head_of >= 0 else 0.0
            )


def _put_reasons(
    engine: ColumnEngine, ranking: ServiceRanking, start: Array, filled: FilledLines
) -> None:
    """Write the reasons of tasks without a candidate."""
    unserved = np.flatnonzero(_served(engine, ranking) == 0)
    reasons = [filled.text(engine.reason_of(gate)) for gate in range(len(engine.reasons) + 1)]
    filled.lines.service[start[unserved]] = filled.text(ranking.service)
    filled.lines.reason[start[unserved]] = np.array(reasons)[ranking.gate[unserved]]


def _put_calls(
    start: Array,
    calls: Array,
    shape_of: Array,
    shapes: Sequence[IncidentShape],
    filled: FilledLines,
) -> None:
    """Write the emergency numbers as the first lines of their rows."""
    for place in range(int(calls.max(initial=0))):
        known = [shape.emergency[place] if place < len(shape.emergency) else None
                 for shape in shapes]  # fmt: skip
        rows = np.flatnonzero(calls > place)
        at, own = start[rows] + place, shape_of[rows]
        services = [filled.text(each.service) if each else NONE for each in known]
        dials = [filled.offers.with_values(NONE, each.dial) if each else NONE for each in known]
        lines = filled.lines
        lines.service[at], lines.offer[at] = np.array(services)[own], np.array(dials)[own]
        lines.rank[at], lines.reason[at] = 0, filled.text(EMERGENCY)
