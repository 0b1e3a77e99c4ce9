"""Combine the checks of a provider in one run into one sample."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec.structs import replace

from ..messages import Clock, Message, Plural, joined
from ..model.check import CheckSettings, Reading

SKEW = timedelta(minutes=2)
"""Tolerated difference between the clocks of two machines."""


def mark_stale(reading: Reading, settings: CheckSettings, zone: tzinfo = UTC) -> Reading:
    """Return a reading, as unknown if its feed is stale, has ended or lies in the future.

    The feed's own ``as_of`` counts and not the moment at which it was fetched. The reason has its
    times in ``zone``.
    """
    if reading.state == "unknown":
        return reading
    as_of, until = reading.as_of, reading.valid_until
    if as_of is not None and as_of > reading.at + SKEW:
        ahead = _span(as_of - reading.at)
        return _unknown(reading, Message("its time is {ahead} ahead of ours", ahead=ahead))
    if as_of is not None and reading.at - as_of > timedelta(minutes=settings.stale_min):
        age, at = _span(reading.at - as_of), Clock(as_of, reading.at.astimezone(zone))
        return _unknown(reading, Message("its data are {age} old (as of {at})", age=age, at=at))
    if until is not None and until <= reading.at:
        at = Clock(until, reading.at.astimezone(zone))
        return _unknown(reading, Message("its data ended at {at} (valid_until)", at=at))
    return reading


def values_at(reading: Reading) -> datetime:
    """Return the moment of the values of a check, never after the check itself."""
    return reading.at if reading.as_of is None else min(reading.as_of, reading.at)


def _span(length: timedelta) -> Message:
    """Name a length of time in rounded minutes, or in whole days from two days on."""
    if length >= timedelta(days=2):
        return Plural("{count} day", "{count} days", length.days)
    minutes = round(length / timedelta(minutes=1))
    return Plural("{count} minute", "{count} minutes", minutes)


def combine_readings(
    readings: Sequence[Reading], settings: CheckSettings, zone: tzinfo = UTC
) -> Reading:
    """Combine the readings of one provider in a run, at least one, into one sample.

    A provider that fails every check is down; one that answers some is degraded. Unknown checks
    and faults of the observer count only if there are no others. The fewest free units count.
    Reasons have their times in ``zone``.
    """
    looks = [mark_stale(each, settings, zone) for each in readings]
    conclusive = [each for each in looks if not each.fault and each.state != "unknown"]
    if not conclusive:
        return next((each for each in looks if not each.fault), looks[0])
    failed = [each for each in conclusive if each.state == "down"]
    answered = [each for each in conclusive if each.state != "down"]
    if not answered or len(conclusive) == 1:
        return replace(failed[0] if failed else conclusive[0], why=_why(failed or conclusive))
    states = {each.state for each in answered}
    state = next((each for each in ("busy", "degraded") if each in states), "up")
    if failed and state == "up":
        state = "degraded"
    reported = [*failed, *(each for each in answered if each.state != "up")]
    free = [each.free for each in answered if each.free is not None]
    waits = [each.wait_min for each in answered if each.wait_min is not None]
    ends = [each.valid_until for each in answered if each.valid_until is not None]
    return replace(
        answered[0],
        at=max(each.at for each in conclusive),
        state=state,
        why=_why(reported),
        free=min(free, default=None),
        wait_min=max(waits, default=None),
        as_of=min(map(values_at, answered)),
        valid_until=min(ends, default=None),
    )


def _unknown(reading: Reading, why: Message) -> Reading:
    return replace(reading, state="unknown", why=why, free=None, wait_min=None)


def _why(readings: Sequence[Reading]) -> Message | str:
    """Join the reasons, each once and with the kind of check if there are several."""
    if len(readings) == 1:
        return readings[0].why
    reasons = (
        Message("{kind}: {why}", kind=each.kind, why=each.why) for each in readings if each.why
    )
    return joined({str(each): each for each in reasons}.values())
