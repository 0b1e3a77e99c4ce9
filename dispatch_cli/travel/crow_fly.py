"""Estimates from the great circle, in the shape of a travel engine."""

from collections.abc import Sequence

from ..geo import crow_fly_min
from ..model import ServiceSettings
from ..model.travel_engines import UnitKind
from .engine_protocol import Leg, Legs, Point, Send, metres_between


class CrowFly:
    """Makes the minutes of ``[ranking] speed`` and ``detour``; it sends no request."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings

    def profile(self, unit: UnitKind) -> str:
        """Return the settings that decide the minutes."""
        return f"{self._settings.detour} {self._settings.speed}"

    def legs(self, bases: Sequence[Point], place: Point, unit: UnitKind, send: Send) -> Legs:
        """Return an estimate for each base."""
        found = []
        for base in bases:
            metres = metres_between(base, place)
            minutes = crow_fly_min(metres / 1000, self._settings)
            found.append(Leg(minutes * 60, metres * self._settings.detour, 0.0, metres))
        return Legs(legs=tuple(found), place_snap_m=0.0)
