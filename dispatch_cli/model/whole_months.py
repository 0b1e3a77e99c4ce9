"""Whole months and years after a moment, for counts that are kept by month or year."""

from datetime import datetime


def first_month(since: datetime | None) -> str:
    """Return the first month, such as "2026-11", of which every day is after a moment.

    The date of the moment is read in its own zone, also if months are counted in UTC: "from
    November on" means the local month. Returns "" if there is no moment.
    """
    if since is None:
        return ""
    if f"{since:%dT%H:%M:%S.%f}" == "01T00:00:00.000000":
        return f"{since:%Y-%m}"
    return f"{since.year + since.month // 12:04d}-{since.month % 12 + 1:02d}"


def first_year(since: datetime | None) -> str:
    """Return the first year of which every day is after a moment; "" if there is no moment."""
    month = first_month(since)
    return month[:4] if month[4:] in ("", "-01") else f"{int(month[:4]) + 1:04d}"


def divided(since: datetime | None) -> set[str]:
    """Return the month and the year that contain a moment, unless they begin with it."""
    if since is None:
        return set()
    month = f"{since:%Y-%m}"
    found = {month} if month < first_month(since) else set()
    return found | ({month[:4]} if month[:4] < first_year(since) else set())
