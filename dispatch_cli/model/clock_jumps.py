"""Whether the clock of the machine agrees with the records that were made by it."""

from datetime import datetime, timedelta

from msgspec import Struct

TOLERANCE = timedelta(minutes=1)
"""By so much a record may lie ahead of a clock that was read a little earlier."""

LONGEST_PAUSE = timedelta(days=1)
"""A clock that is further ahead of everything written so far has perhaps been set forward."""

SEEN_EVERY = timedelta(hours=1)
"""At least this long after one look at the case log the next one is remembered."""


class ClockJump(Struct, frozen=True):
    """The clock showed ``now`` when the last record was of ``last``: one of them is wrong."""

    now: datetime
    last: datetime

    @property
    def is_back(self) -> bool:
        """Whether the clock was set back; otherwise it is implausibly far ahead."""
        return self.now < self.last

    def is_over(self, now: datetime) -> bool:
        """Whether the clock has passed the last record again after it was set back."""
        return self.is_back and now >= self.last


def jump_between(
    last: datetime | None, now: datetime, written_at: datetime | None
) -> ClockJump | None:
    """Compare the clock with the last record; None if both are plausible.

    ``written_at`` is when the files of the case log were written: they may be younger than the last
    record, since not everything that is written has one.
    """
    if last is None:
        return None
    if is_ahead(last, now):
        return ClockJump(now, last)
    youngest = last if written_at is None else max(last, written_at)
    return ClockJump(now, last) if now - youngest > LONGEST_PAUSE else None


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether the moment of a record has not come yet: the clock was ahead when it was made."""
    return moment - now > TOLERANCE


def is_seen_anew(seen_at: datetime | None, now: datetime) -> bool:
    """Whether a look at the case log is to be remembered; ``seen_at`` is the last one that was."""
    return seen_at is None or abs(now - seen_at) >= SEEN_EVERY
