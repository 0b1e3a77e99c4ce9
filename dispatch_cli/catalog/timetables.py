"""Opening hours worked out for the days round a moment, each text once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from ..model import Provider, Timetable

HolidayDates = Callable[[str, Sequence[int]], Iterable[date]]
"""All public holidays of a region in some years."""

DAYS_BEFORE = 1
DAYS = 16
LEAST_DAYS_AHEAD = 8
"""With fewer days ahead the timetables are worked out anew.

The gates look seven days ahead, and an incident may be set for tomorrow.
"""
_YEAR_AND_MORE = 400


def first_moment(now: datetime) -> datetime:
    """Where the timetables begin: a whole hour, a day ago."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS_BEFORE)


class Timetables:
    """The timetables of one moment."""

    def __init__(self, now: datetime, timezone: str, holidays: HolidayDates) -> None:
        self._start = first_moment(now)
        self._timezone = timezone
        self._holidays = holidays
        self._known: dict[tuple[str | None, str, int], Timetable] = {}
        self.now = now

    def of(self, text: str | None, region: str, days: int = DAYS) -> Timetable:
        """Work out a text that ``parse_hours`` returned; None is unknown throughout."""
        from ..hours import evaluate_hours

        needs_dates = bool(region) and text is not None and "PH" in text
        key = (text, region if needs_dates else "", days)
        if key not in self._known:
            years = range(
                (self._start - timedelta(days=2)).year,
                (self._start + timedelta(days=days + 2)).year + 1,
            )
            self._known[key] = evaluate_hours(
                text,
                holidays=self._holidays(region, list(years)) if needs_dates else (),
                start=self._start,
                days=days,
                timezone=self._timezone,
            )
        return self._known[key]

    def filled_in(self, provider: Provider) -> Provider:
        """Put the timetables of a provider and of its phones in."""
        phones = provider.phones
        if any(phone.hours is not None for phone in phones):
            phones = tuple(
                phone
                if phone.hours is None
                else replace(phone, timetable=self.of(phone.hours, provider.region))
                for phone in phones
            )
        return replace(provider, phones=phones, timetable=self.of(provider.hours, provider.region))

    def is_never_open(self, provider: Provider) -> bool:
        """Whether it is closed for all of more than a year."""
        return _is_closed(self.of(provider.hours, provider.region)) and _is_closed(
            self.of(provider.hours, provider.region, _YEAR_AND_MORE)
        )


def _is_closed(timetable: Timetable) -> bool:
    return all(span.state == "closed" for span in timetable.spans)
