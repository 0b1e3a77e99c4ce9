"""Undo one's own last acts on a case, with a record that names each undone act."""

from ..errors import ConflictError, UsageError
from ..messages import Message, joined
from ..model.case import UNDO, Act
from ..model.case_parts import GIVE_WAY
from ..results.case_results import Recorded
from .act_names import act_name
from .book import Book, refusals_in_local_time, require_case
from .case_states import service_state
from .decisions import of_case
from .undo_plan import UndoPlan, UndoStep, effective, planned


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
            return planned(book, reader, case_id, last, merged=0).calls
        except ConflictError:
            return []


def last_act(book: Book, case_id: int) -> Act | None:
    """Return the last act that stands on a case, of any operator; None without one.

    Other operators' plans are left out.
    """
    with book.store.reading() as reader:
        acts = effective(reader.standing_acts(case_id), book.operator)
    return acts[0][1] if acts else None


def _undo(book: Book, case_id: int, *, last: int, merged: int) -> Recorded:
    if last < 1:
        raise UsageError("--last {last} is not a number of acts", last=last, hint="write 1 or more")
    refused: ConflictError | None = None
    with book.store.deciding() as tx, refusals_in_local_time(book):
        before = require_case(tx, case_id)
        try:
            plan = planned(book, tx, case_id, last, merged=merged)
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
            done = _undone(case_id, sentence, plan)
    if refused is not None:
        with refusals_in_local_time(book):
            raise refused
    book.unshown.recorded.append(fact)
    return done


def _undone(case_id: int, sentence: Message, plan: UndoPlan) -> Recorded:
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


def _is_own(step: UndoStep) -> bool:
    """Return whether a step is an act of the operator, and not what another case had of it."""
    return step.act.action != GIVE_WAY and "duplicate" not in step.act.details
