"""Convert moments to microseconds since 1970 in UTC, as the case log and batch store them."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_stamp(moment: datetime) -> int:
    """Return the microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def from_stamp(stamp: int) -> datetime:
    """Return the moment, in UTC."""
    return EPOCH + timedelta(microseconds=stamp)


def stamp_or_none(moment: datetime | None) -> int | None:
    """Return the microseconds since 1970; None for None."""
    return None if moment is None else to_stamp(moment)


def moment_or_none(stamp: int | None) -> datetime | None:
    """Return the moment, in UTC; None for None."""
    return None if stamp is None else from_stamp(stamp)
