"""What looks and the phone together say of a provider at a moment."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ..model import Known
from ..model.check import SAID, CheckSettings, Report, Watched
from ..model.provider import CheckState, Source
from .samples import SKEW

_LEAST = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)

ASKED_AGAIN = timedelta(hours=24)
"""So long after its end a report makes its provider unknown; then it is as if nothing was said."""


class Reachability(Struct, frozen=True, kw_only=True):
    """How a provider can be reached, and how many of its units are free.

    ``free`` None: nothing is known beyond the file's ``units``. ``wait_min`` is the time until a
    unit is free where none is; None then means that no end is known.
    """

    state: CheckState = "up"
    free: int | None = None
    wait_min: float | None = None
    since: datetime | None = None
    why: str = ""
    source: Source = "check"

    @property
    def is_busy(self) -> bool:
        """Whether no unit is free."""
        return self.free == 0 or (self.state == "busy" and self.free is None)


def reachability_at(
    known: Known, moment: datetime, now: datetime, settings: CheckSettings
) -> Reachability | None:
    """Say what looks and the phone together say of a moment, as known now.

    None if neither says anything of it. The provider's own report counts until it ends and comes
    before the looks, except for a hard down that came after the report. If the report names no
    units, those of a feed count.
    """
    report = known.report
    seen = _from_looks(known, moment, now, settings)
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


def changes_of(known: Known, now: datetime, settings: CheckSettings) -> list[datetime]:
    """List the moments at which looks and the phone begin or cease to say something."""
    near = timedelta(minutes=settings.near_min)
    found = [now - near, now + near] if known.watched or known.report else []
    watched, report = known.watched, known.report
    if watched is not None and watched.seen_at is not None and watched.wait_min is not None:
        found.append(watched.seen_at + timedelta(minutes=watched.wait_min))
    return found if report is None else [*found, report.at, report.until]


def is_near(when: datetime, now: datetime, settings: CheckSettings) -> bool:
    """Whether a state without a known end says anything of an incident at that time.

    Today's outage does not exclude a firm from next week.
    """
    near = timedelta(minutes=settings.near_min)
    return now - near <= when < now + near


def fresh_at(now: datetime, settings: CheckSettings) -> tuple[datetime, datetime]:
    """The moments between which a look must have been, not to be stale or in the future."""
    return now - timedelta(minutes=settings.stale_min) + _LEAST, now + SKEW


def _from_looks(
    known: Known, moment: datetime, now: datetime, settings: CheckSettings
) -> Reachability | None:
    watched = known.watched
    if watched is None:
        return None
    window = known.maintenance
    seen_at = watched.seen_at
    is_up = watched.state == "up" and seen_at and _holds_until(watched, seen_at, settings) > now
    if window is not None and not is_up:
        # What looks find then may be due to the maintenance; that they find nothing wrong is not.
        found = Reachability(state="unknown", since=window.start, why="maintenance")
        return found if is_near(moment, now, settings) else None
    if not is_near(moment, now, settings):
        seen = _from_looks(known, now, now, settings)
        if seen is None or seen.state != "busy":
            return None
        wait_min = _wait_min(watched, moment)
        return replace(seen, wait_min=wait_min) if wait_min else None
    if watched.state == "unknown" or seen_at is None:
        return Reachability(state="unknown", why="no look has said anything yet")
    if seen_at > now + SKEW:
        return Reachability(state="unknown", why="looked at in the future: the clock has moved")
    end = _holds_until(watched, seen_at, settings)
    if end <= now:
        return Reachability(state="unknown", since=end, why="not seen since")
    state, free, wait_min = _units(watched, moment)
    return Reachability(
        state=state, free=free, wait_min=wait_min, since=watched.since, why=watched.why
    )


def _holds_until(watched: Watched, seen_at: datetime, settings: CheckSettings) -> datetime:
    """Return until when the last look holds."""
    ends = [seen_at + timedelta(minutes=settings.stale_min)]
    return min([*ends, watched.valid_until] if watched.valid_until is not None else ends)


def _units(watched: Watched, moment: datetime) -> tuple[CheckState, int | None, float | None]:
    """State, free units and wait: the newest sample's units count at once, the state after two.

    No free unit without a known end is "busy" alone.
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
) -> Reachability | None:
    """What was said, while it holds; a day long that it has ended, and then nothing."""
    if report is None or now - report.until >= ASKED_AGAIN:
        return None
    if report.until <= now:
        if not is_near(moment, now, settings):
            return None
        return Reachability(
            state="unknown", since=report.until, why="report ended, ask", source="phone"
        )
    if report.until <= moment or (moment < report.at and not is_near(moment, now, settings)):
        return None
    if report.at > now + SKEW:
        why = "reported in the future: the clock has moved"
        return Reachability(state="unknown", why=why, source="phone")
    if report.state == "busy" or report.free == 0:
        minutes = (report.until - max(moment, report.at)) / _MINUTE
        return Reachability(
            state="busy", free=0, wait_min=minutes, since=report.at, why=SAID, source="phone"
        )
    return Reachability(
        state=report.state, free=report.free, since=report.at, why=SAID, source="phone"
    )
