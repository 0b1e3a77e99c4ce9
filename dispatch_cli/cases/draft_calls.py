"""Keep a call that is not finished: each answer at once, for every operator, until it is a case.

A draft has no case number and no record in the journal. Each act is one transaction, so that a
killed program leaves the draft as it was before or after the act. While a program asks the
questions, its process id stands in the draft; once that process is gone, the draft is parked.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ..errors import ConflictError, UsageError
from ..messages import Message, quoted
from ..model.clock_jumps import is_ahead
from ..model.draft import LETTER, Draft, with_new_facts
from ..store.processes import is_running, started
from .book import Book, clock
from .case_deadlines import EMERGENCY_WITHIN, Deadline

if TYPE_CHECKING:
    from ..store import Reader, Transaction

UNASKED_WITHIN = timedelta(minutes=2)
"""How long a call may wait before the caller was asked whether a person is hurt or in danger."""

PARKED_WITHIN = timedelta(minutes=10)
"""How long a call may wait after that."""

ERASED_AFTER = timedelta(days=1)
"""How long a draft is kept after it was finished or discarded."""

_NUMBER = re.compile(rf"{LETTER}(?P<id>[0-9]{{1,18}})", re.I)

Record = Callable[[Draft, Message], None]
"""Makes what a command shows of a changed draft, from it and the sentence of the act.

It is called before the commit, so that its failure undoes the act.
"""


def _show_nothing(*_: object) -> None:
    pass


def is_number(text: str) -> bool:
    """Return whether a text is the number of a draft (G1)."""
    return _NUMBER.fullmatch(text.strip()) is not None


def draft_id(text: str) -> int:
    """Read the number of a draft; raises UsageError."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            "{text} is not a parked call; write its number, for example G1",
            text=quoted(text),
            hint='"dispatch case list" lists the parked calls',
        )
    return int(match["id"])


def deadline(draft: Draft, now: datetime) -> Deadline:
    """Return until when a parked call must be resumed, or an ended draft must be erased."""
    if draft.ended_at is not None:
        wrong = is_ahead(draft.ended_at, now)
        return Deadline(draft.ended_at + ERASED_AFTER, "erasure", is_ahead=wrong)
    within, what = PARKED_WITHIN, "parked call"
    if draft.is_danger:
        within = EMERGENCY_WITHIN
    elif not draft.is_safety_asked:
        within, what = UNASKED_WITHIN, "safety question"
    return Deadline(draft.parked_at + within, what, is_ahead=is_ahead(draft.parked_at, now))


def start(
    book: Book,
    facts: Mapping[str, str],
    *,
    on_line: bool = False,
    holder: int = 0,
    record: Record = _show_nothing,
) -> Draft:
    """Record the first answers of a call; ``holder`` is the process that asks the next questions.

    Without a holder the call is parked, and the act is a recorded fact of the command.
    """
    with book.store.deciding() as tx:
        book.note_clock(tx)
        draft = tx.new_draft(
            Draft(
                id=0,
                operator=book.operator,
                opened_at=book.now,
                changed_at=book.now,
                parked_at=book.now,
                facts=dict(facts),
                on_line=on_line,
                **_held_by(holder),
            )
        )
        fact = parked(draft)
        record(draft, fact)
    if not holder:
        book.unshown.recorded.append(fact)
    return draft


def save(book: Book, draft: Draft, facts: Mapping[str, str]) -> Draft:
    """Record the answers so far, by the program that asks; ConflictError if it was taken over."""
    with book.store.deciding() as tx:
        found = require_live(book, tx, draft.id)
        _must_hold(book, found, draft)
        after = replace(found, facts=dict(facts), changed_at=book.now, parked_at=book.now)
        book.note_clock(tx)
        tx.save_draft(after)
    return after


def read_free(book: Book, number: int, *, take: bool = False) -> Draft:
    """Return a parked call; ConflictError if it has ended, or if another program asks for it."""
    with book.store.reading() as reader:
        draft = require_live(book, reader, number)
    must_be_free(book, draft, take=take)
    return draft


def resume(
    book: Book,
    number: int,
    *,
    facts: Mapping[str, str] = {},
    holder: int = 0,
    take: bool = False,
) -> Draft:
    """Take a parked call, with new answers if there are any.

    Raises ConflictError while another program asks its questions, unless the operator wants to
    ``take`` it from there.
    """
    with book.store.deciding() as tx:
        before = require_live(book, tx, number)
        must_be_free(book, before, holder=holder, take=take)
        after = replace(
            before,
            operator=book.operator,
            facts=with_new_facts(before.facts, facts),
            changed_at=book.now if facts else before.changed_at,
            parked_at=book.now,
            **_held_by(holder),
        )
        book.note_clock(tx)
        tx.save_draft(after)
    return after


def park(
    book: Book,
    number: int,
    facts: Mapping[str, str] = {},
    *,
    on_line: bool | None = None,
    holder: int = 0,
    record: Record = _show_nothing,
) -> Draft:
    """Set a call aside; it needs a call-back number, or a caller who stays on the line.

    ``on_line`` None: the caller is on the line as before. ``holder`` is the process that parks the
    call whose questions it has asked itself.
    """
    with book.store.deciding() as tx:
        before = require_live(book, tx, number)
        must_be_free(book, before, holder=holder)
        after = replace(
            before,
            operator=book.operator,
            facts=with_new_facts(before.facts, facts),
            changed_at=book.now if facts else before.changed_at,
            parked_at=book.now,
            on_line=before.on_line if on_line is None else on_line,
            **_held_by(0),
        )
        if not after.can_be_called_back:
            raise UsageError(
                "{number} has no call-back number, so that the caller would be lost",
                number=after.number,
                hint="add --call-back NUMBER, or --on-line for a caller who stays on the line",
            )
        book.note_clock(tx)
        tx.save_draft(after)
        fact = parked(after)
        record(after, fact)
    book.unshown.recorded.append(fact)
    return after


def discard(
    book: Book,
    number: int,
    because: str,
    *,
    take: bool = False,
    record: Record = _show_nothing,
) -> Draft:
    """End a call that becomes no case, with the reason."""
    if not because.strip():
        raise UsageError("a discarded call needs its reason: --because TEXT")
    with book.store.deciding() as tx:
        before = require_live(book, tx, number)
        must_be_free(book, before, take=take)
        after = replace(
            before,
            operator=book.operator,
            **_held_by(0),
            ended_at=book.now,
            end_reason=because.strip(),
        )
        book.note_clock(tx)
        tx.save_draft(after)
        fact = Message("{number} is discarded", number=after.number)
        record(after, fact)
    book.unshown.recorded.append(fact)
    return after


def finish(book: Book, tx: "Transaction", draft: Draft, case_id: int) -> None:
    """End a draft within the transaction that opens its case: there is one of both, or none.

    Raises ConflictError, which also undoes the case, if the draft has ended or was taken over.
    """
    found = require_live(book, tx, draft.id)
    _must_hold(book, found, draft)
    after = replace(
        found, operator=book.operator, **_held_by(0), ended_at=book.now, case_id=case_id
    )
    tx.save_draft(after)


def on_line_since(tx: "Transaction", draft: Draft) -> datetime | None:
    """Return since when the caller of a draft waits on the line; None if the line is closed."""
    found = tx.draft(draft.id)
    return found.parked_at if found is not None and found.on_line else None


def last_of(book: Book) -> int:
    """Return the draft that the operator has taken last; raises UsageError without one."""
    with book.store.reading() as reader:
        own = [each for each in reader.drafts() if each.operator == book.operator]
    if not own:
        raise UsageError(
            "{operator} has no parked call; write its number, for example G1",
            operator=book.operator,
            hint='"dispatch case list" lists the parked calls',
        )
    return max(own, key=lambda each: (each.changed_at, each.id)).id


def require_live(book: Book, reader: "Reader | Transaction", number: int) -> Draft:
    """Return a draft that has not ended; raises UsageError, or ConflictError with its end."""
    found = reader.draft(number)
    if found is None:
        raise UsageError(
            "there is no parked call {letter}{number}",
            letter=LETTER,
            number=number,
            hint='"dispatch case list" lists the parked calls',
        )
    if found.ended_at is not None:
        at = clock(found.ended_at, book)
        if found.case_id:
            raise ConflictError(
                "{number} is case {case_id}: {operator} finished it at {at}",
                number=found.number,
                case_id=found.case_id,
                operator=found.operator,
                at=at,
            )
        raise ConflictError(
            "{operator} discarded {number} at {at}",
            number=found.number,
            operator=found.operator,
            at=at,
        )
    return found


def must_be_free(book: Book, draft: Draft, *, holder: int = 0, take: bool = False) -> None:
    """Raise ConflictError while another program asks the questions of a draft."""
    if not take and draft.holder != holder and is_held(draft):
        raise ConflictError(
            "{operator} has {number} since {at}",
            operator=draft.operator,
            number=draft.number,
            at=clock(draft.parked_at, book),
            hint=Message('"dispatch case resume {number} --take" takes it', number=draft.number),
        )


def is_held(draft: Draft) -> bool:
    """Return whether a program that still runs asks the questions of a draft."""
    if not draft.holder or draft.ended_at is not None:
        return False
    return is_running(draft.holder, draft.holder_started)


def _held_by(process: int) -> dict[str, Any]:
    """Return the fields of a draft whose questions a process asks; 0: none."""
    return {"holder": process, "holder_started": started(process) if process else ""}


def parked(draft: Draft) -> Message:
    """Word that a call is parked, and how to go on with it."""
    return Message(
        "{number} is parked; dispatch case resume {number} goes on with it", number=draft.number
    )


def _must_hold(book: Book, found: Draft, own: Draft) -> None:
    if (found.holder, found.operator, found.changed_at) != (
        own.holder,
        own.operator,
        own.changed_at,
    ):
        raise ConflictError(
            "{operator} has taken {number} at {at}",
            operator=found.operator,
            number=found.number,
            at=clock(found.parked_at, book),
        )
