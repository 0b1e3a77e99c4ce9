"""Arrow in, Arrow out: the compiled engine over record batches, without a row as an object.

The columns that come in have the names of the facts of an incident (``lat``, ``lon``, ``when``,
``kind``, ``client``, ``vehicle``, ``weight_t``, …) and hold what was read and checked already; all
but the first four may be missing. ``row`` and ``id`` go through. What comes out is what
``batch.output`` writes: a line for each emergency call, service and rank.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..model import HEAVY_FROM_T, Incident, Place, ServiceSettings, Vehicle
from ..model.words import EXCLUSION_REASONS
from ..notation import place_at
from . import layout
from .compiled import EPOCH, Batch, CompiledEngine, Ranking
from .layout import Array
from .offers import Offer, Shape
from .ranks import Ranks

_FACTS = (
    "kind", "client", "vehicle", "state", "spot", "ev", "trailer", "trapped", "injured", "hazard",
    "persons", "children", "pets", "wish",
)  # fmt: skip
_NUMBERS = ("weight_t", "height_m", "clearance_m")
_PARTS = (
    "order_min", "wait_min", "turnout_min", "travel_min", "late_min", "answer_min", "acceptance",
    "head_start_min",
)  # fmt: skip
SCHEMA = pa.schema(
    [("row", pa.int64()), ("id", pa.string()), ("service", pa.string()), ("rank", pa.int64()),
     ("provider", pa.string()), ("phone", pa.string()), *((name, pa.float64()) for name in _PARTS),
     ("reason", pa.string())]
)  # fmt: skip
"""The columns that come out."""
EMERGENCY = "emergency"


def rank_table(engine: CompiledEngine, columns: pa.RecordBatch) -> pa.RecordBatch:
    """Rank every row; the lines stand in the order of the rows, then of plan and rank.

    ``when`` is a timestamp with a time zone, or whole microseconds since 1970.
    """
    rows = _Rows(columns)
    shape, shapes = rows.shapes(engine)
    batch = rows.batch(shape)
    rankings = []
    for ranking in engine.rank_batch(batch, shapes):
        _settle(engine, rows, ranking)
        rankings.append(ranking)
    return _Lines(engine, rows, shapes, shape).written(rankings)


class _Rows:
    """The columns that came in."""

    def __init__(self, columns: pa.RecordBatch) -> None:
        self.columns = columns
        self.count = columns.num_rows
        self.lat, self.lon = self._floats("lat", 0.0), self._floats("lon", 0.0)
        self.uncertainty_km = self._floats("uncertainty_km", 0.0)
        self.limits = {
            "weight_t": self._floats("weight_t", -inf),
            "height_m": self._floats("height_m", -inf),
            "clearance_m": self._floats("clearance_m", inf),
        }
        self.at_us = self._moments()

    def _column(self, name: str) -> Any | None:
        at = self.columns.schema.get_field_index(name)
        return None if at < 0 else self.columns.column(at)

    def _floats(self, name: str, missing: float) -> Array:
        column = self._column(name)
        if column is None:
            return np.full(self.count, missing)
        filled = pc.fill_null(column.cast(pa.float64()), missing)
        return np.array(filled.to_numpy(zero_copy_only=False), np.float64)

    def _moments(self) -> Array:
        when = self._column("when")
        if when is None:
            raise ValueError('a record batch needs the column "when"')
        if pa.types.is_timestamp(when.type):
            when = when.cast(pa.timestamp("us", when.type.tz)).cast(pa.int64())
        return np.array(when.to_numpy(zero_copy_only=False), np.int64)

    def shapes(self, engine: CompiledEngine) -> tuple[Array, list[Shape]]:
        """Number the shape of each row, each combination of facts looked at once."""
        weight_t = self.limits["weight_t"]
        code = np.where(weight_t == -inf, 0, np.where(weight_t > HEAVY_FROM_T, 1, 2))
        for name in _FACTS:
            column = self._column(name)
            if column is not None:
                encoded = column if pa.types.is_dictionary(column.type) else (
                    column.dictionary_encode()
                )  # fmt: skip
                own = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(False)
                code = code * (len(encoded.dictionary) + 1) + own
                if code.max(initial=0) > 2**40:
                    code = np.unique(code, return_inverse=True)[1]
        _, first, shape = np.unique(code, return_index=True, return_inverse=True)
        return shape.astype(np.int32), [engine.shape_of(self.incident(int(row))) for row in first]

    def batch(self, shape: Array) -> Batch:
        """What the compiled engine asks for."""
        wish = self._column("wish")
        is_plain = np.ones(self.count, np.bool_) if wish is None else (
            pc.is_null(wish).to_numpy(zero_copy_only=False)
        )  # fmt: skip
        return Batch(
            lat=self.lat + 0.0,
            lon=self.lon + 0.0,
            uncertainty_km=self.uncertainty_km,
            at_us=self.at_us,
            shape=shape,
            is_plain=is_plain,
            **self.limits,
        )

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make one row an incident; its surroundings are only looked up if it is placed."""
        facts = {
            name: column[row].as_py()
            for name in _FACTS
            if (column := self._column(name)) is not None and column[row].is_valid
        }
        limits = {name: float(values[row]) for name, values in self.limits.items()}
        known = {name: value for name, value in limits.items() if abs(value) < inf}
        vehicle = Vehicle(
            kind=facts.pop("vehicle", None),
            weight_t=known.get("weight_t"),
            height_m=known.get("height_m"),
            **{name: facts.pop(name) for name in ("state", "ev", "trailer") if name in facts},
        )
        where = (float(self.lat[row]), float(self.lon[row]))
        away_km = float(self.uncertainty_km[row])
        place = place_at(*where, uncertainty_km=away_km) if is_placed else (
            Place(lat=where[0], lon=where[1], uncertainty_km=away_km)
        )  # fmt: skip
        return Incident(
            place=place,
            when=self.moment(row),
            vehicle=vehicle,
            clearance_m=known.get("clearance_m"),
            **facts,
        )

    def moment(self, row: int) -> datetime:
        """The time of one row."""
        return EPOCH + timedelta(microseconds=int(self.at_us[row]))


def _settle(engine: CompiledEngine, rows: _Rows, ranking: Ranking) -> None:
    """Rank by itself whatever the columns could not decide, and write it among the rest."""
    found = ranking.found
    offers = engine.offers_of(ranking.service)
    flagged = np.flatnonzero(found.verdict == layout.FLAGGED)
    if engine.is_coded(ranking.service):
        flagged = np.arange(len(found.verdict))
    by_number: dict[str, int] = {}
    for task in flagged.tolist():
        incident = rows.incident(int(ranking.row[task]), is_placed=True)
        if found.verdict[task] != layout.FLAGGED and not engine.may_be_coded(
            incident, ranking.service, found, task
        ):
            continue
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


class _Lines:
    """The lines that come out, each at its place from the start."""

    def __init__(
        self, engine: CompiledEngine, rows: _Rows, shapes: Sequence[Shape], shape: Array
    ) -> None:
        self._engine, self._rows, self._shapes, self._shape = engine, rows, shapes, shape
        self._texts: list[str] = []

    def written(self, rankings: Sequence[Ranking]) -> pa.RecordBatch:
        """Put everything together."""
        top = self._engine.top
        counts = [
            np.maximum((ranking.found.offer[:, :top] >= 0).sum(axis=1), 1) for ranking in rankings
        ]
        starts = self._starts(rankings, counts)
        total = int(starts[-1, -1])
        self._row = np.repeat(np.arange(self._rows.count), np.diff(starts[:, 0]))
        self._service = np.full(total, -1, np.int32)
        self._rank = np.zeros(total, np.int64)
        self._offer = np.full(total, -1, np.int32)
        self._order_min, self._km = np.zeros(total), np.zeros(total)
        self._head_min, self._travel_min = np.zeros(total), np.zeros(total)
        self._reason = np.full(total, -1, np.int32)
        self._phone_at: dict[int, str] = {}
        self._names: list[str] = []
        offers: list[Offer] = []
        for ranking, count in zip(rankings, counts, strict=True):
            start = starts[ranking.row, ranking.place + 1]
            self._put(ranking, start, count, len(offers))
            offers += self._engine.offers_of(ranking.service)
        self._put_emergency(starts)
        return self._columns(offers)

    def _starts(self, rankings: Sequence[Ranking], counts: Sequence[Array]) -> Array:
        """Where the lines of each row and side start; the first are those of the emergency."""
        width = max((len(shape.sides) for shape in self._shapes), default=0)
        sizes = np.zeros((self._rows.count, width + 1), np.int64)
        calls = [len(shape.emergency) or int(not shape.sides) for shape in self._shapes]
        sizes[:, 0] = np.array(calls, np.int64)[self._shape] if calls else 0
        for ranking, count in zip(rankings, counts, strict=True):
            sizes[ranking.row, ranking.place + 1] = count
        ends = np.concatenate([[0], np.cumsum(sizes.ravel())])
        starts = np.zeros((self._rows.count + 1, width + 1), np.int64)
        starts[:-1] = ends[:-1].reshape(sizes.shape)
        starts[-1] = ends[-1]
        return starts

    def _put(self, ranking: Ranking, start: Array, count: Array, base: int) -> None:
        found, side_of = ranking.found, ranking.side_of
        self._names.append(ranking.service)
        service = len(self._names) - 1
        numbers = ranking.table.number
        heads = [side.head_starts for side in ranking.side]
        for at in range(self._engine.top):
            tasks = np.flatnonzero(count > at)
            lines, offer = start[tasks] + at, found.offer[tasks, at]
            self._service[lines] = service
            is_none = offer < 0
            self._reason[lines[is_none]] = found.gate[tasks[is_none]]
            lines, tasks, offer = lines[~is_none], tasks[~is_none], offer[~is_none]
            self._rank[lines] = at + 1
            self._offer[lines] = offer + base
            self._order_min[lines] = found.order_min[tasks, at]
            self._travel_min[lines] = drive_min(
                found.distance_km[tasks, at], self._engine.settings_of(ranking.service)
            )
            for side, head in enumerate(heads):
                if head:
                    mine = side_of[tasks] == side
                    self._head_min[lines[mine]] = np.asarray(head)[numbers[offer[mine]]]
            self._choose_phones(ranking, lines, tasks, offer)

    def _choose_phones(self, ranking: Ranking, lines: Array, tasks: Array, offer: Array) -> None:
        """The few whose first number is not always answered."""
        offers = self._engine.offers_of(ranking.service)
        late = np.array([each.phone is None for each in offers], np.bool_)
        for at in np.flatnonzero(late[offer]).tolist():
            incident = self._rows.incident(int(ranking.row[tasks[at]]))
            side = ranking.side[ranking.side_of[tasks[at]]]
            self._phone_at[int(lines[at])] = self._engine.phone_of(
                offers[offer[at]], incident, side
            )

    def _put_emergency(self, starts: Array) -> None:
        for number, shape in enumerate(self._shapes):
            if not shape.emergency:
                continue
            rows = np.flatnonzero(self._shape == number)
            for at, call in enumerate(shape.emergency):
                lines = starts[rows, 0] + at
                self._names.append(call.service)
                self._service[lines] = len(self._names) - 1
                self._reason[lines] = len(EXCLUSION_REASONS)
                self._phone_at.update(dict.fromkeys(lines.tolist(), call.dial))

    def _columns(self, offers: Sequence[Offer]) -> pa.RecordBatch:
        columns = self._rows.columns
        is_ranked = self._offer >= 0
        is_call = self._reason == len(EXCLUSION_REASONS)

        def taken(values: list[Any], kind: Any, at: Array = self._offer) -> Any:
            indices = pa.array(at, mask=at < 0)
            return pa.array(values, kind).take(indices)

        def number(values: Array) -> Any:
            return pa.array(values, mask=~is_ranked)

        phones = taken([offer.phone for offer in offers], pa.string())
        if self._phone_at:
            replaced = phones.to_pylist()
            for line, phone in self._phone_at.items():
                replaced[line] = phone
            phones = pa.array(replaced, pa.string())
        own = {
            name: columns.column(name).take(pa.array(self._row))
            for name in ("row", "id")
            if columns.schema.get_field_index(name) >= 0
        }
        return pa.record_batch(
            [
                own.get("row", pa.array(self._row + 1)),
                own.get("id", pa.nulls(len(self._row), pa.string())).cast(pa.string()),
                taken(self._names, pa.string(), self._service),
                pa.array(self._rank, mask=~(is_ranked | is_call)),
                taken([self._engine.provider_of(offer).id for offer in offers], pa.string()),
                phones,
                number(self._order_min),
                taken([offer.wait_min for offer in offers], pa.float64()),
                taken([offer.turnout_min for offer in offers], pa.float64()),
                number(self._travel_min),
                taken([offer.late_min for offer in offers], pa.float64()),
                taken([offer.answer_min for offer in offers], pa.float64()),
                taken([offer.acceptance for offer in offers], pa.float64()),
                number(self._head_min),
                taken([*EXCLUSION_REASONS, EMERGENCY], pa.string(), self._reason),
            ],
            schema=SCHEMA,
        )


def drive_min(km: Array, settings: ServiceSettings) -> Array:
    """Drive as ``geo.crow_fly_min`` does, leg by leg in the same order."""
    left_km = km * settings.detour
    begin_km, minutes = 0.0, np.zeros(len(km))
    for end_km, speed_kmh in settings.speed[:-1]:
        leg_km = np.minimum(left_km, end_km - begin_km)
        minutes = np.where(left_km > 0, minutes + leg_km / speed_kmh * 60, minutes)
        left_km = np.maximum(left_km - leg_km, 0.0)
        begin_km = end_km
    return minutes + left_km / settings.speed[-1][1] * 60
