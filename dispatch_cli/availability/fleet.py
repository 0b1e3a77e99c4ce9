"""Find free units of a provider among its bookings."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from ..model.case import Booking

_LEAST = timedelta(microseconds=1)


class FleetState(Struct, frozen=True):
    """The units of a fleet at one moment.

    ``free`` counts those that can set off. If there are none, ``overdue`` is the booking of a unit
    that should be back, or else ``free_at`` the end of the wait. ``next_at`` is the start of the
    next booking of the unit that would be sent.
    """

    free: int
    free_at: datetime | None = None
    overdue: Booking | None = None
    next_at: datetime | None = None


class Fleet(Struct, frozen=True):
    """The units of the provider file, numbered from 1, and their bookings by other jobs.

    A unit with a higher number (--extra-unit) is not in the file.
    """

    units: int
    now: datetime
    booked: Sequence[Booking] = ()

    def of(self, unit: int) -> list[Booking]:
        """Return the bookings of a unit in their order."""
        return sorted(
            (each for each in self.booked if each.unit == unit), key=lambda each: each.begin
        )

    def is_free(self, unit: int, begin: datetime, end: datetime) -> bool:
        """Return whether a unit is free for the whole time."""
        return not any(each.begin < end and begin < each.end for each in self.of(unit))

    def overdue(self, unit: int, moment: datetime | None = None) -> Booking | None:
        """Return the last booking of a unit whose end has passed and that is still open.

        A booking that ends between now and a later moment has ended by then.
        """
        past = self.now if moment is None else min(self.now, moment)
        return next((each for each in reversed(self.of(unit)) if each.end <= past), None)

    def free_units(self, begin: datetime, end: datetime) -> list[int]:
        """Return the units that are free for the whole time; overdue ones stand at the end."""
        free = [unit for unit in range(1, self.units + 1) if self.is_free(unit, begin, end)]
        return sorted(free, key=lambda unit: (self.overdue(unit) is not None, unit))

    def extra_unit(self) -> int:
        """Return the number of a unit that the file does not know."""
        return max([self.units, *(each.unit for each in self.booked)]) + 1

    def first_fit(self, unit: int, begin: datetime, length: timedelta) -> datetime:
        """Return the first moment, in UTC, when a unit begins to be free for a length of time."""
        begin = begin.astimezone(UTC)
        for each in self.of(unit):
            if each.begin < begin + length and begin < each.end:
                begin = each.end
        return begin

    def at(self, moment: datetime) -> FleetState:
        """Return the state of the known units at a moment."""
        moment = moment.astimezone(UTC)
        booked = sorted({each.unit for each in self.booked if each.unit <= self.units})
        due = {unit: self.overdue(unit, moment) for unit in booked}
        free_at = {unit: self.first_fit(unit, moment, _LEAST) for unit in booked}
        idle = [unit for unit in booked if due[unit] is None and free_at[unit] == moment]
        unbooked = self.units - len(booked)
        if unbooked or idle:
            nexts = [self._next_at(unit, moment) for unit in idle]
            is_open = unbooked > 0 or None in nexts
            return FleetState(
                free=unbooked + len(idle),
                next_at=None if is_open else max(each for each in nexts if each),
            )
        late = [
            (booking.end, unit)
            for unit, booking in due.items()
            if booking is not None and free_at[unit] == moment
        ]
        unit = min(late)[1] if late else min(booked, key=lambda each: free_at[each])
        return FleetState(
            free=0,
            free_at=free_at[unit],
            overdue=due[unit] if late else None,
            next_at=self._next_at(unit, free_at[unit]),
        )

    def _next_at(self, unit: int, moment: datetime) -> datetime | None:
        """Return when the next booking of a unit begins."""
        return next((each.begin for each in self.of(unit) if each.begin >= moment), None)
