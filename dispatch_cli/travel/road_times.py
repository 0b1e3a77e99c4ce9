"""Judge the legs of an engine: usable, no road, or an answer that cannot be true."""

from collections.abc import Sequence
from math import isfinite

from ..messages import Message
from ..model.travel_engines import RoadTime, TravelSettings, UnitKind
from .engine_protocol import EngineError, Leg, Legs

_EARTH = 0.99
"""An engine may compute with an ellipsoid, whose great circles differ by up to 0.6 %."""
_ROUNDED_S = 1.0
"""Engines round times to seconds, and lengths to metres."""
_ROUNDED_M = 20.0
_LONGEST_S = 24 * 3600.0
"""Help that drives longer is no help."""
_SLOWEST_KMH = 8.0
"""Most drives of a car are faster than that, and those of a profile for walking are slower."""
_DRIVE_M = 1000.0
_FEWEST_DRIVES = 3
"""One or two slow drives can be true: a ferry, a closed road."""


def check_legs(found: Legs, count: int, settings: TravelSettings, unit: UnitKind) -> None:
    """Raise EngineError if one leg cannot be true: then no other one is believed either.

    Bases too far from their road are not looked at, because they have no road times. A drive that
    is faster than the top speed would also break the proof of the first rows.
    """
    if len(found.legs) != count:
        raise EngineError(Message("the road table has the wrong size"))
    snaps = [leg.snap_m for leg in found.legs if leg.snap_m is not None]
    numbers = [leg.metres for leg in found.legs] + snaps
    numbers += [leg.seconds for leg in found.legs if leg.seconds is not None]
    if not all(isfinite(number) and number >= 0 for number in numbers):
        raise EngineError(Message("the road table has an impossible number"))
    drives = [leg for leg in found.legs if leg.snap_m is None or leg.snap_m <= settings.snap_m]
    for leg in drives:
        if leg.seconds is not None:
            _check_speed(leg, leg.seconds, settings, settings.top_kmh(unit))
    _check_slowness(drives)


def _check_slowness(drives: Sequence[Leg]) -> None:
    """Raise EngineError if most drives are so slow that the times are not those of a car."""
    speeds_kmh = sorted(
        leg.metres / leg.seconds * 3.6 for leg in drives if leg.seconds and leg.metres > _DRIVE_M
    )
    if len(speeds_kmh) < _FEWEST_DRIVES:
        return
    if speeds_kmh[(len(speeds_kmh) - 1) // 2] < _SLOWEST_KMH:
        raise EngineError(
            Message("most drives are slower than {speed_kmh:g} km/h", speed_kmh=_SLOWEST_KMH)
        )


def _check_speed(leg: Leg, seconds: float, settings: TravelSettings, top_kmh: float) -> None:
    # Without the points on the roads each end may be as far from them as is allowed.
    straight_m = leg.straight_m if leg.snap_m is not None else leg.straight_m - 2 * settings.snap_m
    if leg.metres < straight_m * _EARTH - _ROUNDED_M:
        raise EngineError(Message("a road is shorter than the straight line"))
    most_m = top_kmh / 3.6 * (seconds + _ROUNDED_S)
    if max(straight_m * _EARTH, leg.metres * _EARTH - _ROUNDED_M) > most_m:
        raise EngineError(
            Message(
                "a drive is faster than {top_speed_kmh:g} km/h, the top_speed_kmh of [travel]",
                top_speed_kmh=top_kmh,
            )
        )


def road_time(leg: Leg, settings: TravelSettings, factor: float) -> RoadTime:
    """Return the minutes of a checked leg, or why there are none."""
    if leg.snap_m is not None and leg.snap_m > settings.snap_m:
        why = Message("base {snap_m:,.0f} m off the road", snap_m=leg.snap_m)
        return RoadTime(None, why=why)
    if leg.seconds is None or leg.seconds > _LONGEST_S:
        return RoadTime(None, why=Message("no road found"))
    return RoadTime(leg.seconds / 60 * factor, leg.metres / 1000)


def least_minutes(
    distance_km: float, settings: TravelSettings, unit: UnitKind, place_snap_m: float
) -> float:
    """Return the minutes of a straight road at the top speed, before the factor.

    Both ends may be off their roads, and the straight line between the roads is shorter by that.
    """
    straight_km = distance_km * _EARTH - (settings.snap_m + place_snap_m) / 1000
    return max(0.0, straight_km / settings.top_kmh(unit) * 60 - _ROUNDED_S / 60)
