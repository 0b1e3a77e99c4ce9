"""Correct a wrong record of an offer."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..messages import Message
from ..model.case import Case, CorrectedOutcome, Personal, ref_of
from ..results.case_results import Recorded
from . import offer_corrections
from .book import Book
from .case_states import offer_in, state_word
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

    def record(case: Case, personal: Personal) -> Recorded:
        message = _correction(case, number, right)
        shown = offer_in(case, number) if right == "not_called" else case.offers[-1]
        if shown.number != number and shown.promises:
            warnings = (overdue,) if overdue else ()
            return recorded_promise(
                book, case, personal, shown, message=message, language=language, warnings=warnings
            )
        ref = ref_of(case_id, shown.number)
        return Recorded(ref=ref, case_id=case_id, state=shown.state, message=message)

    return decide(book, case_id, "correct", change, record, offer=number, outcome=right)


def _correction(case: Case, number: int, right: CorrectedOutcome) -> Message:
    """Say which offer was never called, or is superseded by the last one."""
    wrong = ref_of(case.id, number)
    if right == "not_called":
        return Message("{ref} was never called", ref=wrong)
    fresh = case.offers[-1]
    return Message(
        "{wrong} is superseded by {ref}: {state}",
        wrong=wrong,
        ref=ref_of(case.id, fresh.number),
        state=state_word(fresh.state),
    )
