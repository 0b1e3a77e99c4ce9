"""Travel engines and their settings, and the road times that an engine gives."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ..messages import Message

CROW_FLY = "crow_fly"
"""The engine, and the travel source, of estimates from the great circle."""

NOT_ASKED = Message("the road was not asked for: the provider cannot be among the first")
"""Why a provider behind the first rows has crow-fly minutes."""

UnitKind = Literal["car", "tow_truck", "heavy_truck"]
"""The kind of the vehicle that is sent, by which an engine chooses profile and factor."""

UNIT_KINDS: tuple[UnitKind, ...] = ("car", "tow_truck", "heavy_truck")

_UNIT_KIND_OF: Mapping[str, UnitKind] = {
    **dict.fromkeys(
        ("tow", "flatbed_tow", "motorcycle_tow", "winch_out", "recovery", "undecking"), "tow_truck"
    ),
    **dict.fromkeys(("heavy_tow", "heavy_recovery", "load_transfer"), "heavy_truck"),
}


def unit_kind_of(service: str) -> UnitKind:
    """Return the kind of the vehicle that is sent for a service."""
    return _UNIT_KIND_OF.get(service, "car")


class EngineKeys(Struct, frozen=True, kw_only=True):
    """A travel engine: the module and class of ``travel``, and its defaults.

    ``module`` is "" for estimates, which the ranking makes without a server (``geo.crow_fly_min``).
    ``factors`` multiply the minutes of the engine by kind of unit; a kind that is missing has 1.
    ``top_speed_kmh`` is the highest speed in its times; ``unit_speeds`` has a lower one for trucks.
    """

    module: str = ""
    top_speed_kmh: float = 140.0
    factors: Mapping[UnitKind, float] = {}
    unit_speeds: Mapping[UnitKind, float] = {}

    @property
    def needs_url(self) -> bool:
        """Whether a server gives the minutes."""
        return bool(self.module)


TRAVEL_ENGINES: Mapping[str, EngineKeys] = {
    CROW_FLY: EngineKeys(),
    # Its profile car.lua is a car in free traffic, at 0.8 of what is allowed and so at 112 km/h
    # where nothing is forbidden; a truck is slower.
    "osrm": EngineKeys(
        module="osrm:Osrm", top_speed_kmh=120.0, factors={"tow_truck": 1.1, "heavy_truck": 1.25}
    ),
    # It has a truck of its own, and is told the top speed.
    "valhalla": EngineKeys(
        module="valhalla:Valhalla",
        top_speed_kmh=120.0,
        unit_speeds={"tow_truck": 90.0, "heavy_truck": 80.0},
    ),
}
"""The engines by their names in the provider file and in ``--router``.

A new one is an entry here, with its defaults, and a file in ``travel``.
"""


class TravelSettings(Struct, frozen=True, kw_only=True):
    """``[travel]``: the engine, its address, its limits.

    ``factors`` are those of the file, by kind of unit. ``is_trusted``: the user named the address,
    so that it may be private.
    """

    engine: str = CROW_FLY
    url: str = ""
    timeout_s: float = 1.0
    snap_m: float = 500.0
    top_speed_kmh: float | None = None
    """None: that of the engine."""
    data_version: str = ""
    factors: Mapping[str, float] = {}
    is_trusted: bool = False

    def top_kmh(self, unit_kind: UnitKind) -> float:
        """Return the highest speed of the engine's times for a kind of unit."""
        engine = TRAVEL_ENGINES[self.engine]
        top_kmh = engine.top_speed_kmh if self.top_speed_kmh is None else self.top_speed_kmh
        return min(top_kmh, engine.unit_speeds.get(unit_kind, top_kmh))

    def factor(self, unit_kind: UnitKind) -> float:
        """Return the factor of the engine's minutes for a kind of unit."""
        of_engine = TRAVEL_ENGINES[self.engine].factors
        return self.factors.get(unit_kind, of_engine.get(unit_kind, 1.0))


class RoadTime(Struct, frozen=True):
    """The road from a base to a place; ``minutes`` None: there are none, as ``why`` says."""

    minutes: float | None
    km: float = 0.0
    why: Message | str = ""
