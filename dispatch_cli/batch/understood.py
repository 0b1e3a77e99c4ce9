"""Rows of a block in columns, as the engine takes them."""

from datetime import datetime, timedelta
from math import inf
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..model import HEAVY_FROM_T, Incident, Place
from ..notation import place_at
from ..records import Reject
from . import layout
from .asked import EPOCH, Batch
from .compiled import CompiledEngine
from .layout import Array
from .offers import Shape
from .reach import codes_of
from .rows import Taken

MISSING = {"weight_t": -inf, "height_m": -inf, "clearance_m": inf}
"""Amounts that nobody said."""


class Understood(Struct):
    """The rows of a block that are ranked, in columns, and those that are rejected."""

    numbers: Array
    lat: Array
    lon: Array
    uncertainty_km: Array
    at_us: Array
    limits: dict[str, Array]
    said: Array
    """For each row the number of what it says in ``incidents``."""
    incidents: list[Incident]
    """What rows say but for place, time and amounts; a row that was odd is here as a whole."""
    plain: int
    """So many of ``incidents`` are of rows that were not odd."""
    cells: layout.Cells
    rejects: list[Reject]

    @property
    def count(self) -> int:
        """How many rows there are to rank."""
        return len(self.numbers)

    def shapes(self, engine: CompiledEngine) -> tuple[Array, list[Shape]]:
        """Number the shape of each row, each combination of facts looked at once."""
        weight_t = self.limits["weight_t"]
        code = self.said * 3 + np.where(
            weight_t == -inf, 0, np.where(weight_t > HEAVY_FROM_T, 1, 2)
        )
        first = np.full(3 * len(self.incidents), -1)
        first[code[::-1]] = np.arange(self.count)[::-1]
        numbers: dict[int, int] = {}
        shapes: list[Shape] = []
        of_code = np.zeros(len(first), np.int32)
        for at in np.flatnonzero(first >= 0).tolist():
            shape = engine.shape_of(self.incident(int(first[at])))
            if id(shape) not in numbers:
                numbers[id(shape)] = len(shapes)
                shapes.append(shape)
            of_code[at] = numbers[id(shape)]
        return of_code[code], shapes

    def batch(self, shape: Array, engine: CompiledEngine) -> Batch:
        """What the compiled engine asks for."""
        codes = engine.codes_at(self.lat, self.lon, self.uncertainty_km)
        if engine.has_codes:
            # Whoever was read alone may have said its postcode.
            for row in np.flatnonzero(self.said >= self.plain).tolist():
                place = self.incidents[self.said[row]].place
                codes[row] = engine.codes.number(codes_of(place))
        is_plain = np.array([not (one.wish or one.asked) for one in self.incidents], np.bool_)
        return Batch(
            lat=self.lat,
            lon=self.lon,
            uncertainty_km=self.uncertainty_km,
            at_us=self.at_us,
            shape=shape,
            is_plain=is_plain[self.said],
            codes=codes,
            **self.limits,
        )

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make one row an incident; its surroundings are only looked up if it is placed."""
        said: Incident = self.incidents[self.said[row]]
        if self.said[row] >= self.plain:
            return said
        lat, lon = float(self.lat[row]), float(self.lon[row])
        limits = {name: float(values[row]) for name, values in self.limits.items()}
        known = {name: value for name, value in limits.items() if abs(value) < inf}
        vehicle = replace(
            said.vehicle, weight_t=known.get("weight_t"), height_m=known.get("height_m")
        )
        made: Incident = replace(
            said,
            place=place_at(lat, lon) if is_placed else Place(lat=lat, lon=lon),
            when=EPOCH + timedelta(microseconds=int(self.at_us[row])),
            vehicle=vehicle,
            clearance_m=known.get("clearance_m"),
        )
        return made

    def put(self, row: int, taken: Taken) -> None:
        """Put a row that was read by itself among the others."""
        incident, place = taken.incident, taken.incident.place
        self.lat[row], self.lon[row] = place.lat, place.lon
        self.uncertainty_km[row] = place.uncertainty_km
        self.at_us[row] = microseconds(incident.when)
        for name, missing in MISSING.items():
            holder: Any = incident if name == "clearance_m" else incident.vehicle
            value = getattr(holder, name)
            self.limits[name][row] = missing if value is None else value
        self.said[row] = len(self.incidents)
        self.incidents.append(incident)

    def picked(self, rows: Array) -> "Understood":
        """Only some of the rows."""
        cells = self.cells
        return replace(
            self,
            numbers=self.numbers[rows],
            lat=self.lat[rows],
            lon=self.lon[rows],
            uncertainty_km=self.uncertainty_km[rows],
            at_us=self.at_us[rows],
            limits={name: values[rows] for name, values in self.limits.items()},
            said=self.said[rows],
            cells=cells._replace(begin=cells.begin[rows], end=cells.end[rows]),
        )


def microseconds(when: datetime) -> int:
    """Count from 1970 on."""
    return (when - EPOCH) // timedelta(microseconds=1)
