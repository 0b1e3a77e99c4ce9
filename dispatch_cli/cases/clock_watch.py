"""Notice and record that the clock of the machine has jumped, and word a warning."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..messages import Message
from ..model.case import OF_NO_CASE, Act
from ..model.clock_jumps import ClockJump, jump_between
from .book import Book, clock

if TYPE_CHECKING:
    from ..store import Reader, Transaction

JUMPED, IS_RIGHT = "clock jumped", "clock is right"


def record_jump(book: Book, tx: "Transaction") -> None:
    """Record a jump of the clock since the last record, and add one warning to ``unshown``.

    The record has the new time, so that the next act finds no jump.
    """
    found = _noticed(book, tx)
    if found is not None:
        details: dict[str, str | int | float | bool | None] = {"last": found.last.isoformat()}
        tx.append(_act(book, found.now, JUMPED, details))
        book.unshown.warnings.append(sentence(found, book))


def record_now(book: Book) -> None:
    """Record a jump of the clock without an act; nothing if there was none."""
    with book.store.reading() as reader:
        found = _noticed(book, reader)
    if found is not None:
        with book.store.deciding() as tx:
            record_jump(book, tx)


def confirm(book: Book, tx: "Transaction") -> None:
    """Record that an operator has confirmed the time of the clock."""
    record_jump(book, tx)
    tx.append(_act(book, _now(book), IS_RIGHT, {}))


def jump_in_force(book: Book, reader: "Reader") -> ClockJump | None:
    """Return the jump of the clock that is not over yet, just noticed or recorded; else None.

    A jump ahead is over when the clock is set back or an operator confirms the time.
    """
    found = _noticed(book, reader)
    recorded = reader.last_act(OF_NO_CASE, JUMPED, IS_RIGHT)
    if found is not None or recorded is None or recorded.action != JUMPED:
        return found
    jump = ClockJump(recorded.at, datetime.fromisoformat(str(recorded.details["last"])))
    return None if jump.is_over(_now(book)) else jump


def sentence(jump: ClockJump, book: Book) -> Message:
    """Word a jump: the time of the clock, that of the last record, and what to do."""
    by = _length(abs(jump.now - jump.last))
    now, last = clock(jump.now, book), clock(jump.last, book)
    return Message(
        "the clock was set back by {by}: when it showed {now}, the last record was of {last};"
        " the times of some records are in the future"
        if jump.is_back
        else "the clock was {by} ahead of the last record when it showed {now} (last record:"
        " {last}); check the date of this machine",
        by=by,
        last=last,
        now=now,
    )


def _noticed(book: Book, reader: "Reader") -> ClockJump | None:
    last = reader.last_act()
    if book.watch is None or last is None:
        return None
    now = _now(book)
    found = jump_between(last.at, now, None)
    for evidence in (book.watch.written_at, book.watch.seen_at):
        if found is None or found.is_back:
            break
        found = jump_between(last.at, now, evidence())
    return found


def _now(book: Book) -> datetime:
    return book.now if book.watch is None else book.watch.read()


def _act(
    book: Book, at: datetime, action: str, details: dict[str, str | int | float | bool | None]
) -> Act:
    return Act(at=at, operator=book.operator, action=action, case_id=OF_NO_CASE, details=details)


def _length(span: timedelta) -> Message:
    """Return a length of time in minutes, hours or days, rounded to a whole number."""
    minutes = round(span / timedelta(minutes=1))
    if minutes < 120:
        return Message("{minutes} min", minutes=minutes)
    if minutes < 48 * 60:
        return Message("{hours} h", hours=round(minutes / 60))
    return Message("{days} days", days=round(minutes / 1440))
