"""What is known of a provider at a moment, for a ranking."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from ..model import Availability
from ..model.check import SAID, CheckSettings, Report, Watched
from ..model.provider import CheckState
from .samples import SKEW

_LEAST = timedelta(microseconds=1)

ASKED_AGAIN = timedelta(hours=24)
"""So long after its end a report makes its provider unknown; then it is as if nobody had said."""


def current(
    watched: Watched | None, report: Report | None, *, now: datetime, settings: CheckSettings
) -> Availability | None:
    """Say what looks and the phone together say; None where neither has ever said anything.

    What the provider said counts until it ends, whatever the looks find, but for a hard down that
    came after it. Where it named no units, a feed's count.
    """
    seen = _from_looks(watched, now, settings)
    said = _from_report(report, now)
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
    """Whether what is known now says anything of an incident at that time.

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
    """Say it of everybody of whom something is known; of nobody if the incident is not near."""
    if not is_near(when, now, settings):
        return {}
    known = {
        each: current(states.get(each), reports.get(each), now=now, settings=settings)
        for each in (*states, *(name for name in reports if name not in states))
    }
    return {each: availability for each, availability in known.items() if availability is not None}


def joined(known: Availability | None, taken: Availability | None) -> Availability:
    """Put together what is known of a provider and which of its units our own cases have taken.

    The fewest free units count, and the longest known wait where none is free.
    """
    if known is None or taken is None:
        return known or taken or Availability()
    if known.state == "down":
        return known
    is_busy = known.free == 0 or (known.state == "busy" and known.free is None)
    if taken.free == 0:
        waits = [w for w in (known.wait_min, taken.wait_min) if w is not None]
        state = known.state if known.state in ("degraded", "unknown") else "busy"
        return replace(known, state=state, free=0, wait_min=max(waits, default=None))
    if is_busy or taken.free is None:
        return known
    return replace(known, free=taken.free if known.free is None else min(known.free, taken.free))


def _from_looks(
    watched: Watched | None, now: datetime, settings: CheckSettings
) -> Availability | None:
    if watched is None:
        return None
    if watched.state == "unknown" or watched.seen_at is None:
        return Availability(state="unknown", why="no look has said anything yet")
    if watched.seen_at > now + SKEW:
        return Availability(state="unknown", why="looked at in the future: the clock has moved")
    ends = [watched.seen_at + timedelta(minutes=settings.stale_min)]
    ends += [watched.valid_until] if watched.valid_until is not None else []
    if min(ends) <= now:
        return Availability(state="unknown", since=min(ends), why="not seen since")
    state, free, wait_min = _units(watched)
    return Availability(
        state=state, free=free, wait_min=wait_min, since=watched.since, why=watched.why
    )


def _units(watched: Watched) -> tuple[CheckState, int | None, float | None]:
    """State, free units and wait: the newest sample's units count at once, the state after two.

    Nobody free without a known end is "busy" alone: an Availability of 0 would be no_unit.
    """
    free, wait_min = watched.free, watched.wait_min
    if free == 0 or (watched.state == "busy" and free is None):
        return "busy", None if wait_min is None else 0, wait_min
    return "up" if watched.state == "busy" else watched.state, free, None


def _from_report(report: Report | None, now: datetime) -> Availability | None:
    """What was said, while it holds; a day long that it has ended, and then nothing."""
    if report is None or now - report.until >= ASKED_AGAIN:
        return None
    if report.until <= now:
        return Availability(state="unknown", since=report.until, why="report ended, ask")
    if report.at > now + SKEW:
        return Availability(state="unknown", why="reported in the future: the clock has moved")
    if report.state == "busy" or report.free == 0:
        minutes = (report.until - now) / timedelta(minutes=1)
        return Availability(state="busy", free=0, wait_min=minutes, since=report.at, why=SAID)
    return Availability(state=report.state, free=report.free, since=report.at, why=SAID)
