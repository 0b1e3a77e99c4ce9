"""Compare the clock of the machine with the times in the case log."""

from datetime import datetime, timedelta

from msgspec import Struct

TOLERANCE = timedelta(minutes=1)
"""A record may be this far ahead of a clock that was read a little earlier."""

LONGEST_PAUSE = timedelta(days=1)
"""A clock that is further ahead of all records and files may have been set forward."""

SEEN_EVERY = timedelta(hours=1)
"""The minimum time between two stored visits of the case log by cron."""


class ClockJump(Struct, frozen=True):
    """A clock that showed ``now`` when the last record was of ``last``: one of them is wrong."""

    now: datetime
    last: datetime

    @property
    def is_back(self) -> bool:
        """Whether the clock was set back; otherwise it is implausibly far ahead."""
        return self.now < self.last

    def is_over(self, now: datetime) -> bool:
        """Return whether a clock that was set back has passed the last record again."""
        return self.is_back and now >= self.last


def jump_between(
    last: datetime | None, now: datetime, written_at: datetime | None
) -> ClockJump | None:
    """Compare the clock with the last record; None if both are plausible.

    ``written_at`` is the time of the case log's files, which may be younger than the last record,
    because some writes have no record.
    """
    if last is None:
        return None
    if is_ahead(last, now):
        return ClockJump(now, last)
    youngest = last if written_at is None else max(last, written_at)
    return ClockJump(now, last) if now - youngest > LONGEST_PAUSE else None


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Return whether the moment of a record is in the future: the clock was ahead then."""
    return moment - now > TOLERANCE


def is_seen_anew(seen_at: datetime | None, now: datetime) -> bool:
    """Return whether to store that the case log was seen now; ``seen_at`` is the stored time."""
    return seen_at is None or abs(now - seen_at) >= SEEN_EVERY
