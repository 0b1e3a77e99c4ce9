"""Record the emergency call of a case, and the call to the last resort of a service.

The program dials no number: a person does, and this is the record of it.
"""

from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import plans
from ..errors import ConflictError, UsageError
from ..messages import Message, joined
from ..model import Incident, Rules
from ..model.case import CALLERS, Case, CaseService, EmergencyState, LastResortState, Personal
from ..results.case_results import CALLER_WORDS, EmergencyRecord, Recorded
from . import case_states, offer_changes
from .book import Book, clock, local
from .case_deadlines import EMERGENCY_WITHIN, NEXT_CALL_WITHIN
from .decisions import decide

if TYPE_CHECKING:
    from ..store import Transaction

BEFORE_OPENING = timedelta(minutes=30)
"""How long before the begin of a case its emergency call can have been made."""


def with_emergency_due(
    case: Case, rules: Rules, now: datetime, before: Incident | None = None
) -> Case:
    """Return the case with a deadline if its facts need an emergency call that is not recorded.

    ``before`` has the facts before an amendment: only a number that they did not need is due anew.
    """
    needed = plans.numbers_to_dial(case.incident, rules)
    known = plans.numbers_to_dial(before, rules) if before is not None else frozenset()
    is_worse = before is not None and case.incident.injured > before.injured
    if not needed - known and not (needed and is_worse and case.emergency != "called"):
        return case if needed else replace(case, emergency_by=None)
    return replace(
        case,
        emergency="",
        emergency_caller="",
        emergency_at=None,
        emergency_by=now + EMERGENCY_WITHIN,
    )


def record_emergency(
    book: Book,
    case_id: int,
    state: EmergencyState,
    *,
    caller: str = "",
    at: datetime | None = None,
    because: str = "",
) -> Recorded:
    """Record who has dialled the emergency number, that it was not reached, or is not needed.

    A number that was not reached is due again. That none is needed must have a reason, which is
    kept with the personal data.
    """
    if state == "called":
        _must_be_caller(caller)
    if state == "not_needed" and not because:
        raise UsageError('"not needed" needs its reason: --because TEXT')
    moment = book.now if at is None else at
    if moment > book.now:
        raise UsageError(
            "{at} is in the future; now it is {now}",
            at=clock(moment, book),
            now=clock(book.now, book),
        )

    def change(tx: "Transaction", case: Case) -> Case:
        offer_changes.must_be_open(case)
        _must_belong_to(case, moment, book)
        if because:
            tx.set_text(case_id, "emergency", because)
        return replace(
            case,
            emergency=state,
            emergency_caller=caller,
            emergency_at=moment,
            emergency_by=book.now + EMERGENCY_WITHIN if state == "not_reached" else None,
        )

    def record(_: Case, __: Personal) -> Recorded:
        done = EmergencyRecord(state, caller, moment)
        message = done.sentence_at(local(book.now, book))
        return Recorded(ref=str(case_id), case_id=case_id, state=state, message=message)

    called_at = None if state == "not_needed" else moment.isoformat()
    return decide(
        book,
        case_id,
        "emergency",
        change,
        record,
        state=state,
        caller=caller,
        called_at=called_at,
    )


def _must_belong_to(case: Case, moment: datetime, book: Book) -> None:
    """Raise UsageError for a call long before the case: its time of day is that of another day."""
    # A clock that was ahead may have opened the case; then the present time counts.
    if min(case.opened_at, book.now) - moment > BEFORE_OPENING:
        raise UsageError(
            "{at} is long before case {id}, which was opened at {opened}",
            at=clock(moment, book),
            id=case.id,
            opened=clock(case.opened_at, book),
        )


def record_last_resort(
    book: Book, case_id: int, state: LastResortState, *, caller: str = "", service: str = ""
) -> Recorded:
    """Record that the last resort of a service without help was called, and what it said.

    Its answer is due a few minutes after the call. If it does not take over, it, or another way,
    is due again; if it does, the close of the case is due. ``service`` may be empty if only one
    service needs it.
    """
    if state == "called":
        _must_be_caller(caller)
    name = ""

    def change(_: "Transaction", case: Case) -> Case:
        nonlocal name
        offer_changes.must_be_open(case)
        found = _without_help(case, service, state)
        name = found.service
        due = book.now + NEXT_CALL_WITHIN
        changed = replace(found, last_resort_state=state, last_resort_by=due)
        return replace(
            case, services=tuple(changed if each is found else each for each in case.services)
        )

    def record(_: Case, __: Personal) -> Recorded:
        message = _of_last_resort(state, caller, name)
        return Recorded(ref=str(case_id), case_id=case_id, state=state, message=message)

    return decide(
        book, case_id, "last resort", change, record, state=state, caller=caller, service=service
    )


def _of_last_resort(state: LastResortState, caller: str, service: str) -> Message:
    """Say what was recorded about the last resort of a service."""
    if state == "called":
        text = "{caller} called the last resort for {service}"
        return Message(text, caller=CALLER_WORDS[caller], service=Message(service))
    if state == "takes_over":
        return Message("the last resort takes over {service}", service=Message(service))
    return Message("the last resort does not take over {service}", service=Message(service))


def _must_be_caller(caller: str) -> None:
    if caller not in CALLERS:
        raise UsageError(
            "{caller!r} is unknown; allowed: {allowed}",
            caller=caller,
            allowed=joined(map(Message, CALLERS), ", "),
        )


_BEFORE_CALL = (("exhausted", "last_resort"), ("waiting",))
_BEFORE_ANSWER = (("last_resort",), ("exhausted",), ("taken_over",), ("waiting",))
"""States of the services that can be meant; those of the first group precede the others."""


def _without_help(case: Case, name: str, state: LastResortState) -> CaseService:
    """Return the only service that the last resort can be for; raises an error without exactly one.

    A service is also without help while none of its providers can be asked now. One after which
    others can bring help is meant last.
    """
    named = [each for each in case.services if name in ("", each.service)]
    groups = _BEFORE_CALL if state == "called" else _BEFORE_ANSWER
    found: list[CaseService] = []
    for is_followed, states in product((False, True), groups):
        found = found or [
            each
            for each in named
            if case_states.service_state(case, each) in states
            and case_states.is_followed(case, each) is is_followed
        ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            "several services of case {id} are without help: {names}",
            id=case.id,
            names=", ".join(each.service for each in found),
            hint="name one of them with --service",
        )
    raise ConflictError(
        "case {id} has no service that is left to the last resort ({states})",
        id=case.id,
        states=", ".join(
            f"{each.service}: {case_states.service_state(case, each)}" for each in named
        ),
    )
