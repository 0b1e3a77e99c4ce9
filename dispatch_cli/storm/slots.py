"""Divide the time of each unit into slots: when it can set off, and when again after each job."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from ..availability.fleet import Fleet

MOST_SLOTS = 3
"""Slots of one unit. A fourth job begins hours later than the last resort."""
_MINUTE = timedelta(minutes=1)


class Slot(Struct, frozen=True):
    """Units of one provider that can set off after the same wait; ``wait_min`` is in minutes."""

    provider: str
    wait_min: float
    units: int


def slots_of(
    provider: str, fleet: Fleet, job_min: float, *, wait_min: float, horizon_min: float
) -> list[Slot]:
    """List the slots of a provider, the soonest first.

    ``wait_min`` is the wait that its own report or feed gives all its units. Slots at or beyond
    ``horizon_min`` are left out: the last resort is sooner.
    """
    begin = fleet.now + timedelta(minutes=wait_min)
    waits: dict[float, int] = {}
    for unit in range(1, fleet.units + 1):
        for at in _starts(fleet, unit, begin, timedelta(minutes=job_min)):
            wait = (at - fleet.now) / _MINUTE
            if wait >= horizon_min:
                break
            waits[wait] = waits.get(wait, 0) + 1
    return [Slot(provider, wait, units) for wait, units in sorted(waits.items())]


def _starts(fleet: Fleet, unit: int, begin: datetime, job: timedelta) -> Iterator[datetime]:
    """Yield when a unit begins to be free for a whole job, one job after the other."""
    for _ in range(MOST_SLOTS):
        begin = fleet.first_fit(unit, begin, job)
        yield begin
        begin += job
