"""Combine the checks of a provider and its report by phone, at a moment."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message
from ..model import Known
from ..model.check import BY_PHONE, CheckSettings, PhoneReport, Watched
from ..model.provider import CheckState, Source
from ..model.stored_sentences import restored_sentence
from .samples import SKEW

_LEAST = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)

ASKED_AGAIN = timedelta(hours=24)
"""After its end a report makes its provider unknown for this time; then it is ignored."""


NOT_CHECKED = Message("not checked yet")
"""The reason of a provider without any check that counts."""


class Reachability(Struct, frozen=True, kw_only=True):
    """The state of a provider by checks and report, and how many of its units are free.

    ``free`` is None if only the ``units`` of the file are known. ``wait_min`` is the time until a
    unit is free if none is; None means that the end is unknown.
    """

    state: CheckState = "up"
    free: int | None = None
    wait_min: float | None = None
    since: datetime | None = None
    why: Message | str = ""
    source: Source = "check"

    @property
    def is_busy(self) -> bool:
        """Whether no unit is free."""
        return self.free == 0 or (self.state == "busy" and self.free is None)


def reachability_at(
    known: Known, moment: datetime, now: datetime, settings: CheckSettings
) -> Reachability | None:
    """Combine checks and report for a moment, as known now; None if neither applies to it.

    The provider's own report counts until it ends and overrides the checks, except for a hard down
    that came after the report. If the report names no units, those of a feed count.
    """
    report = known.report
    checked = _from_checks(known, moment, now, settings)
    reported = _from_report(report, moment, now, settings)
    if report is None or reported is None:
        return checked
    if checked is None:
        return reported
    if reported.state == "unknown":
        return checked
    if checked.state == "down" and checked.since is not None and checked.since > report.at:
        return checked
    if reported.state == "up" and reported.free is None and checked.state in ("up", "busy"):
        return replace(checked, since=reported.since, why=reported.why)
    return reported


def changes_of(known: Known, now: datetime, settings: CheckSettings) -> list[datetime]:
    """List the moments when checks and report begin or cease to apply."""
    near = timedelta(minutes=settings.near_min)
    found = [now - near, now + near] if known.watched or known.report else []
    watched, report = known.watched, known.report
    if watched is not None and watched.seen_at is not None and watched.wait_min is not None:
        found.append(watched.seen_at + timedelta(minutes=watched.wait_min))
    return found if report is None else [*found, report.at, report.until]


def is_near(when: datetime, now: datetime, settings: CheckSettings) -> bool:
    """Return whether a state without a known end applies to an incident at that time.

    Today's outage does not exclude a firm from next week.
    """
    near = timedelta(minutes=settings.near_min)
    return now - near <= when < now + near


def fresh_at(now: datetime, settings: CheckSettings) -> tuple[datetime, datetime]:
    """Return the first and the last moment of checks that are neither stale nor in the future."""
    return now - timedelta(minutes=settings.stale_min) + _LEAST, now + SKEW


def _from_checks(
    known: Known, moment: datetime, now: datetime, settings: CheckSettings
) -> Reachability | None:
    watched = known.watched
    if watched is None:
        return None
    window = known.maintenance
    seen_at = watched.seen_at
    is_up = watched.state == "up" and seen_at and _holds_until(watched, seen_at, settings) > now
    if window is not None and not is_up:
        # During maintenance a failed check does not count; a success does.
        found = Reachability(state="unknown", since=window.start, why=Message("maintenance"))
        return found if is_near(moment, now, settings) else None
    if not is_near(moment, now, settings):
        seen = _from_checks(known, now, now, settings)
        if seen is None or seen.state != "busy":
            return None
        wait_min = _wait_min(watched, moment)
        return replace(seen, wait_min=wait_min) if wait_min else None
    if watched.state == "unknown" or seen_at is None:
        return Reachability(state="unknown", why=restored_sentence(watched.why) or NOT_CHECKED)
    if seen_at > now + SKEW:
        why = Message("checked in the future: the clock has moved")
        return Reachability(state="unknown", why=why)
    end = _holds_until(watched, seen_at, settings)
    if end <= now:
        return Reachability(state="unknown", since=end, why=Message("the last check is stale"))
    state, free, wait_min = _units(watched, moment)
    return Reachability(
        state=state,
        free=free,
        wait_min=wait_min,
        since=watched.since,
        why=restored_sentence(watched.why),
    )


def _holds_until(watched: Watched, seen_at: datetime, settings: CheckSettings) -> datetime:
    """Return until when the last check holds."""
    ends = [seen_at + timedelta(minutes=settings.stale_min)]
    return min([*ends, watched.valid_until] if watched.valid_until is not None else ends)


def _units(watched: Watched, moment: datetime) -> tuple[CheckState, int | None, float | None]:
    """Return state, free units and wait: units of the newest sample count at once.

    Without free units and without a known end, the state is "busy" and the number is None.
    """
    free, wait_min = watched.free, _wait_min(watched, moment)
    if free == 0 or (watched.state == "busy" and free is None):
        return "busy", None if wait_min is None else 0, wait_min
    return "up" if watched.state == "busy" else watched.state, free, None


def _wait_min(watched: Watched, moment: datetime) -> float | None:
    """Return the wait from a moment on; a feed gives it from the check on."""
    if watched.wait_min is None or watched.seen_at is None:
        return watched.wait_min
    return max(0.0, watched.wait_min - max(timedelta(), moment - watched.seen_at) / _MINUTE)


def _from_report(
    report: PhoneReport | None, moment: datetime, now: datetime, settings: CheckSettings
) -> Reachability | None:
    """Return the state by a report while it holds, "unknown" for a day after it, then None."""
    if report is None or now - report.until >= ASKED_AGAIN:
        return None
    if report.until <= now:
        if not is_near(moment, now, settings):
            return None
        return Reachability(
            state="unknown",
            since=report.until,
            why=Message("report ended, ask"),
            source="phone",
        )
    if report.until <= moment or (moment < report.at and not is_near(moment, now, settings)):
        return None
    if report.at > now + SKEW:
        why = Message("reported in the future: the clock has moved")
        return Reachability(state="unknown", why=why, source="phone")
    if report.state == "busy" or report.free == 0:
        minutes = (report.until - max(moment, report.at)) / _MINUTE
        return Reachability(
            state="busy", free=0, wait_min=minutes, since=report.at, why=BY_PHONE, source="phone"
        )
    return Reachability(
        state=report.state, free=report.free, since=report.at, why=BY_PHONE, source="phone"
    )
