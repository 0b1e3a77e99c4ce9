"""Measure in minutes how far an excluded provider is from being possible.

docs/nearest.md states the rule. A call to the provider may overcome some gates (it opens soon, the
place lies just outside its area). No call gives it a service, a unit, equipment or a stronger
truck.
"""

from collections.abc import Iterable
from datetime import timedelta
from math import inf

from .. import geo
from ..availability import SEEN_AHEAD
from .assessment import Assessment
from .gate_forms import Gate

_FAR_MIN = SEEN_AHEAD / timedelta(minutes=1)
"""The minutes of a wait whose end is not known."""


def missing_min(assessment: Assessment, gates: Iterable[Gate]) -> float:
    """Return the minutes that an excluded provider lacks, without the drive.

    Infinite if it is stopped by any gate that no call can overcome.
    """
    if any(gate.stops(assessment) for gate in gates if not gate.call_may_help):
        return inf
    minutes = _area_min(assessment) + max(_hold_min(assessment), _opening_min(assessment))
    is_asked = assessment.provider.id in assessment.need.incident.asked
    if is_asked or assessment.availability.reason == "down":
        minutes += _FAR_MIN
    return minutes


def _area_min(assessment: Assessment) -> float:
    """Return the minutes of the drive from the edge of the area; from the base for postcodes."""
    if assessment.fit != "outside":
        return 0.0
    short_km = assessment.short_km if assessment.short_km < inf else assessment.distance_km
    return geo.crow_fly_min(short_km, assessment.need.settings.of(assessment.need.entry.service))


def _hold_min(assessment: Assessment) -> float:
    hold, when = assessment.provider.on_hold, assessment.need.incident.when
    if hold is None or not hold.is_on(when):
        return 0.0
    return _FAR_MIN if hold.until is None else (hold.until - when) / timedelta(minutes=1)


def _opening_min(assessment: Assessment) -> float:
    stands = assessment.availability
    if stands.hours.state != "closed":
        return 0.0
    if stands.opens_at is None:
        return _FAR_MIN
    return (stands.opens_at - assessment.need.incident.when) / timedelta(minutes=1)
