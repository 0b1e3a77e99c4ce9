"""Compute the availability of a provider, for ranking, offers, coverage and batch.

It combines hold, opening hours, units, checks and reports, in the order of the gates.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from ..model import Availability, Observations, Phone, Provider, Settings, Timetable
from ..model.check import BY_PHONE
from .fleet import Fleet, FleetState
from .hours_around import SEEN_AHEAD, HoursOf
from .reachability import Reachability, changes_of, reachability_at

_MINUTE = timedelta(minutes=1)
_FREE = Availability()


class AvailabilityBasis(Struct, frozen=True):
    """The values that decide the availability, beside the provider itself."""

    hours_of: HoursOf
    settings: Settings = Settings()
    observations: Observations = Observations()


def availability_at(provider: Provider, moment: datetime, basis: AvailabilityBasis) -> Availability:
    """Compute whether and when a provider can send a unit, with reason and source.

    A closed provider that opens within ``busy_wait_min`` is ``later`` where a number with hours of
    its own is answered at the moment.
    """
    # Local times cannot be added and compared over a change of clocks.
    zone, moment = moment.tzinfo, moment.astimezone(UTC)
    found = _apart_from_hours(provider, moment, basis)
    timetable = basis.hours_of(provider, provider.region)
    span = timetable.span_at(moment)
    hold = provider.on_hold
    if hold is not None and hold.is_on(moment):
        opens_at = timetable.opens_after(moment) if span.state == "closed" else None
        held = Availability(source="hold", why=hold.reason, hours=span, opens_at=opens_at)
        return _out("on_hold", held)
    if span.state == "closed":
        return _while_closed(provider, moment, found, basis)
    if span.state == "unknown" and found.state == "free":
        found = replace(found, state="unknown", source="hours", why=span.remark)
    return replace(found, hours=span, open_until=_open_until(timetable, moment, zone))


def _while_closed(
    provider: Provider, moment: datetime, found: Availability, basis: AvailabilityBasis
) -> Availability:
    """Make the availability of a closed provider."""
    timetable = basis.hours_of(provider, provider.region)
    span, opens_at = timetable.span_at(moment), timetable.opens_after(moment)
    if opens_at is None or opens_at - moment > SEEN_AHEAD:
        return _out("closed_now", Availability(source="hours", hours=span))
    wait_min = (opens_at - moment) / _MINUTE
    is_soon = wait_min <= basis.settings.busy_wait_min and found.state != "none"
    if not is_soon or not any(_is_answered(one, provider, moment, basis.hours_of)
                              for one in provider.phones):  # fmt: skip
        return _out(
            "closed_now",
            Availability(
                source="hours", hours=span, opens_at=opens_at, call_at=opens_at if is_soon else None
            ),
        )
    if wait_min > found.wait_min:
        found = replace(
            found, state="later", source="hours", wait_min=wait_min, free_at=opens_at, why=""
        )
    return replace(found, hours=span, opens_at=opens_at)


def phones_at(provider: Provider, moment: datetime, hours_of: HoursOf) -> tuple[Phone, ...]:
    """Return the numbers that are answered at a moment, then those with unknown hours.

    Both have the order of the file. A number without hours of its own has those of the provider. If
    no number is answered, the result has all of them.
    """
    phones = provider.phones
    if len(phones) == 1 or all(phone.hours is None for phone in phones):
        return phones
    states = [
        hours_of(provider if phone.hours is None else phone, provider.region).span_at(moment).state
        for phone in phones
    ]
    found = tuple(
        phone
        for wanted in ("open", "unknown")
        for phone, state in zip(phones, states, strict=True)
        if state == wanted
    )
    return found or phones


def changes(provider: Provider, basis: AvailabilityBasis) -> list[datetime]:
    """List the moments, in UTC, when the availability of a provider may change.

    Between two of them it is the same, but for waits, which shrink with time. The timetables that
    ``basis.hours_of`` gives decide how far the list reaches.
    """
    found = set(_hours_change(provider, basis))
    hold = provider.on_hold
    if hold is not None and hold.until is not None:
        found.add(datetime.fromtimestamp(ceil(hold.until.timestamp()), UTC))
    seen = basis.observations
    known = seen.known.get(provider.id)
    if known is not None:
        found.update(each for one in known.bookings for each in (one.begin, one.end))
        found.update(changes_of(known, seen.now, seen.checks))
    return sorted(each.astimezone(UTC) for each in found)


def facts_behind(provider: Provider, observations: Observations) -> tuple[object, ...]:
    """Return the values that decide a provider's availability, as a cache key."""
    timetable = provider.timetable
    return (
        provider.hours,
        provider.region,
        # Timetables are shared within a file.
        None if timetable is None else id(timetable),
        provider.on_hold,
        provider.units > 0,
        tuple((one.hours, id(one.timetable)) for one in provider.phones)
        if any(one.hours is not None for one in provider.phones)
        else (),
        provider.id if provider.id in observations.known else None,
    )


def _hours_change(provider: Provider, basis: AvailabilityBasis) -> Iterator[datetime]:
    hours_of = basis.hours_of
    spans = hours_of(provider, provider.region).spans
    own = [phone for phone in provider.phones if phone.hours is not None]
    soon_s = basis.settings.busy_wait_min * 60
    for span in spans:
        yield datetime.fromtimestamp(span.start, UTC)
        if own and span.state == "open":
            yield datetime.fromtimestamp(span.start - soon_s, UTC)
            for phone in own:
                for each in hours_of(phone, provider.region).spans:
                    if span.start - soon_s < each.start < span.start:
                        yield datetime.fromtimestamp(each.start, UTC)


def _is_answered(phone: Phone, provider: Provider, moment: datetime, hours_of: HoursOf) -> bool:
    """Return whether a number with hours of its own is answered."""
    if phone.hours is None:
        return False
    return hours_of(phone, provider.region).span_at(moment).state == "open"


def _open_until(timetable: Timetable, moment: datetime, zone: tzinfo | None) -> datetime | None:
    span = timetable.span_at(moment)
    ends_at = timetable.ends_at(span) if span.state == "open" else None
    if ends_at is None or ends_at - moment > SEEN_AHEAD:
        return None
    return ends_at.astimezone(zone)


def _out(reason: str, found: Availability) -> Availability:
    return replace(found, state="none", reason=reason)


def _apart_from_hours(
    provider: Provider, moment: datetime, basis: AvailabilityBasis
) -> Availability:
    """Compute the availability by units, checks and reports alone."""
    if provider.units == 0:
        return Availability(state="none", reason="no_unit")
    seen = basis.observations
    known = seen.known.get(provider.id)
    if known is None:
        return _FREE
    stands = reachability_at(known, moment, seen.now, seen.checks)
    # A booking of --extra-unit occupies no unit of the file.
    booked = [each for each in known.bookings if each.unit <= provider.units]
    taken = Fleet(provider.units, seen.now, booked).at(moment) if booked else None
    if stands is not None and stands.state == "down":
        return Availability(
            state="none", reason="down", source=stands.source, since=stands.since, why=stands.why,
            seen="down",
        )  # fmt: skip
    return _joined(stands, taken, moment, basis.settings)


def _joined(
    stands: Reachability | None, taken: FleetState | None, moment: datetime, settings: Settings
) -> Availability:
    """Combine the reachability of a provider with the bookings of its units by our cases.

    If no unit is free, the longest known wait counts. Only our cases have a next job.
    """
    seen = _seen(stands)
    if taken is None:
        return _busy(seen, stands, moment, settings) if stands and stands.is_busy else seen
    if taken.overdue is not None:
        if stands and (stands.is_busy or _has_reported_since(stands, taken.overdue.end)):
            return _busy(seen, stands, moment, settings) if stands.is_busy else seen
        return replace(
            seen,
            state="overdue",
            source="case",
            since=taken.overdue.end,
            due_at=taken.overdue.end,
            next_at=taken.next_at,
        )
    if taken.free_at is not None:
        own_min = (taken.free_at - moment) / _MINUTE
        if stands and stands.is_busy and (stands.wait_min or 0.0) > own_min:
            return replace(_busy(seen, stands, moment, settings), next_at=taken.next_at)
        return replace(
            seen,
            state="later",
            source="case",
            wait_min=own_min,
            free_at=taken.free_at,
            seen=seen.seen if seen.seen in ("degraded", "unknown") else "busy",
            next_at=taken.next_at,
        )
    if stands and stands.is_busy:
        return _busy(seen, stands, moment, settings)
    return replace(seen, next_at=taken.next_at)


def _seen(stands: Reachability | None) -> Availability:
    """Make the availability of a provider whose units have no known state."""
    if stands is None:
        return _FREE
    return Availability(
        state="unknown" if stands.state == "unknown" else "free",
        source=stands.source,
        since=stands.since,
        why=stands.why,
        seen=stands.state,
    )


def _busy(
    seen: Availability, stands: Reachability, moment: datetime, settings: Settings
) -> Availability:
    """Make the availability of a provider that is busy by its feed or its report."""
    if stands.wait_min is None:
        return replace(seen, state="later", wait_min=settings.busy_wait_min)
    if stands.wait_min <= 0:
        return seen
    free_at = moment + timedelta(minutes=stands.wait_min)
    return replace(seen, state="later", wait_min=stands.wait_min, free_at=free_at)


def _has_reported_since(stands: Reachability, due_at: datetime) -> bool:
    """Return whether a provider has reported free units since one was due back."""
    has_said = stands.why == BY_PHONE and bool(stands.free)
    return has_said and stands.since is not None and stands.since >= due_at
