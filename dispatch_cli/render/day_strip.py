"""The strip of the last days on the status page: one field for each day, equal days joined."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from itertools import groupby

from ..results.check_results import DayState
from .clean import clean
from .figures import day_and_month
from .wording import say, word


def strip(days: Sequence[DayState] | None, now: datetime) -> str:
    """Make the strip of a provider, the oldest day first; "" without a history.

    Its text for a screen reader has the days that were not well.
    """
    if not days or not any(days):
        return ""
    fields = "".join(_fields(days, now))
    return f'<span class="strip" role="img" aria-label="{_text(_label(days, now))}">{fields}</span>'


def _fields(days: Sequence[DayState], now: datetime) -> Iterator[str]:
    """Make a field for each run of equal days; its class has their number as the width."""
    for state, at, count in _runs(days):
        names = f"{state or 'none'} w{count}"
        yield f'<i class="{names}" title="{_text(_said(state, at, count, len(days), now))}"></i>'


def _label(days: Sequence[DayState], now: datetime) -> str:
    """Word the strip: the days with an outage or a fault, or that there was none."""
    found = [
        _said(state, at, count, len(days), now)
        for state, at, count in _runs(days)
        if state in ("down", "degraded")
    ]
    return "; ".join(found) or say("no outage in {days} days", days=len(days))


def _runs(days: Sequence[DayState]) -> Iterator[tuple[DayState, int, int]]:
    """Yield each run of equal days: its state, its first day, its length."""
    at = 0
    for state, same in groupby(days):
        count = len(list(same))
        yield state, at, count
        at += count


def _said(state: DayState, at: int, count: int, total: int, now: datetime) -> str:
    first = now - timedelta(days=total - 1 - at)
    last = first + timedelta(days=count - 1)
    what = word(state) if state else say("no look")
    if count == 1:
        return say("{day}: {state}", day=day_and_month(first), state=what)
    return say(
        "{first} to {last}: {state}",
        first=day_and_month(first),
        last=day_and_month(last),
        state=what,
    )


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
