"""How many units of a provider are free at a moment, by the bookings of our own cases."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from ..model import Availability
from ..model.case import Booking


class _Unit(Struct, frozen=True):
    """One unit at a moment: free from ``free_at`` on, until its next booking begins at ``next_at``.

    ``due_at`` is the end of a booking that has passed and is still open.
    """

    free_at: datetime
    next_at: datetime | None
    due_at: datetime | None


def units_at(
    units: int, bookings: Iterable[Booking], moment: datetime, now: datetime
) -> Availability | None:
    """Say how many of the known units are free at a moment; None if no booking concerns them.

    A booking whose end lies before ``now`` is overdue: its unit is neither free nor booked. One
    whose end lies between ``now`` and a later moment has ended by then. A unit beyond the known
    ones (--extra-unit) takes none of them.
    """
    booked: dict[int, list[Booking]] = {}
    for each in bookings:
        if each.unit <= units:
            booked.setdefault(each.unit, []).append(each)
    if not booked:
        return None
    busy = [_unit(each, moment, now) for each in booked.values()]
    idle = [each for each in busy if each.due_at is None and each.free_at <= moment]
    unbooked = units - len(busy)
    free = unbooked + len(idle)
    if free:
        nexts = [each.next_at for each in idle]
        is_open = unbooked > 0 or None in nexts
        return Availability(
            free=free, next_at=None if is_open else max(each for each in nexts if each)
        )
    due = [each for each in busy if each.due_at is not None and each.free_at <= moment]
    if due:
        soonest = min(due, key=lambda each: each.due_at or moment)
        return Availability(
            state="overdue", free=0, wait_min=0.0, since=soonest.due_at, next_at=soonest.next_at
        )
    soonest = min(busy, key=lambda each: each.free_at)
    wait_min = (soonest.free_at - moment) / timedelta(minutes=1)
    return Availability(state="busy", free=0, wait_min=wait_min, next_at=soonest.next_at)


def _unit(bookings: Iterable[Booking], moment: datetime, now: datetime) -> _Unit:
    """Follow the bookings of one unit from a moment on; back to back they are one."""
    ordered = sorted(bookings, key=lambda each: each.begin)
    free_at, next_at = moment, None
    for each in ordered:
        if each.end <= free_at:
            continue
        if each.begin > free_at:
            next_at = each.begin
            break
        free_at = each.end
    past = min(now, moment)
    due_at = max((each.end for each in ordered if each.end <= past), default=None)
    return _Unit(free_at, next_at, due_at)
