"""Group rows by facts and sort them by place, for the kernel."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from ...eligibility import Need, without_hours
from ...intake import AMOUNTS
from ...model import HEAVY_FROM_T, Incident, PlanEntry
from ...ranking import NIGHT_BEGINS, NIGHT_ENDS
from ..engine import MOST_LAT, Engine, rounded_up
from ..index.cells import STEP_DEG
from ..kernel_tables import HoursTable, TaskTable
from ..offers import EVERY_PROVIDER
from ..shapes import IncidentShape
from ..time_steps import STRETCH_US
from .arrays import Array
from .incident_columns import IncidentColumns
from .place_codes import MOST_CODES, find_codes

_MOST_US = 7_258_118_400_000_000
"""The year 2200: rows beyond it, or before 1970, are ranked by the desk."""
_MOST_HOURS = 8
"""The number of sets of stretches whose hours are cached."""
_ELSEWHERE, _HALF = -1 << 40, 1 << 19


class RowBlock(NamedTuple):
    """Rows in the order of their cells, so that neighbours are ranked one after the other."""

    row: Array
    shape: Array
    tasks: TaskTable
    keys: list[tuple[int, int]]
    cell: Array
    """The number of each row's key; -1 for a row for the desk."""
    hours: HoursTable
    wide_km: float
    is_night: Array


class PreparedRows(NamedTuple):
    """Rows, the number of each row's shape, the shapes, and the rows as tasks for the kernel."""

    rows: IncidentColumns
    shape_of: Array
    shapes: list[IncidentShape]
    block: RowBlock


class RowPreparer:
    """Prepare rows for an engine; thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known_hours: dict[tuple[int, ...], HoursTable] = {}

    def prepare(self, rows: IncidentColumns) -> PreparedRows:
        """Group rows by their facts and sort them by their places."""
        shape_of, shapes = self._shapes_of(rows)
        return PreparedRows(rows, shape_of, shapes, self._block(rows, shape_of))

    def _shapes_of(self, rows: IncidentColumns) -> tuple[Array, list[IncidentShape]]:
        """Return the number of each row's shape, and the shapes."""
        weight_t = rows.amounts["weight_t"]
        is_light = np.where(weight_t > HEAVY_FROM_T, 1, 2)
        code = rows.template_of * 3 + np.where(np.isnan(weight_t), 0, is_light)
        for name in AMOUNTS:
            if name in self._engine.shapes.static_facts:
                values, own = np.unique(rows.amounts[name], return_inverse=True)
                code = np.unique(code * (len(values) + 1) + own, return_inverse=True)[1]
        _, first, shape_of = np.unique(code, return_index=True, return_inverse=True)
        alike = [self._engine.shapes.of(rows.incident(row)) for row in first.tolist()]
        shapes = list(dict.fromkeys(alike))
        number = {shape: at for at, shape in enumerate(shapes)}
        own = np.array([number[shape] for shape in alike], np.int64)
        return (own[shape_of] if alike else shape_of), shapes

    def _block(self, rows: IncidentColumns, shape_of: Array) -> RowBlock:
        """Sort the rows by cell, and make the columns that all services share."""
        is_plain = np.array([one.wish is None for one in rows.templates], np.bool_)
        is_here = (
            (is_plain[rows.template_of] if rows.count else np.zeros(0, np.bool_))
            & (np.abs(rows.lat) < MOST_LAT)
            & (rows.at_us >= 0)
            & (rows.at_us < _MOST_US)
            & (bool(self._engine.providers) and not self._engine.is_scalar)
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
        asked = [self._engine.asked_of(one) if one.asked else () for one in rows.templates]
        asked_ends = np.cumsum([0, *map(len, asked)])
        template_of = rows.template_of[order]
        tasks = TaskTable(
            lat=rows.lat[order],
            lon=rows.lon[order],
            uncertainty_km=rows.uncertainty_km[order],
            foreign_km=foreign_km[order],
            at_us=rows.at_us[order],
            stretch=stretch_of,
            limits=self._limits_of(rows)[order],
            side=template_of,
            cell=cell - elsewhere,
            code_begin=order * codes.shape[1],
            code_end=order * codes.shape[1] + code_count[order],
            codes=codes.ravel(),
            asked_begin=asked_ends[template_of] if asked else template_of,
            asked_end=asked_ends[template_of + 1] if asked else template_of,
            asked=self._engine.backend.whole(one for each in asked for one in each),
        )
        return RowBlock(
            row=order,
            shape=shape_of[order],
            tasks=tasks,
            keys=[(key >> 20, key % (1 << 20) - _HALF) for key in keys[elsewhere:].tolist()],
            cell=cell - elsewhere,
            hours=self._hours_in(known.tolist()),
            wide_km=rounded_up(float(rows.uncertainty_km[is_here].max(initial=0.0))),
            is_night=self._is_night(rows.at_us[order]),
        )  # fmt: skip

    def _postcodes(self, rows: IncidentColumns, is_here: Array) -> tuple[Array, Array, Array]:
        """Return the postcodes of each place and its distance abroad, if any area needs them.

        Clears ``is_here`` for rows for the desk.
        """
        count = rows.count
        if not self._engine.offers.needs_postcodes:
            return np.zeros((count, 1), np.int64), np.zeros(count, np.int64), np.zeros(count)
        codes, counts, is_decided, foreign_km = find_codes(rows.lat, rows.lon, rows.uncertainty_km)
        # Without a near centre the distance abroad is unknown.
        is_decided &= np.isfinite(foreign_km) | (rows.uncertainty_km == 0)
        for row in np.flatnonzero(rows.template_of >= rows.shared).tolist():
            place = rows.templates[rows.template_of[row]].place
            own = self._engine.codes_of(place)
            is_decided[row] = own is not None and len(own) <= MOST_CODES
            if own is not None and is_decided[row]:
                codes[row, : len(own)], counts[row] = own, len(own)
            foreign_km[row] = place.surely_abroad_km
        is_here &= is_decided
        return codes, counts, foreign_km

    def _is_night(self, at_us: Array) -> Array:
        """Return whether each moment is at night; all False if no provider differs at night."""
        if not self._engine.offers.differ_at_night:
            return np.zeros(len(at_us), np.bool_)
        moments = pl.Series(at_us).cast(pl.Datetime("us", "UTC"))
        hour = moments.dt.convert_time_zone(self._engine.rules.settings.timezone).dt.hour()
        return ~hour.is_between(NIGHT_ENDS, NIGHT_BEGINS, closed="left").to_numpy()

    def _limits_of(self, rows: IncidentColumns) -> Array:
        """Return the numbers of each row that the limit gates compare, one for each gate."""
        found = np.empty((rows.count, len(self._engine.offers.limits)))
        for at, (*_, limit) in enumerate(self._engine.offers.limits):
            if limit.name not in AMOUNTS:
                per_template = [limit.asked(self._need(one)) for one in rows.templates]
                found[:, at] = np.array(per_template)[rows.template_of] if per_template else 0.0
            else:
                values = rows.amounts[limit.name] * limit.factor
                found[:, at] = np.where(np.isnan(values), -np.inf, values)
        return found

    def _need(self, incident: Incident) -> Need:
        return without_hours(incident, PlanEntry(service=EVERY_PROVIDER), self._engine.rules)

    def _hours_in(self, stretches: Sequence[int]) -> HoursTable:
        key = (*stretches,)
        hours = self._known_hours.get(key)
        if hours is None:
            hours = self._engine.steps.hours_in(stretches, self._engine.backend)
            # A new dictionary, because other threads may be reading the old one.
            if len(self._known_hours) >= _MOST_HOURS:
                self._known_hours = {}
            self._known_hours[key] = hours
        return hours
