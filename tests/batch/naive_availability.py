"""A second implementation of the availability: rules for one moment, without a timeline."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dispatch_cli.model import Known, Observations, Provider, Settings
from dispatch_cli.model.case import Booking
from dispatch_cli.model.check import PhoneReport, Watched

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
HOURS: dict[str | None, Callable[[datetime, Iterable[date]], bool]] = {
    None: lambda at, days: True,
    "24/7": lambda at, days: True,
    "Mo-Fr 08:00-18:00": lambda at, days: at.weekday() < 5 and 8 <= at.hour < 18,
    "Mo-Fr 07:00-17:00; PH off": lambda at, days: (
        at.weekday() < 5 and 7 <= at.hour < 17 and at.date() not in days
    ),
    "Mo-Su 20:00-06:00": lambda at, days: at.hour >= 20 or at.hour < 6,
    "Mo-Fr 05:00-06:00, Mo-Fr 07:00-07:20 unknown, Mo-Fr 07:20-13:00": lambda at, days: (
        at.weekday() < 5 and (at.hour == 5 or 7 <= at.hour < 13)
    ),
    "Sa,Su 00:00-24:00": lambda at, days: at.weekday() >= 5,
}
"""Each text, and whether it is open, or may be, at a moment where some days are holidays."""


class NaiveAvailability(NamedTuple):
    """Whether a provider is excluded, else the minutes of its wait."""

    is_out: bool
    wait_min: float = 0.0
    is_overdue: bool = False


def some_known(random: Random, provider: str, now: datetime) -> Known:
    """Make random checks, a report and bookings, some of each round a moment."""
    watched = report = None
    if random.random() < 0.5:
        state = random.choice(("up", "down", "degraded", "busy", "busy"))
        watched = Watched(
            provider=provider,
            state=state,
            since=now - random.choice((5, 90)) * MINUTE,
            seen_at=now - random.choice((0, 10)) * MINUTE,
            free=random.choice((None, 0, 2)) if state != "down" else None,
            wait_min=random.choice((None, 12.0, 90.0)) if state == "busy" else None,
        )
    if random.random() < 0.3:
        state = random.choice(("up", "busy", "down"))
        report = PhoneReport(
            provider=provider,
            at=now - random.choice((1, 20)) * MINUTE,
            until=now + random.choice((10, 45, 200)) * MINUTE,
            free=random.choice((None, 0, 1)) if state == "up" else None,
            state=state,
        )
    return Known(watched=watched, report=report, bookings=_some_bookings(random, provider, now))


def _some_bookings(random: Random, provider: str, now: datetime) -> tuple[Booking, ...]:
    found: list[Booking] = []
    for unit in (1, 2, 3):
        begin = now + random.choice((-200, -100, -30, 20, 2000)) * MINUTE
        while random.random() < 0.5:
            end = begin + random.choice((30, 45, 75)) * MINUTE
            number = len(found) + 1
            found.append(Booking(provider=provider, unit=unit, case_id=number, offer=1,
                                 begin=begin, end=end))  # fmt: skip
            begin = end + random.choice((0, 0, 25)) * MINUTE
    return tuple(found)


def naive_availability(
    provider: Provider,
    when: datetime,
    holidays: Iterable[date],
    seen: Observations,
    settings: Settings,
) -> NaiveAvailability:
    """Compute whether a provider can come at a moment, and its wait."""
    found = without_hours(provider, when, seen, settings)
    hold = provider.on_hold
    if hold and (hold.until is None or when < hold.until):
        return NaiveAvailability(is_out=True)
    wait_min = _until_open(provider, when, holidays if provider.region else ())
    if wait_min is None:
        return NaiveAvailability(is_out=True)
    return found._replace(wait_min=max(found.wait_min, wait_min))


def acceptance_factor(provider: Provider, when: datetime, settings: Settings) -> float:
    """Return the factor of a provider's acceptance at night."""
    hour = when.astimezone(BERLIN).hour
    is_night = hour >= 20 or hour < 6
    return settings.unknown_hours_night_factor if is_night and provider.hours is None else 1.0


def _until_open(provider: Provider, when: datetime, holidays: Iterable[date]) -> float | None:
    """Find the minutes until a provider opens by trying each second of half an hour."""
    local = when.astimezone(BERLIN)
    if HOURS[provider.hours](local, holidays):
        return 0.0
    if not any(one.hours and HOURS[one.hours](local, ()) for one in provider.phones):
        return None
    first = local.replace(second=0, microsecond=0) + MINUTE
    for minutes in range(31):
        at = first + minutes * MINUTE
        if at - local <= 30 * MINUTE and _is_surely_open(provider, at, holidays):
            return (at - local) / MINUTE
    return None


def _is_surely_open(provider: Provider, at: datetime, holidays: Iterable[date]) -> bool:
    is_unknown = "unknown" in (provider.hours or "") and at.hour == 7 and at.minute < 20
    return HOURS[provider.hours](at, holidays) and not is_unknown


def without_hours(
    provider: Provider, when: datetime, seen: Observations, settings: Settings
) -> NaiveAvailability:
    """Compute the availability by units, checks and report, without hours."""
    known = seen.known.get(provider.id, Known())
    if provider.units == 0:
        return NaiveAvailability(is_out=True)
    state, free, said_wait, since, is_phone = _said(known, when, seen.now)
    if state == "down":
        return NaiveAvailability(is_out=True)
    is_busy = free == 0 or (state == "busy" and free is None)
    said_min = settings.busy_wait_min if said_wait is None else said_wait
    units = range(1, provider.units + 1)
    own = [[each for each in known.bookings if each.unit == unit] for unit in units]
    past = min(seen.now, when)
    late = [any(each.end <= past for each in jobs) for jobs in own]
    taken = [any(each.begin <= when < each.end for each in jobs) for jobs in own]
    if any(not (one or other) for one, other in zip(late, taken, strict=True)):
        return NaiveAvailability(False, said_min if is_busy else 0.0)
    if any(one and not other for one, other in zip(late, taken, strict=True)):
        if is_busy:
            return NaiveAvailability(False, said_min)
        due = min(
            max(each.end for each in jobs if each.end <= past)
            for jobs, one, other in zip(own, late, taken, strict=True)
            if one and not other
        )
        has_said = is_phone and bool(free) and since >= due
        return NaiveAvailability(False, 0.0, not has_said)
    own_min = min(_until_free(jobs, when) for jobs in own)
    return NaiveAvailability(False, max(own_min, said_wait or 0.0) if is_busy else own_min)


def _until_free(jobs: Iterable[Booking], when: datetime) -> float:
    """Find the minutes until a unit has no job, one job after the other."""
    at, is_moved = when, True
    while is_moved:
        is_moved = False
        for each in jobs:
            if each.begin <= at < each.end:
                at, is_moved = each.end, True
    return (at - when) / MINUTE


def _said(
    known: Known, when: datetime, now: datetime
) -> tuple[str, int | None, float | None, datetime | None, bool]:
    """Return state, free units, wait, begin, and whether it comes from a report."""
    looked = _looked(known.watched, when, now)
    report = known.report
    is_near = now - 60 * MINUTE <= when < now + 60 * MINUTE
    if not report or when >= report.until or (when < report.at and not is_near):
        return looked or ("up", None, None, None, False)
    if looked and looked[0] == "down" and looked[3] > report.at:
        return looked
    if report.state == "up" and report.free is None and looked and looked[0] in ("up", "busy"):
        return (*looked[:3], report.at, True)
    if report.state == "busy" or report.free == 0:
        return "busy", 0, (report.until - max(when, report.at)) / MINUTE, report.at, True
    return report.state, report.free, None, report.at, True


def _looked(
    watched: Watched | None, when: datetime, now: datetime
) -> tuple[str, int | None, float | None, datetime | None, bool] | None:
    if watched is None:
        return None
    is_near = now - 60 * MINUTE <= when < now + 60 * MINUTE
    left = None
    if watched.wait_min is not None:
        left = max(0.0, watched.wait_min - max(0.0, (when - watched.seen_at) / MINUTE))
    if watched.free == 0 or (watched.state == "busy" and watched.free is None):
        if not is_near and not left:
            return None
        return "busy", None if left is None else 0, left, watched.since, False
    if not is_near:
        return None
    state = "up" if watched.state == "busy" else watched.state
    return state, watched.free, None, watched.since, False
