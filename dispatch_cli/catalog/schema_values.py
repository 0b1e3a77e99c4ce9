"""Defaults and examples of keys for the JSON Schema; the defaults are those of the model."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import NODEFAULT, Struct

from ..model import Client, DeskIdentity, Provider, ServiceSettings, Settings
from ..model.check import CheckSettings, Probe
from ..model.rules import JOB_MIN
from ..model.travel_engines import TravelSettings

DEFAULTS: Mapping[str, Sequence[type[Struct]]] = {
    "RawRanking": (Settings, ServiceSettings),
    "RawClient": (Client,),
    "RawDesk": (DeskIdentity,),
    "RawProvider": (Provider,),
    "RawProbe": (Probe,),
    "RawCheck": (CheckSettings,),
    "RawTravel": (TravelSettings,),
}
"""The values of the model whose defaults a table has. Those of a service are not here: they are
the values of ``[ranking]``."""

EXAMPLES: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "RawFile": {"include": [["bavaria/*.toml"]], "roads": [["heidelberg.roads.json"]]},
    "RawRanking": {"timezone": ["Europe/Berlin"], "speed": [[[10, 35], [50, 60], [1000, 80]]]},
    "RawPrefer": {"tags": [["adac"]], "head_start_min": [8]},
    "RawPlanEntry": {"equipment": [["winch", ["flatbed", "dollies"]]]},
    "RawPlace": {"at": ["48.4330,10.8790"]},
    "RawDesk": {"name": ["Leitstelle Schwaben"], "number": ["+49 89 99998-0"]},
    "RawLastResort": {"phone": ["089 99998-900"], "text": ["duty desk"]},
    "RawControlCentre": {"phone": ["089 99998-112"], "postcodes": [["860-865"]]},
    "RawCheck": {"reference": ["example.com:443"], "heartbeat": ["env:HEARTBEAT_URL"]},
    "RawMaintenance": {"from": ["2026-12-24"], "until": ["2026-12-25T06:00:00"]},
    "RawTravel": {"engine": ["osrm"], "url": ["http://localhost:5000"]},
    "RawCoverage": {"minimum": [1], "services": [["tow"]], "regions": [["86", "803"]]},
    "RawProvider": {
        "id": ["huber"],
        "name": ["Abschlepp Huber"],
        "phone": ["089 99998-207"],
        "phones": [["089 99998-207", "089 99998-208"], [
            {"number": "089 99998-207"},
            {"number": "089 99998-208", "label": "night", "hours": "22:00-06:00"},
        ]],
        "services": [["tow", "Starthilfe"]],
        "base": ["86150", "48.3645,10.8928", {"lat": 48.3645, "lon": 10.8928}],
        "area": [{"radius_km": 30}, {"postcodes": ["860-865", "86720"]}, "country"],
        "hours": ["24/7", "Mo-Fr 08:00-18:00; PH off"],
        "region": ["BY", "BY+catholic", "Augsburg"],
        "vehicle_classes": [["car", "van"]],
        "max_weight_t": [2.8],
        "equipment": [["flatbed", "winch"]],
        "clients": [["none"]],
        "tags": [["adac"]],
        "on_hold": [{"reason": "holiday", "until": "2026-12-01"}],
    },
    "RawPhone": {"number": ["089 99998-208"], "label": ["night"], "hours": ["22:00-06:00"]},
    "RawArea": {"radius_km": [30], "postcodes": [["860-865", "86720"]]},
    "RawHold": {"reason": ["holiday"], "until": ["2026-12-01"]},
    "RawProbe": {"status": [[200, 401]], "headers": [{"Authorization": "env:HUBER_TOKEN"}]},
}  # fmt: skip
"""Values by table and key that load; a test reads each. Dates stand there as texts."""


def defaults_of(shapes: Sequence[type[Struct]]) -> dict[str, Any]:
    """List the defaults that a file can have; values such as "no limit" are left out."""
    found: dict[str, Any] = {}
    for shape in shapes:
        fields = shape.__struct_fields__
        # Fields without a default come first where the order counts.
        defaults = (NODEFAULT,) * (len(fields) - len(shape.__struct_defaults__))
        for key, value in zip(fields, (*defaults, *shape.__struct_defaults__), strict=True):
            if isinstance(value, bool | int | float | str) and value != "":
                whole = isinstance(value, float) and value.is_integer()
                found[key] = int(value) if whole else value
    if Settings in shapes:
        # The model has a table of speeds, and the minutes of work by service.
        found["speed_kmh"] = int(ServiceSettings().speed[0][1])
        found["job_min"] = int(JOB_MIN)
    if Probe in shapes:
        del found["port"]  # each kind has its own
        found["capacity"] = found.pop("is_capacity")
    return found
