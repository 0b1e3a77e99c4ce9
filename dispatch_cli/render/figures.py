"""How numbers and times are written on a screen: rounded here and nowhere earlier."""

from datetime import UTC, datetime, timedelta
from math import floor, isfinite, isnan

from ..messages import MONTHS, WEEKDAYS, Clock, promised_clock, time_of_day
from ..results.cascade_answer import Candidate
from .wording import worded

_MEASURED = frozenset({"road"})
"""The sources of travel times that are more than an estimate; everything else carries "~"."""

_ROUNDING = 1e-9
"""Undoes what binary fractions lose, so that 1 - .2 * .3 * .4 * .5 is 98.8 % and not 98.7 %."""


def minutes(value: float, *, decimals: int = 1) -> str:
    """Write minutes; an infinite number is "never"."""
    if isnan(value):
        return "?"
    return f"{value:z.{decimals}f}" if isfinite(value) else "never"


def percent_down(chance: float, *, decimals: int = 0) -> str:
    """Write a chance rounded down; 100 % only if it is certain."""
    if isnan(chance):
        return "?"
    steps = 10**decimals
    below = 100 * steps - (1 if chance < 1 else 0)
    value = min(max(0, floor(chance * 100 * steps + _ROUNDING)), below) / steps
    return f"{value:.{decimals}f}%"


def extra_minutes(value: float) -> str:
    """Write what something costs, with its sign; a wish can be better than a contract."""
    rounded = round(value, 1) + 0.0  # no -0.0
    return f"{'-' if rounded < 0 else '+'}{minutes(abs(rounded))} min"


def iso(moment: datetime | None) -> str:
    """A moment as programs read it, to the second; "" for none."""
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def past_clock(moment: datetime, now: datetime) -> str:
    """Write a moment that has been, to the minute that it lies in."""
    return worded(Clock(moment, now))


def clock(moment: datetime, when: datetime) -> str:
    """Write a moment to come, in the incident's time zone and never earlier than it is."""
    return worded(promised_clock(moment, when))


def date_and_clock(moment: datetime) -> str:
    """Write a moment with its weekday and date; the year is the caller's own."""
    day = f"{WEEKDAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]}"
    return f"{day} {time_of_day(moment)}"


def last_resort_at(when: datetime, answers_min: float, fallback_min: float) -> str:
    """Write when the last resort is there, if everybody was asked and refused before."""
    try:
        there = when.astimezone(UTC) + timedelta(minutes=answers_min + fallback_min)
        return clock(there, when)
    except (OverflowError, ValueError):
        return "never"


def kilometres(candidate: Candidate) -> str:
    """Write the distance, with "~" where it is no measured road."""
    return f"{'' if candidate.travel_source in _MEASURED else '~'}{candidate.distance_km:.0f}"


def until(candidate: Candidate, when: datetime) -> str:
    """Write how long a provider is open as far as can be seen."""
    if candidate.open_state == "unknown":
        return "?"
    if candidate.open_until is None:
        return "24 h"
    return clock(candidate.open_until, when)


def arrival_parts(candidate: Candidate) -> tuple[str, str, str, str]:
    """Write arrival, wait, turnout and drive in whole minutes that add up.

    What rounding leaves over goes to the drive, the part that is known least.
    """
    arrival, wait, turnout = (
        minutes(value, decimals=0)
        for value in (candidate.arrival_min, candidate.wait_min, candidate.turnout_min)
    )
    if not isfinite(candidate.arrival_min):
        return arrival, wait, turnout, minutes(candidate.travel_min, decimals=0)
    return arrival, wait, turnout, str(max(0, int(arrival) - int(wait) - int(turnout)))


def answer_cost(candidate: Candidate) -> str:
    """Write what asking costs: the minutes of one answer over the chance of a yes."""
    if not candidate.acceptance > 0:
        return "never"
    return minutes(candidate.answer_min / candidate.acceptance)
