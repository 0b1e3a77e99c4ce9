"""From rankings to the columns of ``result_record``: a line for each call, service and rank."""

import signal
from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from .. import kernel
from ..offers import Offer
from ..result_record import EMERGENCY, columns_for
from ..shapes import Shape
from .arrays import Array
from .column_engine import ColumnEngine, Ranking
from .incident_columns import IncidentColumns
from .prepared_rows import PreparedRows

if hasattr(signal, "siginterrupt"):
    # Since polars was imported, a read that waits for input would go on after Ctrl-C.
    signal.siginterrupt(signal.SIGINT, True)

NONE = -1
_OF_OFFER = ("provider", "phone", *(
    column.name for column in columns_for(full=False)
    if column.scope == "candidate" and column.name in Offer._fields and column.type == "float64"
))  # fmt: skip
"""The columns in which an offer has the same value in every line."""


class ResultLines(NamedTuple):
    """Lines in the order of the rows, then of plan and rank.

    ``row`` is the place of the row. ``calls``, ``services`` and ``candidates`` count: the emergency
    numbers of each row, the services of each row, and the candidates of each service; ``served``
    the rows for which anybody can come or only an emergency service is needed.
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
        """The columns of services and candidates in ``result_record``, made anew for each call."""
        return self.filled.columns(self.offers)


class FilledLines:
    """The columns while they are filled, each line at its place; NONE is null.

    ``offer`` numbers rows of ``offers``; ``service`` and ``reason`` number ``texts``.
    """

    def __init__(self, count: int, offers: "OfferRows") -> None:
        self.service, self.rank = np.full(count, NONE), np.full(count, NONE)
        self.reason, self.offer = np.full(count, NONE), np.full(count, NONE)
        names = ("order_min", "travel_min", "head_start_min")
        self.minutes = {name: np.full(count, np.nan) for name in names}
        self.offers, self.texts = offers, dict[str, int]()

    def text(self, text: str) -> int:
        """The number of a text; NONE for an empty one."""
        return self.texts.setdefault(text, len(self.texts)) if text else NONE

    def columns(self, offers: pl.DataFrame) -> pl.DataFrame:
        """The filled columns, by the names of the record."""
        texts = pl.Series([*self.texts, None], dtype=pl.String)
        own = offers.select(pl.all().gather(pl.Series(self.offer % len(offers))))
        return own.with_columns(
            service=texts.gather(self.service % len(texts)),
            reason=texts.gather(self.reason % len(texts)),
            rank=pl.Series(self.rank).set(pl.Series(self.rank == NONE), None),
            **{name: pl.Series(values, nan_to_null=True) for name, values in self.minutes.items()},
        )


class OfferRows:
    """The values of offers that are the same in every line; kept from block to block.

    Several threads may ask at a time.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin: dict[str, int] = {}
        self._more: dict[tuple[int, str], int] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._frame: pl.DataFrame | None = None

    def begin(self, service: str, offers: Sequence[Offer]) -> int:
        """The number of the first offer of a service; the others follow it."""
        with self._lock:
            if service not in self._begin:
                self._begin[service] = len(self._rows)
                names = _OF_OFFER[2:]
                for offer in offers:
                    values = (getattr(offer, name) for name in names)
                    self._rows.append((offer.provider, offer.first_phone, *values))
                self._frame = None
            return self._begin[service]

    def with_phone(self, number: int, phone: str) -> int:
        """The number of an offer with another phone, or for NONE of a phone alone."""
        key = (number, phone)
        with self._lock:
            if key not in self._more:
                self._more[key] = len(self._rows)
                nothing = (None,) * len(_OF_OFFER)
                provider, _, *values = nothing if number == NONE else self._rows[number]
                self._rows.append((provider, phone, *values))
                self._frame = None
            return self._more[key]

    def frame(self) -> pl.DataFrame:
        """The values of all offers so far by their numbers, then nulls; never changed later."""
        with self._lock:
            if self._frame is not None:
                return self._frame
            types: Any = dict.fromkeys(_OF_OFFER, pl.Float64) | dict.fromkeys(
                _OF_OFFER[:2], pl.String
            )
            nothing = (None,) * len(_OF_OFFER)
            self._frame = pl.DataFrame([*self._rows, nothing], schema=types, orient="row")
            return self._frame


def rank_lines(engine: ColumnEngine, prepared: PreparedRows, offers: OfferRows) -> ResultLines:
    """Rank all rows, and put every line at its place."""
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
    lines = FilledLines(int(ends[-1]) if len(ends) else 0, offers)
    for ranking in rankings:
        start = starts[ranking.row, ranking.place + 1]
        _put_candidates(engine, rows, ranking, start, lines)
        _put_reasons(engine, ranking, start, lines)
    _put_calls(starts[:, 0], calls, shape_of, shapes, lines)
    return ResultLines(
        np.repeat(np.arange(rows.count), sizes.sum(axis=1)),
        lines,
        offers.frame(),
        calls,
        services,
        candidates[is_planned],
        int(((services == 0) | (candidates > 0).any(axis=1)).sum()),
    )


def _served(engine: ColumnEngine, ranking: Ranking) -> Array:
    """How many candidates each task has."""
    found = ranking.found
    is_served: Array = found.verdict == kernel.SERVED
    return np.where(is_served, np.minimum(found.count, engine.top), 0)


def _put_candidates(
    engine: ColumnEngine, rows: IncidentColumns, ranking: Ranking, start: Array, lines: FilledLines
) -> None:
    """Put the candidates of one service."""
    served, found = _served(engine, ranking), ranking.found
    task = np.repeat(np.arange(len(served)), served)
    rank = np.arange(len(task)) - np.repeat(np.cumsum(served) - served, served)
    at, source = start[task] + rank, task * (engine.top + kernel.SPARE) + rank
    offers = engine.offers.of(ranking.service)
    offer, side = found.offer[source], ranking.side_of[task]
    begin = lines.offers.begin(ranking.service, offers)
    lines.service[at], lines.rank[at] = lines.text(ranking.service), rank + 1
    lines.offer[at] = begin + offer
    lines.minutes["order_min"][at] = found.order_min[source]
    lines.minutes["travel_min"][at] = found.travel_min[source]
    heads = ranking.laid_out
    head_min = np.zeros(len(at))
    if len(heads.heads):
        number = np.array([each.number for each in offers], np.int64)[offer]
        by_provider = heads.heads.reshape(-1, heads.providers)
        head_min = np.where(heads.head_of[side] >= 0, by_provider[heads.head_of[side], number], 0.0)
    lines.minutes["head_start_min"][at] = head_min
    is_late = np.array([each.phone is None for each in offers], np.bool_)
    for line in np.flatnonzero(is_late[offer]).tolist() if is_late.any() else ():
        # The time decides which number is answered.
        incident = rows.incident(int(ranking.row[task[line]]))
        entry = ranking.sides[side[line]].entry
        phone = engine.phone_of(offers[offer[line]], incident, entry)
        lines.offer[at[line]] = lines.offers.with_phone(begin + int(offer[line]), phone)


def _put_reasons(engine: ColumnEngine, ranking: Ranking, start: Array, lines: FilledLines) -> None:
    """Put why there is no candidate, where there is none."""
    nobody = np.flatnonzero(_served(engine, ranking) == 0)
    reasons = [lines.text(engine.reason_of(gate)) for gate in range(len(engine.gates) + 2)]
    lines.service[start[nobody]] = lines.text(ranking.service)
    lines.reason[start[nobody]] = np.array(reasons)[ranking.gate[nobody]]


def _put_calls(
    start: Array, calls: Array, shape_of: Array, shapes: Sequence[Shape], lines: FilledLines
) -> None:
    """Put the emergency numbers before everything."""
    for place in range(int(calls.max(initial=0))):
        known = [shape.emergency[place] if place < len(shape.emergency) else None
                 for shape in shapes]  # fmt: skip
        rows = np.flatnonzero(calls > place)
        at, own = start[rows] + place, shape_of[rows]
        services = [lines.text(each.service) if each else NONE for each in known]
        dials = [lines.offers.with_phone(NONE, each.dial) if each else NONE for each in known]
        lines.service[at], lines.offer[at] = np.array(services)[own], np.array(dials)[own]
        lines.rank[at], lines.reason[at] = 0, lines.text(EMERGENCY)
