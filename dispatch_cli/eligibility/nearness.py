"""How near to possible an excluded provider is: what is missing, in minutes.

docs/nearest.md states the rule. A call to the firm may overcome some obstacles (it opens soon, the
place lies just outside its area); none gives it a service, a unit, a piece of equipment or a
stronger truck.
"""

from collections.abc import Iterable
from datetime import timedelta
from math import inf

from .. import geo
from ..availability import SEEN_AHEAD
from .gate_forms import Gate
from .look import Look

_FAR_MIN = SEEN_AHEAD / timedelta(minutes=1)
"""Stands for a wait whose end is not known."""


def missing_min(look: Look, gates: Iterable[Gate]) -> float:
    """Return the minutes that an excluded provider is short of being possible.

    Infinite if any gate stops it that no call can overcome. The drive does not count.
    """
    if any(gate.stops(look) for gate in gates if not gate.call_may_help):
        return inf
    minutes = _area_min(look) + max(_hold_min(look), _opening_min(look))
    if look.availability.reason == "down" or look.provider.id in look.need.incident.asked:
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
    if hold is None or not hold.is_on(when):
        return 0.0
    return _FAR_MIN if hold.until is None else (hold.until - when) / timedelta(minutes=1)


def _opening_min(look: Look) -> float:
    stands = look.availability
    if stands.hours.state != "closed":
        return 0.0
    if stands.opens_at is None:
        return _FAR_MIN
    return (stands.opens_at - look.need.incident.when) / timedelta(minutes=1)
