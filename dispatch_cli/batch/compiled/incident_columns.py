"""Hold incidents in columns: places, times and amounts by row, all other facts in templates.

Rows that differ only in place, time and amounts share one ``Incident``, their template.
"""

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ...intake import AMOUNTS
from ...model import Incident, Place
from ...model.stamps import from_stamp, to_stamp
from ...notation import place_at
from .arrays import Array


class IncidentColumns(Struct):
    """The incidents of some rows, with one array for each varying fact.

    ``template_of`` has the number of each row's template; templates from ``shared`` on belong to a
    single row and have its place, time and amounts. An unknown amount is NaN. ``number`` is that of
    the row in its file.
    """

    number: Array
    lat: Array
    lon: Array
    uncertainty_km: Array
    at_us: Array
    amounts: dict[str, Array]
    template_of: Array
    templates: list[Incident]
    shared: int

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self.lat)

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make the incident of a row; with ``is_placed`` its postcodes are looked up."""
        template: Incident = self.templates[self.template_of[row]]
        if self.template_of[row] >= self.shared:
            return template
        lat, lon = float(self.lat[row]), float(self.lon[row])
        uncertainty_km = float(self.uncertainty_km[row])
        known = {name: _known(values[row]) for name, values in self.amounts.items()}
        clearance_m = known.pop("clearance_m")
        return replace(
            template,
            place=place_at(lat, lon, uncertainty_km=uncertainty_km)
            if is_placed
            else Place(lat=lat, lon=lon, uncertainty_km=uncertainty_km),
            when=from_stamp(int(self.at_us[row])),
            vehicle=replace(template.vehicle, **known),
            clearance_m=clearance_m,
            number=int(self.number[row]),
        )

    def put(self, row: int, incident: Incident) -> None:
        """Replace a row by an incident that was read separately."""
        place = incident.place
        self.number[row] = incident.number
        self.lat[row], self.lon[row] = place.lat, place.lon
        self.uncertainty_km[row] = place.uncertainty_km
        self.at_us[row] = to_stamp(incident.when)
        for name, values in self.amounts.items():
            values[row] = amount_of(incident, name)
        self.template_of[row] = len(self.templates)
        self.templates.append(incident)

    def picked(self, rows: Array) -> "IncidentColumns":
        """Return only some of the rows."""
        return replace(
            self,
            number=self.number[rows],
            lat=self.lat[rows],
            lon=self.lon[rows],
            uncertainty_km=self.uncertainty_km[rows],
            at_us=self.at_us[rows],
            amounts={name: values[rows] for name, values in self.amounts.items()},
            template_of=self.template_of[rows],
        )


def columns_of(incidents: Sequence[Incident]) -> IncidentColumns:
    """Convert incidents to columns, each with its own template."""
    count = len(incidents)
    columns = IncidentColumns(
        number=np.zeros(count, np.int64),
        lat=np.zeros(count),
        lon=np.zeros(count),
        uncertainty_km=np.zeros(count),
        at_us=np.zeros(count, np.int64),
        amounts={name: np.full(count, np.nan) for name in AMOUNTS},
        template_of=np.zeros(count, np.int64),
        templates=[],
        shared=0,
    )
    for row, incident in enumerate(incidents):
        columns.put(row, incident)
    return columns


def amount_of(incident: Incident, name: str) -> float:
    """Return an amount of an incident, NaN if it is unknown."""
    holder: Any = incident if name == "clearance_m" else incident.vehicle
    value = getattr(holder, name)
    return float("nan") if value is None else float(value)


def _known(value: float) -> float | None:
    return None if np.isnan(value) or abs(value) == inf else float(value)
