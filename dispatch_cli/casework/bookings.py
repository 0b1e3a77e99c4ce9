"""Which unit of a provider a job takes, and from when to when."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from ..errors import ConflictError
from ..model.case import Booking, Offer


class JobMinutes(Struct, frozen=True):
    """How long a job takes a unit: on the way, and from the arrival on.

    ``way_min`` None means that nobody has worked the way out: the unit sets off at once.
    """

    way_min: float | None
    job_min: float


class Fleet(Struct, frozen=True):
    """The units that a provider is known to have, and their bookings by other jobs.

    A unit is overdue if a booking of it has ended before ``now`` and nobody has reported it back.
    """

    units: int
    now: datetime
    booked: Sequence[Booking] = ()

    def free_unit(self, begin: datetime, end: datetime) -> int | None:
        """Return the lowest unit that is free for the whole time; None if there is none.

        One that is overdue is taken only if there is no other.
        """
        free = [unit for unit in range(1, self.units + 1) if self.is_free(unit, begin, end)]
        late = {each.unit for each in self.booked if each.end <= self.now}
        return min(free, key=lambda unit: (unit in late, unit), default=None)

    def is_free(self, unit: int, begin: datetime, end: datetime) -> bool:
        """Return whether a unit is free for the whole time."""
        return not any(
            each.unit == unit and each.begin < end and begin < each.end for each in self.booked
        )

    def extra_unit(self) -> int:
        """Return the number of a unit that the file does not know."""
        return max([self.units, *(each.unit for each in self.booked)]) + 1

    def gap(self, unit: int, begin: datetime, end: datetime) -> tuple[datetime, datetime]:
        """Return the first time from ``begin`` on at which a unit is free, up to ``end``.

        It ends where the next booking begins, and lasts a minute if ``end`` lies before it.
        """
        ordered = sorted((each.begin, each.end) for each in self.booked if each.unit == unit)
        for other_begin, other_end in ordered:
            if other_begin <= begin < other_end:
                begin = other_end
        following = [other_begin for other_begin, _ in ordered if other_begin > begin]
        return begin, min([max(end, begin + timedelta(minutes=1)), *following])


class NoUnitError(ConflictError):
    """Every unit that the provider is known to have is booked by then.

    ``until`` is when the first of them is free again, None if the provider has none; the moment
    stands apart, because the core does not know the zone in which it is said.
    """

    def __init__(self, name: str, until: datetime | None, why: str, at: str = "") -> None:
        self.name, self.until, self.why = name, until, why
        text = f"{name} has no free unit left"
        if until is not None:
            text += f": {why} until {at or format(until, '%H:%M')}"
        super().__init__(
            text, hint="another time (--eta), one more truck (--extra-unit), or decline"
        )

    def said(self, at: str) -> "NoUnitError":
        """Return the same with the moment as people say it."""
        return NoUnitError(self.name, self.until, self.why, at)


def booked_time(
    there_at: datetime, *, now: datetime, minutes: JobMinutes
) -> tuple[datetime, datetime]:
    """Return when a unit sets off to be there at a moment, and when it is free again.

    It never sets off before ``now``, when the provider says so.
    """
    way = timedelta(minutes=minutes.way_min) if minutes.way_min is not None else there_at - now
    begin = max(now, there_at - way)
    return begin, max(begin, there_at) + timedelta(minutes=minutes.job_min)


def take_unit(offer: Offer, fleet: Fleet, begin: datetime, end: datetime, *, extra: bool) -> int:
    """Choose the unit for an acceptance; raises NoUnitError if none is free all the time."""
    unit = fleet.free_unit(begin, end)
    if unit is not None:
        return unit
    if extra:
        return fleet.extra_unit()
    out = [each for each in fleet.booked if each.begin < end and begin < each.end
           and each.unit <= fleet.units]  # fmt: skip
    if not out:
        raise NoUnitError(offer.name, None, "")
    who = "its only unit is out" if fleet.units == 1 else f"all {fleet.units} units are out"
    cases = _cases(out)
    raise NoUnitError(offer.name, min(each.end for each in out), f"{who} for {cases}")


def moved(
    offer: Offer, fleet: Fleet, begin: datetime, end: datetime
) -> tuple[int, datetime, datetime]:
    """Book an offer's unit for another time; returns unit, begin and end.

    A new time is a fact and never refused. If the unit has another job then, the provider's lowest
    free one takes this; if there is none, the unit keeps it for as long as it is free: how long a
    job takes is an estimate.
    """
    if fleet.is_free(offer.unit, begin, end):
        return offer.unit, begin, end
    if (unit := fleet.free_unit(begin, end)) is not None:
        return unit, begin, end
    return offer.unit, *fleet.gap(offer.unit, begin, end)


def on_the_scene(
    offer: Offer, fleet: Fleet, now: datetime, job_min: float
) -> tuple[int, datetime, datetime]:
    """Book the unit that has arrived until its job should be done; returns unit, begin and end."""
    begin = offer.booked_from or now
    end = max(begin, now) + timedelta(minutes=job_min)
    return offer.unit, *fleet.gap(offer.unit, begin, end)


def _cases(bookings: Iterable[Booking]) -> str:
    numbers = sorted({each.case_id for each in bookings})
    return ("case " if len(numbers) == 1 else "cases ") + ", ".join(map(str, numbers))
