"""Write numbers and times for a screen; only here they are rounded."""

from datetime import UTC, date, datetime, timedelta
from math import floor, isfinite, isnan

from msgspec import UNSET

from .. import messages
from ..messages import MONTHS, WEEKDAYS, Clock, Message, promised_clock
from ..results.cascade_answer import Candidate
from .answer_times import local
from .wording import number, say, worded

_ESTIMATES = ("crow_fly", "estimate")
"""The travel sources that are no roads."""

_ROUNDING = 1e-9
"""Compensates the error of binary fractions: 1 - .2 * .3 * .4 * .5 is 98.8 %, not 98.7 %."""


def grouped(value: float) -> str:
    """Write a number in groups of three digits, rounded to a whole one."""
    return number(value, ",.0f")


def minutes(value: float, *, decimals: int = 1) -> str:
    """Write minutes; an infinite number is "never"."""
    if isnan(value):
        return "?"
    return number(value, f"z.{decimals}f") if isfinite(value) else say("never")


def percent_down(chance: float, *, decimals: int = 0) -> str:
    """Write a chance rounded down; 100 % only if it is certain."""
    if isnan(chance):
        return "?"
    steps = 10**decimals
    below = 100 * steps - (1 if chance < 1 else 0)
    value = min(max(0, floor(chance * 100 * steps + _ROUNDING)), below) / steps
    return f"{number(value, f'.{decimals}f')}%"


def extra_minutes(value: float) -> str:
    """Write additional minutes with their sign; negative if a wish is faster than a contract."""
    rounded = round(value, 1) + 0.0  # no -0.0
    return say("{minutes} min", minutes=f"{'-' if rounded < 0 else '+'}{minutes(abs(rounded))}")


def iso(moment: datetime | None) -> str:
    """Write a moment in ISO 8601, to the second, in the zone of the answers; "" for None."""
    return local(moment).isoformat(timespec="seconds") if moment is not None else ""


def time_of_day(local: datetime) -> str:
    """Write hours and minutes, with the zone if the clock shows this time twice."""
    return worded(messages.time_of_day(local))


def weekday(day: date) -> str:
    """Write the short name of a day of the week."""
    return say(WEEKDAYS[day.weekday()])


def day_of(moment: date) -> date:
    """Return the day of a moment; a template of another language may write it in its own order."""
    return moment.date() if isinstance(moment, datetime) else moment


def day_and_month(day: date) -> str:
    """Write a day as "29 Nov"."""
    return say("{day} {month}", day=day.day, month=Message(MONTHS[day.month - 1]), number=day.month)


def past_clock(moment: datetime, now: datetime) -> str:
    """Write a past moment, rounded down to the minute."""
    return worded(Clock(moment, now))


def clock(moment: datetime, when: datetime) -> str:
    """Write a future moment in the incident's time zone, rounded up to the minute."""
    return worded(promised_clock(moment, when))


def date_and_clock(moment: datetime) -> str:
    """Write a moment with its weekday and date, without the year."""
    return say(
        "{weekday} {day} {time}",
        weekday=weekday(moment),
        day=day_and_month(moment),
        time=time_of_day(moment),
    )


def last_resort_at(when: datetime, answers_min: float, fallback_min: float) -> str:
    """Write when the last resort is there if all providers refuse before."""
    try:
        there = when.astimezone(UTC) + timedelta(minutes=answers_min + fallback_min)
        return clock(there, when)
    except (OverflowError, ValueError):
        return say("never")


def is_measured(travel_source: str) -> bool:
    """Return whether travel times are those of roads; all others are estimates with "~"."""
    return travel_source not in _ESTIMATES


def kilometres(candidate: Candidate) -> str:
    """Write the length of the road, else the great circle with "~"."""
    if candidate.road_km is UNSET:
        return f"~{candidate.distance_km:.0f}"
    return f"{candidate.road_km:.0f}"


def until(candidate: Candidate, when: datetime) -> str:
    """Write until when a provider is open, as far as its timetable reaches."""
    if candidate.open_state == "unknown":
        return "?"
    if candidate.open_until is None:
        return say("24 h")
    return clock(candidate.open_until, when)


def arrival_parts(candidate: Candidate) -> tuple[str, str, str, str]:
    """Write arrival, wait, turnout and drive in whole minutes that add up.

    The drive, the least exact part, gets the remainder of the rounding.
    """
    arrival, wait, turnout = (
        minutes(value, decimals=0)
        for value in (candidate.arrival_min, candidate.wait_min, candidate.turnout_min)
    )
    if not isfinite(candidate.arrival_min):
        return arrival, wait, turnout, minutes(candidate.travel_min, decimals=0)
    return arrival, wait, turnout, str(max(0, int(arrival) - int(wait) - int(turnout)))


def there(candidate: Candidate, when: datetime) -> str:
    """Write the time of arrival, with "~" if the travel engine has not given the minutes."""
    return f"{'~' if candidate.is_behind_roads else ''}{clock(candidate.there_at, when)}"


def answer_cost(candidate: Candidate) -> str:
    """Write the cost of asking: the minutes of an answer divided by the acceptance."""
    if not candidate.acceptance > 0:
        return say("never")
    return minutes(candidate.answer_min / candidate.acceptance)
