"""Times as the database keeps them: microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_stamp(moment: datetime) -> int:
    """The number of microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def from_stamp(stamp: int) -> datetime:
    """The moment, in UTC."""
    return EPOCH + timedelta(microseconds=stamp)


def stamp_or_none(moment: datetime | None) -> int | None:
    """The same where there may be none."""
    return None if moment is None else to_stamp(moment)


def moment_or_none(stamp: int | None) -> datetime | None:
    """The same where there may be none."""
    return None if stamp is None else from_stamp(stamp)
