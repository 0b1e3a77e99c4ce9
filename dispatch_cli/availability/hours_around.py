"""Opening hours round a moment, from the compiled timetables or worked out from their texts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ..model import HolidayDates, Phone, Provider, Timetable

HoursOf = Callable[[Provider | Phone, str], Timetable]
"""Works out when a provider is open, or a phone answered, in a holiday region.

The timetable covers the moment that is asked about and at least ``SEEN_AHEAD`` after it.
"""

SEEN_AHEAD = timedelta(days=7)
"""The program looks at no change of the opening hours that lies further ahead."""


def hours_around(
    when: datetime, timezone: str, holidays: HolidayDates, *, days: int = SEEN_AHEAD.days
) -> HoursOf:
    """Make the function that works out opening hours round a moment and for some days after it.

    What the catalog has worked out already is used where it reaches; each other text is worked
    out once.
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
