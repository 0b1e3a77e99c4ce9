"""Notice, record and say that the clock of the machine has jumped."""

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
    """Record that the clock has jumped since the last record, and have it told once.

    The record is of the new time, so that the next act sees no jump.
    """
    found = _noticed(book, tx)
    if found is not None:
        details: dict[str, str | int | float | bool | None] = {"last": found.last.isoformat()}
        tx.append(_act(book, found.now, JUMPED, details))
        book.told.warnings.append(sentence(found, book))


def record_now(book: Book) -> None:
    """Record a jump of the clock that no act has recorded yet."""
    with book.store.reading() as reader:
        found = _noticed(book, reader)
    if found is not None:
        with book.store.deciding() as tx:
            record_jump(book, tx)


def confirm(book: Book, tx: "Transaction") -> None:
    """Record that an operator has found the clock right."""
    record_jump(book, tx)
    tx.append(_act(book, _now(book), IS_RIGHT, {}))


def jump_in_force(book: Book, reader: "Reader") -> ClockJump | None:
    """Return the jump that is not over yet: one just noticed, or the last one recorded.

    A jump ahead is over when the clock is set back or an operator confirms the time.
    """
    found = _noticed(book, reader)
    recorded = reader.last_act(OF_NO_CASE, JUMPED, IS_RIGHT)
    if found is not None or recorded is None or recorded.action != JUMPED:
        return found
    jump = ClockJump(recorded.at, datetime.fromisoformat(str(recorded.details["last"])))
    return None if jump.is_over(_now(book)) else jump


def sentence(jump: ClockJump, book: Book) -> Message:
    """Say what the clock shows, what the last record says, and what follows."""
    by = _length(abs(jump.now - jump.last))
    now, last = clock(jump.now, book), clock(jump.last, book)
    if jump.is_back:
        text = (
            "the clock was set back by {by}: the last record was of {last} when the clock showed"
            " {now}; records lie in the future"
        )
    else:
        text = (
            "the clock was {by} ahead of the last record when it showed {now} (last record:"
            " {last});"
            " check the date of this machine"
        )
    return Message(text, by=by, last=last, now=now)


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


def _length(span: timedelta) -> str:
    """Return a length of time, rounded to its largest whole unit."""
    minutes = round(span / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"
