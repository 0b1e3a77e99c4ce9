"""How near to possible an excluded provider is: what is missing, in minutes.

docs/nearest.md states the rule. A call to the firm may overcome some obstacles (it opens soon, the
place lies just outside its area); none gives it a service, a unit, a piece of equipment or a
stronger truck.
"""

from datetime import timedelta
from math import inf

from .. import geo
from ..availability import SEEN_AHEAD
from .gate_table import GATES
from .look import Look

_LASTING = (
    "vehicle_class", "vehicle_too_heavy", "vehicle_too_high", "unit_too_high", "equipment_missing",
)  # fmt: skip
_LASTING_GATES = tuple(gate for gate in GATES if gate.reason in _LASTING)

_PASSING = (
    "outside_area", "client_not_served", "on_hold", "closed_now", "already_asked", "down",
)  # fmt: skip

_FAR_MIN = SEEN_AHEAD / timedelta(minutes=1)
"""Stands for a wait whose end is not known."""


def missing_min(look: Look, reason: str) -> float:
    """Return the minutes that a provider excluded for ``reason`` is short of being possible.

    Infinite where a call to it cannot help, also if that is not the first reason. The drive does
    not count.
    """
    if reason not in _PASSING or look.need.entry.service not in look.provider.services:
        return inf
    if any(gate.stops(look) for gate in _LASTING_GATES):
        return inf
    minutes = _area_min(look) + max(_hold_min(look), _opening_min(look))
    if reason == "down" or look.provider.id in look.need.incident.asked:
        minutes += _FAR_MIN
    return minutes


def _area_min(look: Look) -> float:
    """Return the drive from the edge of the area; for whole postcodes, that from the base."""
    if look.fit != "outside":
        return 0.0
    short_km = look.short_km if look.short_km < inf else look.distance_km
    return geo.crow_fly_min(short_km, look.need.settings.of(look.need.entry.service))


def _hold_min(look: Look) -> float:
    hold, when = look.provider.on_hold, look.need.incident.when
    if hold is None or (hold.until is not None and hold.until <= when):
        return 0.0
    return _FAR_MIN if hold.until is None else (hold.until - when) / timedelta(minutes=1)


def _opening_min(look: Look) -> float:
    stands = look.availability
    if stands.hours.state != "closed":
        return 0.0
    if stands.opens_at is None:
        return _FAR_MIN
    return (stands.opens_at - look.need.incident.when) / timedelta(minutes=1)
