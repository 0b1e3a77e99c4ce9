"""What an undo changes: worked out from the journal and the kept parts, without writing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ..errors import ConflictError
from ..messages import Message
from ..model.case import OPENING, Act, Case, Offer, Personal
from ..model.case_parts import GIVE_WAY, PLAN, UNDOABLE
from .act_names import WITHOUT_EFFECT, act_name
from .book import Book, clock, require_case
from .case_states import LIVE, offer_of
from .put_back import put_back
from .undo_bookings import moved_back, must_be_free

if TYPE_CHECKING:
    from ..store import Reader

MERGE, PLACED_CALL = "merge", "offer"
"""Actions in the journal: the merge of two cases, and a call that was placed."""

_PASSED_OVER = (*WITHOUT_EFFECT, "hold", GIVE_WAY)
"""Beginnings of actions over which an undo goes: refusals, views, holds, moved bookings."""


class UndoStep(Struct, frozen=True):
    """An act that is undone: the records from ``since`` to ``number``, of one case."""

    case_id: int
    since: int
    number: int
    act: Act


class UndoPlan:
    """What an undo changes: the cases before and after it, personal data, and calls to make."""

    def __init__(self, book: Book, reader: "Reader") -> None:
        self.book, self.reader = book, reader
        self.before: dict[int, Case] = {}
        self.after: dict[int, Case] = {}
        self.personal: dict[int, Personal] = {}
        self.texts: dict[int, dict[str, str]] = {}
        self.steps: list[UndoStep] = []
        self.calls: list[Message] = []

    def case(self, case_id: int) -> Case:
        """Return a case as the steps so far leave it."""
        if case_id not in self.after:
            self.before[case_id] = self.after[case_id] = require_case(self.reader, case_id)
        return self.after[case_id]

    def standing(self, case_id: int) -> list[tuple[int, Act]]:
        """Return the records that stand after the steps so far, the newest first."""
        gone = [(step.since, step.number) for step in self.steps if step.case_id == case_id]
        return [
            (number, act)
            for number, act in self.reader.standing_acts(case_id)
            if not any(first <= number <= last for first, last in gone)
        ]


def planned(book: Book, reader: "Reader", case_id: int, last: int, *, merged: int) -> UndoPlan:
    """Work out an undo without writing; raises ConflictError with the reason against it."""
    plan = UndoPlan(book, reader)
    if plan.case(case_id).forgotten_at is not None:
        raise ConflictError(
            "case {case_id} is closed and its personal data erased", case_id=case_id
        )
    for _ in range(last):
        number, act = _last_own(plan, case_id, into=merged)
        other = act.details.get("duplicate")
        if act.action == MERGE and isinstance(other, int):
            # The case that stays has only a record: the changes are those of the duplicate.
            number, act = _last_own(plan, other, into=case_id)
        _put_back(plan, number, act)
    must_be_free(reader, plan.before, plan.after)
    return plan


def effective(acts: Iterable[tuple[int, Act]], operator: str) -> list[tuple[int, Act]]:
    """Return the records that an undo by an operator does not go over.

    A plan changes no case, so that another operator's plan does not stand in the way.
    """
    return [
        (number, act)
        for number, act in acts
        if not act.action.startswith(_PASSED_OVER)
        and not (act.action == PLAN and act.operator != operator)
    ]


def _last_own(plan: UndoPlan, case_id: int, *, into: int, wanted: int = 0) -> tuple[int, Act]:
    """Return the last act of a case that stands, with its number; raises ConflictError.

    ``into``: it must be the merge into that case, ``wanted``: the act of that record; 0: any act.
    """
    book = plan.book
    acts = effective(plan.standing(case_id), book.operator)
    number, act = next(iter(acts), (0, None))
    if act is None or act.action == OPENING:
        raise ConflictError("case {case_id} has no act to undo", case_id=case_id)
    at = clock(act.at, book)
    values: dict[str, Any] = {
        "operator": act.operator,
        "act": act_name(act),
        "at": at,
        "case_id": case_id,
    }
    if into and (act.action != MERGE or act.details.get("into") != into):
        raise ConflictError(
            "the last act of case {case_id} is not that merge, but of {operator}: {act} at {at}",
            hint=Message("dispatch case undo {case_id}", case_id=case_id),
            **values,
        )
    if wanted and number != wanted:
        raise ConflictError("{operator} recorded {act} at {at} after that", **values)
    if act.operator != book.operator:
        has_own = any(
            each.operator == book.operator and each.action in UNDOABLE for _, each in acts
        )
        if has_own:
            raise ConflictError("{operator} recorded {act} at {at} after that", **values)
        raise ConflictError(
            "the last act of case {case_id} is not yours: {operator} recorded {act} at {at}",
            **values,
        )
    if act.action == PLACED_CALL:
        raise ConflictError(
            "a placed call cannot be undone: {act} at {at}",
            hint=Message(
                "if there was no call: dispatch case correct {ref} --outcome not_called"
                " --because TEXT",
                ref=f"{case_id}.{act.details.get('offer', '')}",
            ),
            **values,
        )
    if act.action not in UNDOABLE:
        raise ConflictError("{act} at {at} cannot be undone", **values)
    return number, act


def _put_back(plan: UndoPlan, number: int, act: Act) -> None:
    """Add the undo of an act to a plan, with that of the acts on other cases that belong to it."""
    book, case_id = plan.book, act.case_id
    parts = plan.reader.parts_before(case_id, number)
    if parts is None:
        raise ConflictError(
            "{act} at {at} can no longer be undone", act=act_name(act), at=clock(act.at, book)
        )
    case = plan.case(case_id)
    plan.steps.append(UndoStep(case_id, parts.since, number, act))
    later = [each for _, each in plan.reader.numbered_acts(case_id, since=number + 1)]
    plan.after[case_id] = _with_calls(plan, case, put_back(case, parts), later)
    if parts.personal is not None:
        plan.personal[case_id] = parts.personal
    if parts.texts is not None:
        plan.texts[case_id] = parts.texts
    for other, by in plan.reader.acts_between(parts.since, number):
        if by.case_id in (case_id, 0) or by.action == PLAN:
            continue
        was = plan.case(by.case_id)
        if by.action == GIVE_WAY:
            plan.after[was.id] = moved_back(plan.reader, plan.after, was, other, by)
        if by.action == MERGE:
            plan.after[was.id] = _without_promises(plan, was, other)
        if by.action == MERGE or plan.after[was.id] != was:
            plan.steps.append(UndoStep(by.case_id, other, other, by))


def _without_promises(plan: UndoPlan, case: Case, number: int) -> Case:
    """Return the case that stays at a merge without what it has taken over from the duplicate.

    If it has taken over something, the merge must be its last act as well.
    """
    parts = plan.reader.parts_before(case.id, number)
    before = case if parts is None else put_back(case, parts)
    if before != case:
        _last_own(plan, case.id, into=0, wanted=number)
    return before


def _with_calls(plan: UndoPlan, before: Case, after: Case, later: Iterable[Act]) -> Case:
    """Return the case after an undo, with the firms to call off, and note the calls to make.

    A firm whose driver has been told is on the way, and one that was called off is not, whatever
    was undone since: ``later`` are the records after the undone act.
    """
    records = list(later)
    offers = []
    for offer in after.offers:
        old = offer_of(before, offer.number) or offer
        was_told = old.tell_driver_by is None or _was_recorded(records, "tell_driver", old)
        was_off = old.state in ("cancelled", "called_off") and old.call_off_by is None
        if old.state in LIVE and offer.state not in LIVE and was_told:
            offers.append(replace(offer, call_off_by=plan.book.now))
            plan.calls.append(
                Message("call {phone} {name}: no longer needed", phone=old.phone, name=old.name)
            )
            continue
        was_off = was_off or _was_recorded(records, "call off", old)
        if offer.state in LIVE and old.state not in LIVE and was_off:
            plan.calls.append(
                Message(
                    "call {phone} {name}: it was called off, and is needed after all",
                    phone=old.phone,
                    name=old.name,
                )
            )
        offers.append(offer)
    return replace(after, offers=tuple(offers))


def _was_recorded(acts: Iterable[Act], action: str, offer: Offer) -> bool:
    """Return whether an act on an offer is among some records."""
    return any(
        each.action == action
        and str(offer.number) in str(each.details.get("offers", "")).split(",")
        for each in acts
    )
