"""Undo one's own last acts on a case: put its parts back, with a record that names each act."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ..errors import ConflictError, UsageError
from ..messages import Message, joined
from ..model.case import OPENING, UNDO, Act, Booking, Case, Offer, Personal
from ..model.case_parts import GIVE_WAY, UNDOABLE
from ..results.case_results import Recorded
from .act_names import WITHOUT_EFFECT, act_name
from .book import Book, clock, refusals_in_local_time, require_case
from .case_states import LIVE, offer_of, service_state
from .decisions import of_case
from .put_back import put_back

if TYPE_CHECKING:
    from ..store import Reader

MERGE = "merge"
_PLACED = "offer"
_PASSED_OVER = (*WITHOUT_EFFECT, "hold", GIVE_WAY)
"""Beginnings of actions over which an undo goes: refusals, views, holds, moved bookings."""


class _Step(Struct, frozen=True):
    """An act that is undone: the records from ``since`` to ``number``, of one case."""

    case_id: int
    since: int
    number: int
    act: Act


class _Plan:
    """What an undo changes: the cases before and after it, personal data, and calls to make."""

    def __init__(self, book: Book, reader: "Reader") -> None:
        self.book, self.reader = book, reader
        self.before: dict[int, Case] = {}
        self.after: dict[int, Case] = {}
        self.personal: dict[int, Personal] = {}
        self.texts: dict[int, dict[str, str]] = {}
        self.steps: list[_Step] = []
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


def undo(book: Book, case_id: int, *, last: int = 1) -> Recorded:
    """Undo the operator's own last acts on a case, ``last`` of them, or none.

    Raises ConflictError if an act cannot be undone, or if another operator has acted after it.
    """
    return _undo(book, case_id, last=last, merged=0)


def undo_merge(book: Book, case_id: int, duplicate: int) -> Recorded:
    """Undo the merge of a duplicate into a case; raises ConflictError unless it is the last act."""
    return _undo(book, duplicate, last=1, merged=case_id)


def calls_of_undo(book: Book, case_id: int, *, last: int = 1) -> list[Message]:
    """Return the calls that an undo makes necessary, such as those to firms that are on the way.

    There are none if the undo will be refused.
    """
    with book.store.reading() as reader:
        try:
            return _planned(book, reader, case_id, last, merged=0).calls
        except ConflictError:
            return []


def _undo(book: Book, case_id: int, *, last: int, merged: int) -> Recorded:
    if last < 1:
        raise UsageError("--last {last} is not a number of acts", last=last, hint="write 1 or more")
    refused: ConflictError | None = None
    with book.store.deciding() as tx, refusals_in_local_time(book):
        before = require_case(tx, case_id)
        try:
            plan = _planned(book, tx, case_id, last, merged=merged)
        except ConflictError as error:
            if before.forgotten_at is not None:
                raise
            book.write(tx, f"refused {UNDO}", case_id)
            refused = error
        else:
            changed = [(plan.before[each], plan.after[each]) for each in plan.after]
            tx.save_together((one, other) for one, other in changed if one != other)
            for each, personal in plan.personal.items():
                tx.set_personal(each, personal)
            for each, texts in plan.texts.items():
                tx.put_back_texts(each, texts)
            for step in plan.steps:
                tx.drop_parts(step.case_id, step.number)
                book.write(
                    tx,
                    UNDO,
                    step.case_id,
                    record=step.number,
                    since=step.since,
                    undone=step.act.action,
                    offer=step.act.details.get("offer"),
                )
            acts = joined((act_name(each.act) for each in plan.steps if _is_own(each)), ", ")
            sentence = Message("undone: {acts}", acts=acts)
            fact = of_case(case_id, sentence)
    if refused is not None:
        with refusals_in_local_time(book):
            raise refused
    book.unshown.recorded.append(fact)
    after = plan.after[case_id]
    return Recorded(
        ref=str(case_id),
        case_id=case_id,
        state="undone",
        message=sentence,
        warnings=tuple(dict.fromkeys(plan.calls)),
        waiting=tuple(
            each.service for each in after.services if service_state(after, each) == "waiting"
        ),
    )


def _planned(book: Book, reader: "Reader", case_id: int, last: int, *, merged: int) -> _Plan:
    """Work out an undo without writing; raises ConflictError with the reason against it."""
    plan = _Plan(book, reader)
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
    _must_be_free(plan)
    return plan


def _last_own(plan: _Plan, case_id: int, *, into: int) -> tuple[int, Act]:
    """Return the last act of a case that stands, with its number; raises ConflictError.

    ``into``: it must be the merge into that case; 0: any act.
    """
    book = plan.book
    acts = [
        (number, act)
        for number, act in plan.standing(case_id)
        if not act.action.startswith(_PASSED_OVER)
    ]
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
    if act.operator != book.operator:
        has_own = any(
            each.operator == book.operator and each.action in UNDOABLE for _, each in acts
        )
        after = "{operator} recorded {act} at {at} after that"
        only = "the last act of case {case_id} is not yours: {operator} recorded {act} at {at}"
        raise ConflictError(after if has_own else only, **values)
    if act.action == _PLACED:
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


def _put_back(plan: _Plan, number: int, act: Act) -> None:
    """Add the undo of an act to a plan, with that of the acts on other cases that belong to it."""
    book, case_id = plan.book, act.case_id
    parts = plan.reader.parts_before(case_id, number)
    if parts is None:
        raise ConflictError(
            "{act} at {at} can no longer be undone", act=act_name(act), at=clock(act.at, book)
        )
    case = plan.case(case_id)
    plan.steps.append(_Step(case_id, parts.since, number, act))
    later = [each for _, each in plan.reader.numbered_acts(case_id, since=number + 1)]
    plan.after[case_id] = _with_calls(plan, case, put_back(case, parts), later)
    if parts.personal is not None:
        plan.personal[case_id] = parts.personal
    if parts.texts is not None:
        plan.texts[case_id] = parts.texts
    for other, by in plan.reader.acts_between(parts.since, number):
        if by.case_id in (case_id, 0):
            continue
        if by.action == GIVE_WAY and _moved_back(plan, other, by):
            plan.steps.append(_Step(by.case_id, other, other, by))
        elif by.action == MERGE and act.action == MERGE:
            plan.case(by.case_id)
            plan.steps.append(_Step(by.case_id, other, other, by))


def _with_calls(plan: _Plan, before: Case, after: Case, later: Iterable[Act]) -> Case:
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
            text = "call {phone} {name}: no longer needed"
            plan.calls.append(Message(text, phone=old.phone, name=old.name))
            continue
        was_off = was_off or _was_recorded(records, "call off", old)
        if offer.state in LIVE and old.state not in LIVE and was_off:
            text = "call {phone} {name}: it was called off, and is needed after all"
            plan.calls.append(Message(text, phone=old.phone, name=old.name))
        offers.append(offer)
    return replace(after, offers=tuple(offers))


def _was_recorded(acts: Iterable[Act], action: str, offer: Offer) -> bool:
    """Return whether an act on an offer, or on all offers of its case, is among some records."""
    return any(
        each.action == action and each.details.get("offers") in ("", str(offer.number))
        for each in acts
    )


def _moved_back(plan: _Plan, number: int, moved: Act) -> bool:
    """Move a booking of another case back, unless it has changed since or its place is taken."""
    parts = plan.reader.parts_before(moved.case_id, number)
    case = plan.case(moved.case_id)
    found = moved.details.get("offer")
    offer = offer_of(case, found) if isinstance(found, int) else None
    old = next((each for each in (parts.offers if parts else ()) if each.number == found), None)
    times = moved.details.get("begin"), moved.details.get("end")
    if offer is None or old is None or case.closed_at is not None or offer.state not in LIVE:
        return False
    if (_iso(offer.booked_from), _iso(offer.booked_until)) != times:
        return False
    changed = replace(offer, booked_from=old.booked_from, booked_until=old.booked_until)
    if _overlapping(plan, case.id, changed):
        return False
    plan.after[case.id] = replace(
        case,
        offers=tuple(changed if each.number == found else each for each in case.offers),
    )
    return True


def _must_be_free(plan: _Plan) -> None:
    """Raise ConflictError if a unit that an undo books again is booked for another job now."""
    for case_id, case in plan.after.items():
        for offer in case.offers:
            old = offer_of(plan.before[case_id], offer.number)
            taken = _overlapping(plan, case_id, offer) if old != offer else None
            if taken is not None and case.closed_at is None and _books(offer):
                raise ConflictError(
                    "unit {unit} of {name} is booked for {other} now, so that {ref} cannot be"
                    " restored",
                    unit=offer.unit,
                    name=offer.name,
                    other=f"{taken.case_id}.{taken.offer}",
                    ref=f"{case_id}.{offer.number}",
                )


def _books(offer: Offer) -> bool:
    return offer.state in LIVE and offer.ended_at is None and offer.booked_from is not None


def _overlapping(plan: _Plan, case_id: int, offer: Offer) -> Booking | None:
    """Return a booking of another case at the time of an offer's booking; None without one.

    For the cases that the plan changes, their new bookings count.
    """
    if offer.booked_from is None or offer.booked_until is None:
        return None
    for each in plan.reader.bookings().get(offer.provider, []):
        other = plan.after.get(each.case_id)
        begin, end = each.begin, each.end
        if other is not None:
            now = offer_of(other, each.offer)
            if now is None or not _books(now) or now.booked_from is None:
                continue
            begin, end = now.booked_from, now.booked_until or now.booked_from
        is_same_time = begin < offer.booked_until and offer.booked_from < end
        if each.case_id != case_id and each.unit == offer.unit and is_same_time:
            return each
    return None


def _is_own(step: _Step) -> bool:
    """Return whether a step is an act of the operator, and not what another case had of it."""
    return step.act.action != GIVE_WAY and "duplicate" not in step.act.details


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
