"""Columns of incidents that come in as Arrow."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import UsageError
from ..model import HEAVY_FROM_T, Incident, Place, Vehicle
from ..notation import place_at
from ..notation.place import MOST_UNCERTAIN_KM
from .asked import EPOCH, Batch
from .compiled import CompiledEngine
from .layout import Array
from .offers import Shape

_FACTS = (
    "kind", "client", "vehicle", "state", "spot", "ev", "trailer", "trapped", "injured", "hazard",
    "persons", "children", "pets", "wish",
)  # fmt: skip


_LIMITS = (
    ("lat", -90, 90), ("lon", -180, 180), ("uncertainty_km", 0, MOST_UNCERTAIN_KM),
    ("weight_t", 0, 1e6), ("height_m", 0, 1e6), ("clearance_m", 0, 1e6),
)  # fmt: skip
_MOST_US = 60_000_000_000_000_000


def _is_within(column: Any, least: float, most: float) -> bool:
    """Whether a column holds nothing but numbers of a range; what is missing is not looked at."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return bool(column.null_count == len(column))
    known = column.drop_null()
    found = pc.and_(pc.greater_equal(known, least), pc.less_equal(known, most))
    return bool(pc.all(found, min_count=0).as_py())


class Incoming:
    """The columns that came in, and their rows as incidents where one is asked for."""

    def __init__(
        self, columns: pa.RecordBatch, check: Callable[[Incident], None] | None = None
    ) -> None:
        """Take columns; ``check`` refuses an incident with what nobody knows (UsageError)."""
        self.columns = columns
        self._check = check
        self.count = columns.num_rows
        self._check_columns()
        self._asked = self._column("asked")
        self.lat, self.lon = self._floats("lat", 0.0), self._floats("lon", 0.0)
        self.uncertainty_km = self._floats("uncertainty_km", 0.0)
        self.limits = {
            "weight_t": self._floats("weight_t", -inf),
            "height_m": self._floats("height_m", -inf),
            "clearance_m": self._floats("clearance_m", inf),
        }
        self.at_us = self._moments()

    def _check_columns(self) -> None:
        """Refuse columns that would be taken for other incidents; raises UsageError."""
        problems = []
        for name in ("kind", "lat", "lon", "when", "row"):
            column = self._column(name)
            if column is None and name != "row":
                problems.append(f"a record batch needs the column {name!r}")
            elif column is not None and column.null_count:
                problems.append(f"the column {name!r} lacks {column.null_count} values")
        problems += self._odd_times()
        for name, least, most in _LIMITS:
            column = self._column(name)
            if column is not None and not _is_within(column, least, most):
                problems.append(f"the column {name!r} holds more than numbers {least} to {most}")
        if problems:
            raise UsageError(*problems)

    def _odd_times(self) -> list[str]:
        when = self._column("when")
        if when is None:
            return []
        if pa.types.is_timestamp(when.type):
            return [] if when.type.tz else ["the column 'when' has no time zone"]
        if not pa.types.is_integer(when.type):
            return [f"the column 'when' is {when.type}: timestamps with a zone, or microseconds"]
        is_odd = not _is_within(when, -_MOST_US, _MOST_US)
        return ["the column 'when' holds times beyond all calendars"] if is_odd else []

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
        when = self.columns.column("when")
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
                own = pc.fill_null(
                    encoded.indices.cast(pa.int64()), len(encoded.dictionary)
                ).to_numpy(False)
                code = code * (len(encoded.dictionary) + 1) + own
                if code.max(initial=0) > 2**40:
                    code = np.unique(code, return_inverse=True)[1]
        _, first, shape = np.unique(code, return_index=True, return_inverse=True)
        alike = [self.incident(int(row)) for row in first]
        if self._check is not None:
            for one in alike:
                self._check(one)
            self._check_asked(self._check)
        return shape.astype(np.int32), [engine.shape_of(one) for one in alike]

    def _check_asked(self, check: Callable[[Incident], None]) -> None:
        for row in np.flatnonzero(~self._is_unasked()):
            check(self.incident(int(row)))

    def _is_unasked(self) -> Array:
        if self._asked is None:
            return np.ones(self.count, np.bool_)
        return np.array(pc.is_null(self._asked).to_numpy(zero_copy_only=False), np.bool_)

    def batch(self, shape: Array, engine: CompiledEngine) -> Batch:
        """What the compiled engine asks for."""
        wish = self._column("wish")
        is_plain = self._is_unasked()
        if wish is not None:
            is_plain &= pc.is_null(wish).to_numpy(zero_copy_only=False)
        return Batch(
            lat=self.lat + 0.0,
            lon=self.lon + 0.0,
            uncertainty_km=self.uncertainty_km,
            at_us=self.at_us,
            shape=shape,
            is_plain=is_plain,
            codes=engine.codes_at(self.lat, self.lon, self.uncertainty_km),
            **self.limits,
        )

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make one row an incident; its surroundings are only looked up if it is placed."""
        facts = {
            name: column[row].as_py()
            for name in _FACTS
            if (column := self._column(name)) is not None and column[row].is_valid
        }
        if self._asked is not None and self._asked[row].is_valid:
            asked = self._asked[row].as_py()
            facts["asked"] = (asked,) if isinstance(asked, str) else tuple(asked)
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

    def numbers(self) -> Array:
        """The number of each row: its own, or where it stands from 1 on."""
        own = self._column("row")
        if own is None:
            return np.arange(1, self.count + 1)
        return np.array(own.cast(pa.int64()).to_numpy(zero_copy_only=False), np.int64)

    def names(self) -> Any:
        """The name of each row, as an array of texts."""
        own = self._column("id")
        return pa.nulls(self.count, pa.string()) if own is None else own.cast(pa.string())
