"""Record a joint plan of many cases: for all of them, or for none."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import ConflictError
from ..messages import Message, Plural
from ..model.case import Act, Case
from ..model.case_parts import PLAN
from .act_names import WITHOUT_EFFECT, act_name
from .book import Book, clock
from .open_demands import DemandsRead
from .planned_calls import BEHIND

if TYPE_CHECKING:
    from ..store import Transaction

MOST_NAMED = 5
"""The number of changed cases that a refusal names."""

_AGAIN = Message("make the plan again: the log has changed since")


class Proposal(Struct, frozen=True, kw_only=True):
    """What a plan proposes for one service of a case: a provider, None for the last resort.

    With ``waits`` it proposes no firm yet: the providers in ``behind`` have no unit to spare, since
    the plan gives all of them to other cases, and are called last.

    The minutes are those of the plan: the wait for a free unit of the provider, the price of an
    operator's minute (minutes for each minute), and the price of the unit.
    """

    case_id: int
    service: str
    provider: str | None
    slot_wait_min: float = 0.0
    line_price: float = 0.0
    scarcity_min: float = 0.0
    waits: bool = False
    behind: tuple[str, ...] = ()


def apply_plan(book: Book, read: DemandsRead, proposals: Iterable[Proposal]) -> Message:
    """Record the proposals of a plan with each case that was read for it, and return the sentence.

    A case without a proposal is recorded too, since it may have one of an earlier plan. All are
    recorded in one transaction. Raises ConflictError if a case has changed or another plan was
    applied since the reading; then nothing is recorded. Raises ValueError for a proposal that no
    case needs, or whose provider cannot be asked.
    """
    by_case = _by_case(read, proposals)
    count = sum(any(not each.waits for each in of_case) for of_case in by_case.values())
    with book.store.deciding() as tx:
        _must_be_as_read(book, tx, read)
        for case_id, of_case in by_case.items():
            details: dict[str, str | float | int] = {"cases": count}
            for each in of_case:
                if each.waits:
                    details[f"{each.service}{BEHIND}"] = ",".join(each.behind)
                    continue
                details |= {
                    each.service: each.provider or "",
                    f"{each.service}_wait_min": each.slot_wait_min,
                    f"{each.service}_line_price": each.line_price,
                    f"{each.service}_scarcity_min": each.scarcity_min,
                }
            book.write(tx, PLAN, case_id, **details)
        fact = Plural("planned {count} case", "planned {count} cases", count)
    book.unshown.recorded.append(fact)
    return fact


def _by_case(read: DemandsRead, proposals: Iterable[Proposal]) -> dict[int, list[Proposal]]:
    """Group the proposals by case, one for each service at most, in the order of the cases."""
    demands = {(each.case.id, each.service): each for each in read.demands}
    found: dict[int, list[Proposal]] = {each.case.id: [] for each in read.demands}
    for each in proposals:
        demand = demands.pop((each.case_id, each.service), None)
        if demand is None or demand.is_asked:
            raise ValueError(f"case {each.case_id} needs no plan for {each.service}")
        if each.provider is not None and each.provider not in demand.can_ask:
            raise ValueError(f"case {each.case_id} cannot ask {each.provider}")
        found[each.case_id].append(each)
    return found


def _must_be_as_read(book: Book, tx: "Transaction", read: DemandsRead) -> None:
    """Raise ConflictError if the log is not as it was read for a plan, with who changed it."""
    first = _number(read.head) + 1
    since = [act for _, act in tx.acts_between(first, _number(tx.head()))]
    plan = next((act for act in since if act.action == PLAN), None)
    if plan is not None:
        raise ConflictError(
            "{operator} applied another plan at {at}",
            operator=plan.operator,
            at=clock(plan.at, book),
            hint=_AGAIN,
        )
    now = {each.id: each for each in tx.cases(open_only=True)}
    planned = {each.case.id: each.case for each in read.demands}
    changed = [case for case in planned.values() if now.get(case.id) != case]
    if changed:
        problems = [_changed(book, case, since) for case in islice(changed, MOST_NAMED)]
        if left := len(changed) - len(problems):
            problems.append(
                Plural("{count} more case has changed", "{count} more cases have changed", left)
            )
        raise ConflictError(*problems, hint=_AGAIN)


def _changed(book: Book, case: Case, since: Sequence[Act]) -> Message:
    """Word the last act that has changed a case."""
    acts = [each for each in since if each.case_id == case.id]
    act = next((a for a in reversed(acts) if not a.action.startswith(WITHOUT_EFFECT)), None)
    if act is None:
        return Message("case {case_id} was changed by another program", case_id=case.id)
    return Message(
        "case {case_id}: {operator} recorded {act} at {at}",
        case_id=case.id,
        operator=act.operator,
        act=act_name(act),
        at=clock(act.at, book),
    )


def _number(head: str) -> int:
    return int(head.partition(":")[0])
