"""Note what a provider said on the phone about itself."""

import re
from datetime import datetime, timedelta
from typing import Literal, get_args

from .. import desk
from ..errors import UsageError
from ..messages import Message
from ..model.case import OF_NO_CASE
from ..model.check import Report
from .book import Book, clock, local

Said = Literal["up", "busy", "down"]
SAID: tuple[Said, ...] = get_args(Said)
"""What a provider can say of itself."""

MOST_FREE = 999
LONGEST = timedelta(days=7)
_COUNT = re.compile(r"[0-9]{1,4}", re.ASCII)
_FILLING = ("free", "frei", "until", "bis", "till")
CLOCK_AHEAD = timedelta(hours=20)
"""A firm's day is longer than a call: "until 18:00" may be said at six in the morning."""
USUALLY = timedelta(minutes=60)
"""How long a report holds that names no end; one of "busy" holds for the file's busy_wait_min."""


def report(
    book: Book,
    provider_id: str,
    *,
    free: int | None = None,
    until: datetime | None = None,
    state: str | None = None,
) -> Report:
    """Write down what a provider said; it supersedes what it said before.

    Raises UsageError for an unknown provider, a contradiction, or an end that is not within a week.
    """
    provider = desk.find_provider(book.catalog, provider_id)
    stated = _state_of(free, state)
    if until is None:
        busy = timedelta(minutes=book.catalog.rules.settings.busy_wait_min)
        until = book.now + (busy if stated == "busy" else USUALLY)
    if not book.now < until <= book.now + LONGEST:
        end = f"{local(until, book):%Y-%m-%d %H:%M}"
        raise UsageError(
            "what is said holds until {end}: that is not within 7 days from now",
            end=end,
            hint="for longer there are the keys on_hold and hours in the provider file",
        )
    said = Report(
        provider=provider.id,
        at=book.now,
        until=until,
        free=free,
        state=stated,
        operator=book.operator,
    )
    with book.store.deciding() as tx:
        tx.add_report(said)
        book.write(tx, "report", OF_NO_CASE, provider=said.provider)
        fact = Message("{provider}: {report}", provider=said.provider, report=in_words(said, book))
    book.told.recorded.append(fact)
    return said


def parse_said(text: str) -> tuple[int | None, str | None, str]:
    """Take "2 until 18:00" or "busy 45" apart: free units, or a state, and the end as it is."""
    first, *rest = text.split() or [""]
    until = " ".join(word for word in rest if word.casefold() not in _FILLING)
    return (int(first), None, until) if _COUNT.fullmatch(first) else (None, first, until)


def in_words(said: Report, book: Book) -> Message:
    """Say a report as it is read back: "2 free until 18:00"."""
    text = "{free} free until {at}" if said.free else "{state} until {at}"
    return Message(text, free=said.free, state=said.state, at=clock(said.until, book))


def _state_of(free: int | None, state: str | None) -> Said:
    """The state that units and word come to; raises UsageError where they contradict each other."""
    word = next((each for each in SAID if each == state), None)
    if state is not None and word is None:
        raise UsageError(
            "unknown state {state!r}; allowed: {said}", state=state, said=", ".join(SAID)
        )
    if free is None and state is None:
        raise UsageError(
            "nothing was said", hint="--free N for its free units, or --state up, busy or down"
        )
    if free is not None and not 0 <= free <= MOST_FREE:
        raise UsageError(
            "{free} free units: allowed are 0 to {most_free}", free=free, most_free=MOST_FREE
        )
    if free and state in ("busy", "down"):
        raise UsageError(
            "{free} free contradicts {state}", free=free, state=state, hint="leave one of them out"
        )
    if free == 0 and state == "up":
        raise UsageError("0 free contradicts up: that is busy", hint="leave one of them out")
    return word or ("busy" if free == 0 else "up")
