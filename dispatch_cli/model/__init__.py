"""The field's words as frozen values; docs/architecture.md explains the terms."""

from .incident import HEAVY_FROM_T, NO_CLIENT, Incident, Place, Vehicle
from .observations import Known, Observations
from .provider import (
    Area,
    Availability,
    Circle,
    Country,
    Hold,
    OpenState,
    Phone,
    Polygon,
    Postcodes,
    Provider,
    Span,
    Timetable,
)
from .rules import (
    Client,
    ControlCentre,
    LastResort,
    Plan,
    PlanEntry,
    Rules,
    ServiceSettings,
    Settings,
)

__all__ = [
    "HEAVY_FROM_T",
    "NO_CLIENT",
    "Area",
    "Availability",
    "Circle",
    "Client",
    "ControlCentre",
    "Country",
    "Hold",
    "Incident",
    "Known",
    "LastResort",
    "Observations",
    "OpenState",
    "Phone",
    "Place",
    "Plan",
    "PlanEntry",
    "Polygon",
    "Postcodes",
    "Provider",
    "Rules",
    "ServiceSettings",
    "Settings",
    "Span",
    "Timetable",
    "Vehicle",
]
