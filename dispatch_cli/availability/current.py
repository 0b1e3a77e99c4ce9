"""What is known of a provider at a moment, for a ranking."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from ..model import Availability
from ..model.check import SAID, CheckSettings, Report, Watched
from ..model.provider import CheckState
from .samples import SKEW

_LEAST = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)

ASKED_AGAIN = timedelta(hours=24)
"""So long after its end a report makes its provider unknown; then it is as if nobody had said."""


def current(
    watched: Watched | None,
    report: Report | None,
    *,
    now: datetime,
    settings: CheckSettings,
    when: datetime | None = None,
) -> Availability | None:
    """Say what looks and the phone together say of a moment, by default of now.

    None where neither says anything of it. What the provider said counts until it ends, whatever
    the looks find, but for a hard down that came after it. Where it named no units, a feed's count.
    """
    moment = now if when is None else when
    seen = _from_looks(watched, moment, now, settings)
    said = _from_report(report, moment, now, settings)
    if report is None or said is None:
        return seen
    if seen is None:
        return said
    if said.state == "unknown":
        return seen
    if seen.state == "down" and seen.since is not None and seen.since > report.at:
        return seen
    if said.state == "up" and said.free is None and seen.state in ("up", "busy"):
        return replace(seen, since=said.since, why=said.why)
    return said


def is_near(when: datetime, now: datetime, settings: CheckSettings) -> bool:
    """Whether a state without a known end says anything of an incident at that time.

    Today's outage does not exclude a firm from next week.
    """
    return abs(when - now) <= timedelta(minutes=settings.near_min)


def fresh_at(now: datetime, settings: CheckSettings) -> tuple[datetime, datetime]:
    """The moments between which a look must have been, not to be stale or in the future."""
    return now - timedelta(minutes=settings.stale_min) + _LEAST, now + SKEW


def availability_for(
    states: Mapping[str, Watched],
    reports: Mapping[str, Report],
    when: datetime,
    now: datetime,
    settings: CheckSettings,
) -> dict[str, Availability]:
    """List what is known of each provider for the time of the incident."""
    known = {
        each: current(states.get(each), reports.get(each), now=now, settings=settings, when=when)
        for each in (*states, *(name for name in reports if name not in states))
    }
    return {each: availability for each, availability in known.items() if availability is not None}


def joined(known: Availability | None, taken: Availability | None) -> Availability:
    """Put together what is known of a provider and which of its units our own cases have taken.

    The fewest free units count, and the longest known wait where none is free. The next job is
    known from our own cases alone.
    """
    if known is None or taken is None:
        return known or taken or Availability()
    if known.state == "down":
        return known
    is_busy = known.free == 0 or (known.state == "busy" and known.free is None)
    if taken.state == "overdue":
        is_answered = is_busy or _has_reported_since(known, taken)
        return known if is_answered else replace(taken, why=known.why)
    if taken.free == 0:
        waits = [w for w in (known.wait_min, taken.wait_min) if w is not None]
        state = known.state if known.state in ("degraded", "unknown") else "busy"
        return replace(
            known, state=state, free=0, wait_min=max(waits, default=None), next_at=taken.next_at
        )
    if is_busy or taken.free is None:
        return known
    free = taken.free if known.free is None else min(known.free, taken.free)
    return replace(known, free=free, next_at=taken.next_at)


def _has_reported_since(known: Availability, taken: Availability) -> bool:
    """Whether a provider has said that units are free after one was due back."""
    if known.since is None or taken.since is None:
        return False
    return known.why == SAID and bool(known.free) and known.since >= taken.since


def _from_looks(
    watched: Watched | None, moment: datetime, now: datetime, settings: CheckSettings
) -> Availability | None:
    if watched is None:
        return None
    if not is_near(moment, now, settings):
        known = _from_looks(watched, now, now, settings)
        if known is None or known.state != "busy":
            return None
        wait_min = _wait_min(watched, moment)
        return replace(known, wait_min=wait_min) if wait_min else None
    if watched.state == "unknown" or watched.seen_at is None:
        return Availability(state="unknown", why="no look has said anything yet")
    if watched.seen_at > now + SKEW:
        return Availability(state="unknown", why="looked at in the future: the clock has moved")
    ends = [watched.seen_at + timedelta(minutes=settings.stale_min)]
    ends += [watched.valid_until] if watched.valid_until is not None else []
    if min(ends) <= now:
        return Availability(state="unknown", since=min(ends), why="not seen since")
    state, free, wait_min = _units(watched, moment)
    return Availability(
        state=state, free=free, wait_min=wait_min, since=watched.since, why=watched.why
    )


def _units(watched: Watched, moment: datetime) -> tuple[CheckState, int | None, float | None]:
    """State, free units and wait: the newest sample's units count at once, the state after two.

    Nobody free without a known end is "busy" alone: an Availability of 0 would be no_unit.
    """
    free, wait_min = watched.free, _wait_min(watched, moment)
    if free == 0 or (watched.state == "busy" and free is None):
        return "busy", None if wait_min is None else 0, wait_min
    return "up" if watched.state == "busy" else watched.state, free, None


def _wait_min(watched: Watched, moment: datetime) -> float | None:
    """The wait from a moment on: a feed counts it from the look."""
    if watched.wait_min is None or watched.seen_at is None:
        return watched.wait_min
    return max(0.0, watched.wait_min - max(timedelta(), moment - watched.seen_at) / _MINUTE)


def _from_report(
    report: Report | None, moment: datetime, now: datetime, settings: CheckSettings
) -> Availability | None:
    """What was said, while it holds; a day long that it has ended, and then nothing."""
    if report is None or now - report.until >= ASKED_AGAIN:
        return None
    if report.until <= now:
        if not is_near(moment, now, settings):
            return None
        return Availability(state="unknown", since=report.until, why="report ended, ask")
    if report.until <= moment or (moment < report.at and not is_near(moment, now, settings)):
        return None
    if report.at > now + SKEW:
        return Availability(state="unknown", why="reported in the future: the clock has moved")
    if report.state == "busy" or report.free == 0:
        minutes = (report.until - max(moment, report.at)) / _MINUTE
        return Availability(state="busy", free=0, wait_min=minutes, since=report.at, why=SAID)
    return Availability(state=report.state, free=report.free, since=report.at, why=SAID)
