"""Correct a wrong record, and end a case."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..messages import Message
from ..model.case import Case, CorrectedOutcome
from ..results.case_results import Recorded
from . import case_ends, case_states, offer_corrections
from .book import Book
from .decisions import accept_with_unit, decide, must_be_ahead, offer_ref, recorded_promise

if TYPE_CHECKING:
    from ..store import Transaction


def correct(
    book: Book,
    ref: str,
    right: CorrectedOutcome,
    because: str,
    *,
    there_at: datetime | None = None,
    extra_unit: bool = False,
    language: str = "de",
) -> Recorded:
    """Supersede an answer by a new record; the wrong record is kept, and nothing learned from it.

    A correction to "accepted" needs the promised time and a free unit, as every acceptance does.
    """
    if not because:
        raise UsageError("a correction needs its reason: --because TEXT")
    if (right == "accepted") != (there_at is not None):
        raise UsageError(
            "a correction to accepted needs the promised time: --eta 35"
            if there_at is None
            else "--eta can only be used with --outcome accepted"
        )
    case_id, number = offer_ref(book, ref)
    overdue: Message | str = ""

    def change(tx: "Transaction", case: Case) -> Case:
        nonlocal overdue
        after = offer_corrections.correct(case, number, right, now=book.now, operator=book.operator)
        if there_at is not None:
            must_be_ahead(book, there_at)
            after, overdue = accept_with_unit(
                book, after, after.offers[-1], there_at, tx, extra_unit=extra_unit
            )
        # Last, because a refusal without a free unit is recorded and must change nothing.
        tx.set_text(case_id, f"{number}.corrected", because)
        return after

    def fact(case: Case) -> Message:
        return _correction(case, number, right)

    done = decide(book, case_id, "correct", change, fact, offer=number, outcome=right)
    if right == "not_called":
        return Recorded(
            ref=f"{case_id}.{number}", case_id=case_id, state="corrected", message=done.message
        )
    fresh = done.case.offers[-1]
    if fresh.promises:
        warnings = (overdue,) if overdue else ()
        return recorded_promise(book, done, fresh, language, warnings=warnings)
    return Recorded(
        ref=f"{case_id}.{fresh.number}", case_id=case_id, state=fresh.state, message=done.message
    )


def _correction(case: Case, number: int, right: CorrectedOutcome) -> Message:
    """Say which offer was never called, or is superseded by the last one."""
    wrong = f"{case.id}.{number}"
    if right == "not_called":
        return Message("{ref} was never called", ref=wrong)
    fresh = case.offers[-1]
    return Message(
        "{wrong} is superseded by {ref}: {state}",
        wrong=wrong,
        ref=f"{case.id}.{fresh.number}",
        state=fresh.state,
    )


def close(book: Book, case_id: int) -> Recorded:
    """Close a case, with a warning for each service that has no help."""
    warnings: list[Message] = []

    def change(_: "Transaction", case: Case) -> Case:
        states = unfinished(case)
        warnings.extend(Message("closed with {service_state}", service_state=s) for s in states)
        return case_ends.close(case, now=book.now)

    done = decide(book, case_id, "close", change, lambda _: Message("closed"))
    return Recorded(
        ref=str(case_id),
        case_id=case_id,
        state="closed",
        message=done.message,
        warnings=tuple(warnings),
    )


def unfinished(case: Case) -> list[Message]:
    """Return the services, with their states, for which help has not come and is still needed."""
    states = {each.service: case_states.service_state(case, each) for each in case.services}
    return [
        Message("{service}: {state}", service=service, state=state)
        for service, state in states.items()
        if state in ("waiting", "asking", "accepted", "exhausted")
    ]


def cancel(book: Book, case_id: int) -> Recorded:
    """End a case whose motorist needs no help, with a warning for each provider to call."""
    on_the_way: list[Message] = []

    def change(_: "Transaction", case: Case) -> Case:
        live = [offer for offer in case.offers if offer.state in case_states.UNDER_WAY]
        calls = (
            Message("call {phone} {name}: no longer needed", phone=offer.phone, name=offer.name)
            for offer in live
        )
        on_the_way.extend(dict.fromkeys(calls))
        return case_ends.cancel(case, now=book.now)

    done = decide(book, case_id, "cancel", change, lambda _: Message("cancelled by the motorist"))
    return Recorded(
        ref=str(case_id),
        case_id=case_id,
        state="cancelled",
        message=done.message,
        warnings=tuple(on_the_way),
    )
