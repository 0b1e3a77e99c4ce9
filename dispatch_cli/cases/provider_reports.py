"""Record what a provider reports by phone about its units."""

import re
from datetime import datetime, timedelta
from typing import Literal, get_args

from .. import incident_ranking
from ..errors import UsageError
from ..messages import Message, joined
from ..model.case import OF_NO_CASE
from ..model.check import PhoneReport
from .book import Book, clock, local

ReportedState = Literal["up", "busy", "down"]
REPORTED_STATES: tuple[ReportedState, ...] = get_args(ReportedState)
"""The states that a provider can report."""

MOST_FREE = 999
LONGEST = timedelta(days=7)
_COUNT = re.compile(r"[0-9]{1,4}", re.ASCII)
_FILLING = ("free", "frei", "until", "bis", "till")
CLOCK_AHEAD = timedelta(hours=20)
"""Longest time ahead of a time of day: a report "until 18:00" is possible at six in the morning."""
DEFAULT_LENGTH = timedelta(minutes=60)
"""How long a report without an end is valid; for "busy" it is the file's busy_wait_min."""


def report(
    book: Book,
    provider_id: str,
    *,
    free: int | None = None,
    until: datetime | None = None,
    state: str | None = None,
) -> PhoneReport:
    """Record a provider's report by phone, which supersedes the earlier one.

    Raises UsageError for an unknown provider, a contradiction, or an end that is not within a week.
    """
    provider = incident_ranking.find_provider(book.catalog, provider_id)
    stated = _state_of(free, state)
    if until is None:
        busy = timedelta(minutes=book.catalog.rules.settings.busy_wait_min)
        until = book.now + (busy if stated == "busy" else DEFAULT_LENGTH)
    if not book.now < until <= book.now + LONGEST:
        end = f"{local(until, book):%Y-%m-%d %H:%M}"
        raise UsageError(
            "the report would be valid until {end}, which is not within 7 days from now",
            end=end,
            hint="for a longer time set on_hold or hours in the provider file",
        )
    made = PhoneReport(
        provider=provider.id,
        at=book.now,
        until=until,
        free=free,
        state=stated,
        operator=book.operator,
    )
    with book.store.deciding() as tx:
        tx.add_report(made)
        counted = {} if free is None else {"free": free}
        book.write(
            tx, "report", OF_NO_CASE, provider=made.provider, state=stated,
            until=until.isoformat(), **counted,
        )  # fmt: skip
        fact = Message("{provider}: {report}", provider=made.provider, report=in_words(made, book))
    book.unshown.recorded.append(fact)
    return made


def parse_report(text: str) -> tuple[int | None, str | None, str]:
    """Split "2 until 18:00" or "busy 45" into free units or a state, and the text of the end."""
    first, *rest = text.split() or [""]
    until = " ".join(word for word in rest if word.casefold() not in _FILLING)
    return (int(first), None, until) if _COUNT.fullmatch(first) else (None, first, until)


def in_words(made: PhoneReport, book: Book) -> Message:
    """Word a report for the operator to read back: "2 free until 18:00"."""
    at = clock(made.until, book)
    if made.free:
        return Message("{free} free until {at}", free=made.free, at=at)
    return Message("{state} until {at}", state=Message(made.state), at=at)


def _state_of(free: int | None, state: str | None) -> ReportedState:
    """Return the reported state; raises UsageError if free units and state contradict."""
    word = next((each for each in REPORTED_STATES if each == state), None)
    if state is not None and word is None:
        raise UsageError(
            "unknown state {state!r}; allowed: {allowed}",
            state=state,
            allowed=joined(map(Message, REPORTED_STATES), ", "),
        )
    if free is None and state is None:
        raise UsageError(
            "the report has neither free units nor a state",
            hint="add --free N (free units), or --state up, busy or down",
        )
    if free is not None and not 0 <= free <= MOST_FREE:
        raise UsageError(
            "{free} free units are not possible; allowed: 0 to {most_free}",
            free=free,
            most_free=MOST_FREE,
        )
    if free and state in ("busy", "down"):
        raise UsageError(
            "{free} free contradicts {state}", free=free, state=state, hint="leave one of them out"
        )
    if free == 0 and state == "up":
        raise UsageError("0 free contradicts up", hint="leave one of them out, or write busy")
    return word or ("busy" if free == 0 else "up")
