"""Record notes, reminders and personal data; keep them from erasure; export them."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from msgspec.structs import replace

from ..errors import UsageError
from ..messages import Message, quoted
from ..model.case import EXPORT, Personal
from ..results.case_results import PersonalView
from . import offer_changes
from .book import Book, clock, local, refusals_in_local_time, require_case
from .decisions import must_be_ahead, of_case
from .view_case import personal

NOTED = Message("noted")


def remind(book: Book, case_id: int, at: datetime | None) -> Message:
    """Set the time to call the motorist back; None: the call back is done. Return what is done."""
    if at is not None:
        must_be_ahead(book, at, since=timedelta())
    with book.store.deciding() as tx, refusals_in_local_time(book):
        before = require_case(tx, case_id)
        offer_changes.must_be_open(before)
        after = replace(before, call_back_at=at, call_back_set_at=at and book.now)
        tx.save(before, after)
        book.write(tx, "callback", case_id, at=at.isoformat() if at else None)
        done = Message("call back {at}", at=clock(at, book)) if at else Message("called back")
        fact = of_case(case_id, done)
    book.unshown.recorded.append(fact)
    return done


def note(book: Book, case_id: int, text: str) -> str:
    """Add a line to the case's notes, which are personal data; return the notes before it."""
    before = _change_personal(
        book, case_id, "note", lambda old: replace(old, note=_joined(old.note, text))
    )
    return before.note


def last_moment(book: Book, text: str) -> datetime:
    """Read until when a case is kept; a day means its last minute. Raises UsageError."""
    from zoneinfo import ZoneInfo

    from ..notation.moments import YEARS, parse_when

    words = text.strip()
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", words):
        return parse_when(words, book.now, book.catalog.rules.settings.timezone)
    try:
        day = date.fromisoformat(words)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise UsageError(
            "{text} is not a day from 1970 to 2199; write, for example, 2026-12-24",
            text=quoted(words),
        )
    # Should the clock show that minute twice, the second one ends the day.
    zone = ZoneInfo(book.catalog.rules.settings.timezone)
    return datetime.combine(day, time(23, 59, fold=1), zone)


def hold(book: Book, case_id: int, until: datetime) -> Message:
    """Keep the personal data of a case from erasure until a day, and return what is done."""
    if until <= book.now:
        raise UsageError(
            "{until:%Y-%m-%d} is in the past; name a day in the future", until=local(until, book)
        )
    with book.store.deciding() as tx:
        require_case(tx, case_id)
        tx.hold(case_id, until)
        book.write(tx, "hold", case_id, until=until.isoformat())
        done = Message("kept until {day:%Y-%m-%d}", day=local(until, book))
        fact = of_case(case_id, done)
    book.unshown.recorded.append(fact)
    return done


def export(book: Book, case_id: int) -> PersonalView:
    """Return a motorist's personal data for the motorist; the journal records the export."""
    return personal(book, case_id, action=EXPORT)


def _joined(old: str, text: str) -> str:
    return f"{old}\n{text}" if old else text


def _change_personal(
    book: Book, case_id: int, action: str, change: Callable[[Personal], Personal]
) -> Personal:
    """Change the motorist's personal data, and return the data before the change."""
    with book.store.deciding() as tx:
        require_case(tx, case_id)
        before = tx.personal(case_id) or Personal()
        tx.set_personal(case_id, change(before))
        book.write(tx, action, case_id)
        of_facts = Message("the motorist's personal data are recorded")
        fact = of_case(case_id, NOTED if action == "note" else of_facts)
    book.unshown.recorded.append(fact)
    return before
