"""How near to possible an excluded provider is: what is missing, in minutes.

docs/ranking.md states the rule. A call to the firm may overcome some obstacles (it opens soon, the
place lies just outside its area, all its units are busy); none gives it a service, a piece of
equipment or a stronger truck.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from math import inf

from .. import geo
from .gate_table import GATES
from .look import Look
from .need import SEEN_AHEAD

_LASTING = (
    "service_not_offered", "vehicle_class", "vehicle_too_heavy", "vehicle_too_high",
    "unit_too_high", "equipment_missing",
)  # fmt: skip
_LASTING_GATES = tuple(gate for gate in GATES if gate.reason in _LASTING)

_FAR_MIN = SEEN_AHEAD / timedelta(minutes=1)
"""Stands for a wait whose end is not known."""


def missing_min(look: Look, reason: str) -> float:
    """Return the minutes that a provider excluded for ``reason`` is short of being possible.

    Infinite where a call to it cannot help. The drive does not count.
    """
    if reason not in _REST or any(gate.stops(look) for gate in _LASTING_GATES):
        return inf
    return _area_min(look) + max(_hold_min(look), _opening_min(look)) + _REST[reason](look)


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
    when = look.need.incident.when
    if look.span_now().state != "closed":
        return 0.0
    opens_at = look.timetable().opens_after(when)
    if opens_at is None:
        return _FAR_MIN
    return (opens_at - when.astimezone(UTC)) / timedelta(minutes=1)


def _unit_min(look: Look) -> float:
    """Return the wait that is assumed for a busy unit; a firm without units has none ever."""
    return look.need.settings.busy_wait_min if look.provider.units else inf


_REST: Mapping[str, Callable[[Look], float]] = {
    "outside_area": lambda _: 0.0,
    "client_not_served": lambda _: 0.0,
    "on_hold": lambda _: 0.0,
    "closed_now": lambda _: 0.0,
    "already_asked": lambda _: _FAR_MIN,
    "no_unit": _unit_min,
    "down": lambda _: _FAR_MIN,
}
"""What is missing beside area and opening hours, by the reason of the exclusion."""
