"""The bookings of units: the unit of a provider for a job, with its begin and end."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ..availability import Fleet
from ..errors import ConflictError
from ..messages import Clock, Message, Plural
from ..model.case import Booking, Case, Offer, Option

_MINUTE = timedelta(minutes=1)


class JobMinutes(Struct, frozen=True):
    """The minutes for which a job occupies a unit: on the way, and from the arrival on.

    ``way_min`` is None if the time on the way is unknown.
    """

    way_min: float | None
    job_min: float


class Rebooking(Struct, frozen=True):
    """The booking of a job at another time, and the bookings of other jobs that give way to it."""

    unit: int
    begin: datetime
    end: datetime
    others: tuple[Booking, ...] = ()


class NoUnitError(ConflictError):
    """A provider without a free unit for the time of a job.

    ``there_at`` is when its next unit can be there; None if that is unknown or it has no unit. The
    moment is a value of its own, because the core does not know the time zone of the centre.
    """

    def __init__(
        self, name: str, there_at: datetime | None, why: Message | str, at: Clock | None = None
    ) -> None:
        self.name, self.there_at, self.why = name, there_at, why
        if there_at is not None:
            text = "{name} has no free unit: {why}; the next one can be there from {at} on"
        else:
            text = "{name} has no free unit: {why}" if why else "{name} has no free unit"
        super().__init__(
            text,
            name=name,
            why=why,
            at=at or (there_at and f"{there_at:%H:%M}"),
            hint="enter another time (--eta) or one more truck (--extra-unit), or decline",
        )

    def worded_at(self, at: Clock) -> "NoUnitError":
        """Return the same error with its moment in the time zone of the centre."""
        return NoUnitError(self.name, self.there_at, self.why, at)


def booked_time(
    case: Case, there_at: datetime, *, now: datetime, minutes: JobMinutes
) -> tuple[datetime, datetime]:
    """Return when a unit must set off to be there at a moment, and when it is free again.

    It sets off at ``now``, the time of the promise, at the earliest. If the time on the way is
    unknown, it sets off at the time of the incident.
    """
    there_at = there_at.astimezone(UTC)
    begin = min(case.incident.when.astimezone(UTC), there_at)
    if minutes.way_min is not None:
        begin = there_at - timedelta(minutes=minutes.way_min)
    begin = max(now, begin)
    return begin, max(begin, there_at) + timedelta(minutes=minutes.job_min)


def way_min(option: Option) -> float:
    """Return the minutes from setting off to the arrival, without a wait for a unit."""
    return max(0.0, option.arrival_min - option.wait_min)


def breaks_promise(case: Case, offer: Offer) -> bool:
    """Return whether the booking of an accepted offer's unit cannot keep the last promise.

    Such a booking has given way to another job: it begins too late for the promised arrival, or
    ends before it. A unit that had already set off at the promise can keep it.
    """
    begin, end = offer.booked_from, offer.booked_until
    if offer.state != "accepted" or begin is None or end is None:
        return False
    last = offer.promises[-1]
    if end < last.there_at:
        return True
    if begin <= last.said_at:
        return False
    since = min(offer.answered_at or last.said_at, last.said_at)
    promised = (
        booked_time(case, last.there_at, now=since, minutes=JobMinutes(way, 0.0))[0]
        for way in _ways(case, offer)
    )
    return begin > max(promised)


def _ways(case: Case, offer: Offer) -> list[float | None]:
    """Return the minutes on the way for each service of a call, None if unknown.

    The log does not have the service for which the unit was booked.
    """
    names = {each.service for each in case.of_one_call(offer)}
    found = {service.service: service.option_of(offer.provider) for service in case.services}
    options = [found.get(name) for name in names]
    return [None if option is None else way_min(option) for option in options]


def take_unit(
    offer: Offer,
    fleet: Fleet,
    times: tuple[datetime, datetime],
    minutes: JobMinutes,
    *,
    extra: bool,
) -> int:
    """Choose the unit for an acceptance; raises NoUnitError if none is free for the whole time.

    ``times`` come from ``booked_time``. With ``extra`` the provider sends an additional unit, so
    that an overdue one is not used.
    """
    begin, end = times
    free = fleet.free_units(begin, end)
    if free and not (extra and fleet.overdue(free[0])):
        return free[0]
    if extra:
        return fleet.extra_unit()
    known = range(1, fleet.units + 1)
    if not known:
        raise NoUnitError(offer.name, None, "")
    out = [each for unit in known for each in fleet.of(unit)
           if each.begin < end and begin < each.end]  # fmt: skip
    all_units = "all {units} units are booked for {cases}"
    why = Message(
        "its only unit is booked for {cases}" if fleet.units == 1 else all_units,
        units=fleet.units,
        cases=_cases(out),
    )
    raise NoUnitError(offer.name, _next_there(fleet, begin, minutes), why)


def _next_there(fleet: Fleet, begin: datetime, minutes: JobMinutes) -> datetime | None:
    """Return the earliest arrival of a unit that is then free for the whole way and job.

    It is rounded up to whole minutes; None if the time on the way is unknown.
    """
    if minutes.way_min is None:
        return None
    way = timedelta(minutes=minutes.way_min)
    # One minute longer, because the arrival is rounded up.
    length = way + timedelta(minutes=minutes.job_min) + _MINUTE
    first = min(fleet.first_fit(unit, begin, length) for unit in range(1, fleet.units + 1))
    there_at = first + way
    return there_at + -(there_at - there_at.replace(second=0, microsecond=0)) % _MINUTE


def move(offer: Offer, fleet: Fleet, begin: datetime, end: datetime) -> Rebooking:
    """Book a unit for a provider's new promise, which is never refused.

    A unit that has set off stays booked from then on. Otherwise another free unit may be used. If
    there is none, other jobs of the unit give way.
    """
    if offer.booked_from is not None and offer.booked_from <= fleet.now:
        return _place(offer.unit, offer.booked_from, end, fleet)
    if fleet.is_free(offer.unit, begin, end):
        return Rebooking(offer.unit, begin, end)
    free = fleet.free_units(begin, end)
    return Rebooking(free[0], begin, end) if free else _place(offer.unit, begin, end, fleet)


def extend(offer: Offer, fleet: Fleet, job_min: float) -> Rebooking:
    """Book an arrived unit until the expected end of its job; its other jobs give way."""
    begin = min(offer.booked_from or fleet.now, fleet.now)
    return _place(offer.unit, begin, fleet.now + timedelta(minutes=job_min), fleet)


def _place(unit: int, begin: datetime, end: datetime, fleet: Fleet) -> Rebooking:
    """Book a unit for a time: earlier jobs end at its begin, later ones begin after its end."""
    others, free_at = [], end
    for each in fleet.of(unit):
        if each.begin < begin < each.end:
            others.append(replace(each, end=begin))
        elif begin <= each.begin < free_at:
            others.append(replace(each, begin=free_at, end=free_at + (each.end - each.begin)))
            free_at = others[-1].end
    return Rebooking(unit, begin, end, tuple(others))


def rebooked(case: Case, booking: Booking) -> Case:
    """Return the case with the times of a changed booking."""
    return replace(
        case,
        offers=tuple(
            replace(each, booked_from=booking.begin, booked_until=booking.end)
            if each.number == booking.offer
            else each
            for each in case.offers
        ),
    )


def _cases(bookings: Iterable[Booking]) -> Message:
    numbers = sorted({each.case_id for each in bookings})
    listed = ", ".join(map(str, numbers))
    return Plural("case {numbers}", "cases {numbers}", len(numbers), numbers=listed)
