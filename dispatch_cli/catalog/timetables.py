"""Evaluate opening hours for the days round a moment, each text once."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from ..messages import Message
from ..model import HolidayDates, Provider, Timetable

DAYS_BEFORE = 1
DAYS = 16
LEAST_DAYS_AHEAD = 8
"""With fewer days ahead the compiled form is built anew.

The gates need seven days, and an incident may be tomorrow.
"""
_YEAR_AND_MORE = 400


def first_moment(now: datetime) -> datetime:
    """Return the start of the timetables: a whole hour, a day ago."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS_BEFORE)


class TimetableCache:
    """Makes the timetables for the days round one moment, one for each text."""

    def __init__(self, now: datetime, timezone: str, holidays: HolidayDates) -> None:
        self._start = first_moment(now)
        self._timezone = timezone
        self._holidays = holidays
        self._known: dict[tuple[str | None, str, int], Timetable] = {}
        self._days: dict[tuple[str, str], frozenset[date]] = {}
        self._doubts: dict[tuple[str, str], tuple[Message, ...]] = {}
        self.now = now

    def of(self, text: str | None, region: str, days: int = DAYS) -> Timetable:
        """Evaluate a result of ``parse_hours``; None is always unknown."""
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
        """Add their timetables to a provider and its phones."""
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
        """Return whether a provider is closed for more than a year."""
        return _is_closed(self.of(provider.hours, provider.region)) and _is_closed(
            self.of(provider.hours, provider.region, _YEAR_AND_MORE)
        )

    def rule_warnings(self, text: str, region: str) -> tuple[Message, ...]:
        """Return what is doubtful about the rules of a text; each text is evaluated once."""
        from ..hours.replaced_rules import rule_warnings

        key = (text, region if "PH" in text else "")
        if key not in self._doubts:
            self._doubts[key] = tuple(rule_warnings(text, lambda rule: self._days_of(rule, region)))
        return self._doubts[key]

    def _days_of(self, rule: str, region: str) -> frozenset[date]:
        """Return the days of two years when a rule holds; many texts have the same rules."""
        from ..hours.replaced_rules import DAYS as TWO_YEARS
        from ..hours.replaced_rules import days_in

        key = (rule, region if "PH" in rule else "")
        if key not in self._days:
            self._days[key] = days_in(self.of(rule, region, TWO_YEARS))
        return self._days[key]


def _is_closed(timetable: Timetable) -> bool:
    return all(span.state == "closed" for span in timetable.spans)
