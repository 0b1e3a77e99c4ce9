"""Return opening hours round a moment, from compiled timetables or computed from their texts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ..model import HolidayDates, Phone, Provider, Timetable

HoursOf = Callable[[Provider | Phone, str], Timetable]
"""Computes when a provider is open, or a phone answered, in a holiday region.

The timetable covers the moment of the query and at least ``SEEN_AHEAD`` after it.
"""

SEEN_AHEAD = timedelta(days=7)
"""Changes of the opening hours further ahead are ignored."""


def hours_around(
    when: datetime, timezone: str, holidays: HolidayDates, *, days: int = SEEN_AHEAD.days
) -> HoursOf:
    """Make the function that returns opening hours round a moment and for some days after it.

    It uses the timetable of the catalog if that covers the time; else it computes each text once.
    """
    known: dict[tuple[str | None, str], Timetable] = {}
    start = when - timedelta(days=1)

    def hours_of(whose: Provider | Phone, region: str) -> Timetable:
        timetable = whose.timetable
        if timetable is not None and timetable.covers(when, days):
            return timetable
        key = (whose.hours, region)
        if key not in known:
            from .. import hours

            years = sorted({start.year, (when + timedelta(days=days)).year})
            needs_dates = bool(region) and whose.hours is not None and "PH" in whose.hours
            known[key] = hours.evaluate_hours(
                whose.hours,
                holidays=holidays(region, years) if needs_dates else (),
                start=start,
                days=days + 2,
                timezone=timezone,
            )
        return known[key]

    return hours_of
