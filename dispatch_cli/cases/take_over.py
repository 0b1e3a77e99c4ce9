"""Who works on a case: take it over, hand one's own over, and tell the operator who had it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import ConflictError, UsageError
from ..messages import Message, Plural, joined, marked
from ..model.case import Case, ref_of
from ..results.case_results import CaseView, Recorded
from ..results.hand_over_results import HandedCase, HandedPromise, HandOver
from . import case_deadlines, case_states, contacts, offer_changes, urgency, view_drafts
from .book import Book, takeover_sentence
from .decisions import decide, of_case

if TYPE_CHECKING:
    from ..store import Transaction

REASONS = (marked("shift"), marked("agreed"), marked("no-answer"))
"""Why an operator takes a case over: change of shift, agreed, or the other one does not answer."""


def take(book: Book, case_id: int, reason: str) -> Recorded:
    """Make the operator the keeper of an open case; the former one is told at the next command."""
    if reason not in REASONS:
        raise UsageError(
            "--reason {reason!r} is unknown; allowed: {allowed}",
            reason=reason,
            allowed=joined(map(Message, REASONS), ", "),
        )
    with book.store.reading() as reader:
        found = reader.case(case_id)
    former = found.keeper if found is not None else ""

    def change(_: "Transaction", case: Case) -> Case:
        offer_changes.must_be_open(case)
        if case.keeper == book.operator:
            raise ConflictError("you work on case {id} already", id=case.id)
        if case.keeper != former:
            raise ConflictError(
                "{keeper} took over case {id} just now", keeper=case.keeper, id=case.id
            )
        return replace(case, keeper=book.operator)

    fact = Message("taken over from {keeper}", keeper=former)
    done = Recorded(ref=str(case_id), case_id=case_id, state="taken", message=fact)
    return decide(
        book, case_id, "take", change, lambda *_: done, reason=reason, keeper_before=former
    )


def hand_over(book: Book, to: str) -> HandOver:
    """Make another operator the keeper of all open cases of this one, and list what is promised.

    Parked calls belong to no operator; those that this one has taken last are listed as well.
    """
    if not to.strip() or to == book.operator:
        raise UsageError("--to {to!r} is not another operator", to=to)
    with book.store.deciding() as tx:
        own = [each for each in tx.cases(open_only=True) if each.keeper == book.operator]
        for case in reversed(own):
            tx.save(case, replace(case, keeper=to))
            book.write(tx, "hand over", case.id, keeper_before=book.operator, to=to)
        drafts = [each for each in tx.drafts() if each.operator == book.operator]
        in_order = sorted(own, key=lambda case: urgency.sort_key(case, book.now))
        handed = tuple(_handed(book, case) for case in in_order)
        facts = [of_case(each.id, Message("handed over to {to}", to=to)) for each in own]
        message = Plural(
            "{count} case is handed over to {to}",
            "{count} cases are handed over to {to}",
            len(own),
            to=to,
        )
        done = HandOver(
            to=to,
            message=message,
            cases=handed,
            drafts=tuple(view_drafts.view(each, book.now) for each in drafts),
        )
    book.unshown.recorded.extend(facts)
    return done


def keep_on_call(book: Book, tx: "Transaction", case: Case) -> Case:
    """Make the operator who places a call the keeper of the case.

    A warning names another keeper, who is told at the next command as after ``take``.
    """
    former = case.keeper
    if former == book.operator:
        return case
    if former:
        book.unshown.warnings.append(
            Message(
                "{keeper} works on case {id}: tell {keeper} that you have placed a call",
                keeper=former,
                id=case.id,
            )
        )
        book.write(tx, "take", case.id, reason="call", keeper_before=former)
    return replace(case, keeper=book.operator)


def takeovers(book: Book, views: Iterable[CaseView]) -> list[Message]:
    """Return a sentence for each open case that was taken from the operator, or handed over.

    Once the operator has acted on the case, the sentence has been shown.
    """
    shown = [each.id for each in views if each.state not in ("closed", "cancelled")]
    with book.store.reading() as reader:
        acts = [reader.takeover(each, book.operator) for each in shown]
    return [takeover_sentence(act, book) for act in acts if act is not None]


def _handed(book: Book, case: Case) -> HandedCase:
    deadlines = case_deadlines.deadlines(case, book.now)
    due = contacts.deadline_views(case, deadlines, book.now, book.catalog.rules)
    return HandedCase(
        case_id=case.id,
        kind=case.incident.kind,
        area=case.incident.place.postcode,
        promises=tuple(_promises(case)),
        due=due[0].what if due else "",
        due_at=due[0].at if due else None,
        overdue=any(each.overdue for each in due),
        on_line_since=case.on_line_since,
        deadlines=due,
    )


def _promises(case: Case) -> Iterator[HandedPromise]:
    """Yield what firms have promised, or are to do: the promised time, or that of their answer."""
    for offer in case.offers:
        at, what = None, ""
        if offer.call_off_by is not None:
            at, what = offer.call_off_by, "call off"
        elif offer.state == "accepted":
            at, what = offer.promises[-1].there_at, "arrival"
        elif offer.state == "arrived":
            at, what = offer.arrived_at, "arrived"
        elif offer.state == "later":
            at, what = offer.ring_back_by, "ring back"
        elif offer.state in case_states.WAITING_FOR_ANSWER:
            at, what = offer.answer_by, "answer"
        if at is not None:
            ref = ref_of(case.id, offer.number)
            yield HandedPromise(ref, offer.service, offer.name, offer.phone, what, at)
