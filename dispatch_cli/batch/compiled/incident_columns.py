"""Incidents in columns: places, times and amounts row by row, all other facts once each.

Rows that say the same but for place, time and amounts share one ``Incident``, their template.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ...intake import AMOUNTS
from ...model import Incident, Place
from ...notation import place_at
from .arrays import Array

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class IncidentColumns(Struct):
    """Rows to be ranked.

    ``said`` numbers the template of each row; those from ``shared`` on stand for one row alone and
    have its own place, time and amounts. An amount that is not known is NaN. ``number`` is that of
    the row in its file.
    """

    number: Array
    lat: Array
    lon: Array
    uncertainty_km: Array
    at_us: Array
    amounts: dict[str, Array]
    said: Array
    templates: list[Incident]
    shared: int

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.lat)

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make one row an incident; its surroundings are only looked up if it is placed."""
        template: Incident = self.templates[self.said[row]]
        if self.said[row] >= self.shared:
            return template
        lat, lon = float(self.lat[row]), float(self.lon[row])
        away_km = float(self.uncertainty_km[row])
        known = {name: _known(values[row]) for name, values in self.amounts.items()}
        clearance_m = known.pop("clearance_m")
        return replace(
            template,
            place=place_at(lat, lon, uncertainty_km=away_km)
            if is_placed
            else Place(lat=lat, lon=lon, uncertainty_km=away_km),
            when=EPOCH + timedelta(microseconds=int(self.at_us[row])),
            vehicle=replace(template.vehicle, **known),
            clearance_m=clearance_m,
            number=int(self.number[row]),
        )

    def put(self, row: int, incident: Incident) -> None:
        """Put a row that was read by itself among the others."""
        place = incident.place
        self.number[row] = incident.number
        self.lat[row], self.lon[row] = place.lat, place.lon
        self.uncertainty_km[row] = place.uncertainty_km
        self.at_us[row] = microseconds(incident.when)
        for name, values in self.amounts.items():
            values[row] = amount_of(incident, name)
        self.said[row] = len(self.templates)
        self.templates.append(incident)

    def picked(self, rows: Array) -> "IncidentColumns":
        """Only some of the rows."""
        return replace(
            self,
            number=self.number[rows],
            lat=self.lat[rows],
            lon=self.lon[rows],
            uncertainty_km=self.uncertainty_km[rows],
            at_us=self.at_us[rows],
            amounts={name: values[rows] for name, values in self.amounts.items()},
            said=self.said[rows],
        )


def columns_of(incidents: Sequence[Incident]) -> IncidentColumns:
    """Lay incidents out in columns, each with a template of its own."""
    count = len(incidents)
    columns = IncidentColumns(
        number=np.zeros(count, np.int64),
        lat=np.zeros(count),
        lon=np.zeros(count),
        uncertainty_km=np.zeros(count),
        at_us=np.zeros(count, np.int64),
        amounts={name: np.full(count, np.nan) for name in AMOUNTS},
        said=np.zeros(count, np.int64),
        templates=[],
        shared=0,
    )
    for row, incident in enumerate(incidents):
        columns.put(row, incident)
    return columns


def amount_of(incident: Incident, name: str) -> float:
    """An amount of an incident, NaN where it is not known."""
    holder: Any = incident if name == "clearance_m" else incident.vehicle
    value = getattr(holder, name)
    return float("nan") if value is None else float(value)


def _known(value: float) -> float | None:
    return None if np.isnan(value) or abs(value) == inf else float(value)


def microseconds(when: datetime) -> int:
    """Count from 1970 on."""
    return (when - EPOCH) // _MICROSECOND
