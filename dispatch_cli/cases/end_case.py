"""End a case: close it, or record that its motorist no longer needs help."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..messages import Message
from ..model.case import Case, Personal
from ..results.case_results import Recorded
from . import case_ends, case_states
from .book import Book, clock, require_case
from .decisions import decide

if TYPE_CHECKING:
    from ..store import Transaction


def close(book: Book, case_id: int) -> Recorded:
    """Close a case, with a warning for each service without help and each promise that is left."""
    warnings: list[Message] = []

    def change(_: "Transaction", case: Case) -> Case:
        closed = case_ends.close(case, now=book.now)
        states = unfinished(case)
        warnings.extend(Message("closed with {service_state}", service_state=s) for s in states)
        warnings.extend(promises_left(book, case))
        return closed

    return _ended(
        book, case_id, "close", change, state="closed", message=Message("closed"), warnings=warnings
    )


def before_close(book: Book, case_id: int) -> list[Message]:
    """Return what a close would leave unfinished or untold; raises the errors of ``close``."""
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
    case_ends.close(case, now=book.now)
    return [*unfinished(case), *promises_left(book, case)]


def unfinished(case: Case) -> list[Message]:
    """Return the services, with their states, for which help has not come and is still needed."""
    states = {each.service: case_states.service_state(case, each) for each in case.services}
    return [
        Message("{service}: {state}", service=Message(service), state=case_states.state_word(state))
        for service, state in states.items()
        if state in ("waiting", "asking", "accepted", "exhausted", "last_resort")
    ]


def promises_left(book: Book, case: Case) -> list[Message]:
    """Name what was promised to the caller, or was to be told, and ends with the case."""
    found = []
    if case.emergency_by is not None:
        found.append(Message("NO EMERGENCY CALL IS RECORDED, and the facts need one"))
    if case.on_line_since is not None:
        found.append(Message("the caller waits on the line"))
    if case.call_back_at is not None:
        at = clock(case.call_back_at, book)
        found.append(Message("the caller was promised a call back at {at}", at=at))
    for offer in case.offers:
        if offer.state == "accepted" and offer.tell_driver_by is not None:
            found.append(Message("the driver of {name} was not told", name=offer.name))
        if offer.state == "accepted" and offer.tell_caller_by is not None:
            found.append(Message("the caller was not told about {name}", name=offer.name))
    return found


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

    done = Message("cancelled by the motorist")
    return _ended(
        book, case_id, "cancel", change, state="cancelled", message=done, warnings=on_the_way
    )


def _ended(
    book: Book,
    case_id: int,
    action: str,
    change: Callable[["Transaction", Case], Case],
    *,
    state: str,
    message: Message,
    warnings: Sequence[Message],
) -> Recorded:
    """Record the end of a case; ``change`` fills ``warnings``."""

    def record(_: Case, __: Personal) -> Recorded:
        return Recorded(
            ref=str(case_id),
            case_id=case_id,
            state=state,
            message=message,
            warnings=tuple(warnings),
        )

    return decide(book, case_id, action, change, record)
