"""Which unit of a provider a job takes, and from when to when."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ..availability import Fleet
from ..errors import ConflictError
from ..messages import Clock, Message
from ..model.case import Booking, Case, Offer, Option

_MINUTE = timedelta(minutes=1)


class JobMinutes(Struct, frozen=True):
    """How long a job takes a unit: on the way, and from the arrival on.

    ``way_min`` is None if the time on the way is unknown.
    """

    way_min: float | None
    job_min: float


class Placed(Struct, frozen=True):
    """The booking of a job at another time, and the bookings of other jobs that give way to it."""

    unit: int
    begin: datetime
    end: datetime
    others: tuple[Booking, ...] = ()


class NoUnitError(ConflictError):
    """Every unit that the provider is known to have is booked by then.

    ``there_at`` is when one of them can be there, None if the provider has none; the moment stands
    apart, because the core does not know the zone in which it is said.
    """

    def __init__(
        self, name: str, there_at: datetime | None, why: Message | str, at: Clock | None = None
    ) -> None:
        self.name, self.there_at, self.why = name, there_at, why
        text = "{name} has no free unit left"
        text += ": {why}" if why else ""
        text += ", the next can be there from {at}" if there_at is not None else ""
        super().__init__(
            text,
            name=name,
            why=why,
            at=at or (there_at and f"{there_at:%H:%M}"),
            hint="another time (--eta), one more truck (--extra-unit), or decline",
        )

    def said(self, at: Clock) -> "NoUnitError":
        """Return the same with the moment as people say it."""
        return NoUnitError(self.name, self.there_at, self.why, at)


def booked_time(
    case: Case, there_at: datetime, *, now: datetime, minutes: JobMinutes
) -> tuple[datetime, datetime]:
    """Return when a unit sets off to be there at a moment, and when it is free again.

    It never sets off before ``now``, when the provider promises the time. If the time on the way is
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
    """Return whether the unit of an accepted offer cannot be there when it was promised last.

    Its booking has given way to another job: it begins later than the promise has booked it, or
    ends before the promised arrival. A unit that had set off when it promised stays on its way.
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
    """Return the minutes on the way for each service of a call, None where they are unknown.

    The log does not say for which of them the unit was booked.
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
    """Choose the unit for an acceptance; raises NoUnitError if none is free all the time.

    ``times`` are those of ``booked_time``. With ``extra`` an overdue unit is not taken: the
    provider has named another one.
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
    all_units = "all {units} units are booked for {jobs}"
    why = Message(
        "its only unit is booked for {jobs}" if fleet.units == 1 else all_units,
        units=fleet.units,
        jobs=_cases(out),
    )
    raise NoUnitError(offer.name, _next_there(fleet, begin, minutes), why)


def _next_there(fleet: Fleet, begin: datetime, minutes: JobMinutes) -> datetime | None:
    """Return when a unit can be there that is free for the whole way and job, in whole minutes.

    None if the time on the way is unknown.
    """
    if minutes.way_min is None:
        return None
    way = timedelta(minutes=minutes.way_min)
    # A minute more, for rounding up.
    length = way + timedelta(minutes=minutes.job_min) + _MINUTE
    first = min(fleet.first_fit(unit, begin, length) for unit in range(1, fleet.units + 1))
    there_at = first + way
    return there_at + -(there_at - there_at.replace(second=0, microsecond=0)) % _MINUTE


def move(offer: Offer, fleet: Fleet, begin: datetime, end: datetime) -> Placed:
    """Book a unit for the new time that a provider has promised, which is never refused.

    A unit that has set off stays booked from then on. Another one may change places with a free
    unit of the provider. If there is none, other jobs of the unit give way.
    """
    if offer.booked_from is not None and offer.booked_from <= fleet.now:
        return _place(offer.unit, offer.booked_from, end, fleet)
    if fleet.is_free(offer.unit, begin, end):
        return Placed(offer.unit, begin, end)
    free = fleet.free_units(begin, end)
    return Placed(free[0], begin, end) if free else _place(offer.unit, begin, end, fleet)


def extend(offer: Offer, fleet: Fleet, job_min: float) -> Placed:
    """Book the unit that has arrived until its job should be done; other jobs of it give way."""
    begin = min(offer.booked_from or fleet.now, fleet.now)
    return _place(offer.unit, begin, fleet.now + timedelta(minutes=job_min), fleet)


def _place(unit: int, begin: datetime, end: datetime, fleet: Fleet) -> Placed:
    """Book a unit for a time; an earlier job ends by then, a later one begins behind it."""
    others, free_at = [], end
    for each in fleet.of(unit):
        if each.begin < begin < each.end:
            others.append(replace(each, end=begin))
        elif begin <= each.begin < free_at:
            others.append(replace(each, begin=free_at, end=free_at + (each.end - each.begin)))
            free_at = others[-1].end
    return Placed(unit, begin, end, tuple(others))


def rebooked(case: Case, booking: Booking) -> Case:
    """Return the case of a booking with that booking's time."""
    return replace(
        case,
        offers=tuple(
            replace(each, booked_from=booking.begin, booked_until=booking.end)
            if each.number == booking.offer
            else each
            for each in case.offers
        ),
    )


def _cases(bookings: Iterable[Booking]) -> str:
    numbers = sorted({each.case_id for each in bookings})
    return ("case " if len(numbers) == 1 else "cases ") + ", ".join(map(str, numbers))
