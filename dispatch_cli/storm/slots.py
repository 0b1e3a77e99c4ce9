"""Divide the time of each unit into slots: when it can set off, and when again after each job."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..availability import Fleet

MOST_SLOTS = 3
"""Slots of one unit. A fourth job begins hours later than the last resort."""
_MINUTE = timedelta(minutes=1)


def slots_of(
    fleet: Fleet, job_min: float, *, wait_min: float, horizon_min: float
) -> dict[float, int]:
    """Count the units of a fleet that can set off after each wait in minutes, the soonest first.

    ``wait_min`` is the wait that the provider's own report or feed gives all its units. Slots at or
    beyond ``horizon_min`` are left out: the last resort is sooner.
    """
    if wait_min >= horizon_min:
        return {}
    if not fleet.booked:
        begins = (wait_min + place * job_min for place in range(MOST_SLOTS))
        return {wait: fleet.units for wait in begins if fleet.units and wait < horizon_min}
    begin = fleet.now + timedelta(minutes=wait_min)
    waits: dict[float, int] = {}
    for unit in range(1, fleet.units + 1):
        for at in _starts(fleet, unit, begin, timedelta(minutes=job_min)):
            wait = (at - fleet.now) / _MINUTE
            if wait >= horizon_min:
                break
            waits[wait] = waits.get(wait, 0) + 1
    return dict(sorted(waits.items()))


def _starts(fleet: Fleet, unit: int, begin: datetime, job: timedelta) -> Iterator[datetime]:
    """Yield when a unit begins to be free for a whole job, one job after the other."""
    for _ in range(MOST_SLOTS):
        begin = fleet.first_fit(unit, begin, job)
        yield begin
        begin += job
