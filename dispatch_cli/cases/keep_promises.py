"""Record that a driver or a caller was told, that a firm rings back, or was called off."""

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import UsageError
from ..messages import Message, joined
from ..model.case import Case, Offer, Personal, ref_of
from ..results.case_results import Recorded
from . import case_states, joint_calls, offer_notices
from .book import Book, clock
from .case_states import offer_in
from .decisions import decide, must_be_ahead, offer_ref, parse_case_id
from .offer_changes import must_be_open

if TYPE_CHECKING:
    from ..store import Transaction

TOLD = ("driver", "caller")
"""The persons who must be told after an acceptance."""


def tell(book: Book, ref: str, told: str) -> Recorded:
    """Record that the driver has the address, or that the caller knows the promised time.

    ``ref`` is an offer, or a case: then all of its accepted offers whose person was not told yet.
    The caller is no longer on the line after that.
    """
    if told not in TOLD:
        raise UsageError(
            "{told!r} is unknown; allowed: {allowed}",
            told=told,
            allowed=joined(map(Message, TOLD), ", "),
        )
    case_id, number = _case_or_offer(ref)
    action = f"tell_{told}"
    names: list[str] = []
    numbers: list[int] = []

    def change(_: "Transaction", case: Case) -> Case:
        numbers[:] = [number] if number else _untold(case, f"{action}_by")
        names[:] = dict.fromkeys(offer_in(case, each).name for each in numbers)
        for each in numbers:
            before = case
            case = offer_notices.tell(case, each, action)
            case = joint_calls.update_joint_offers(before, case, each, action)
        return replace(case, on_line_since=None) if told == "caller" else case

    def record(_: Case, __: Personal) -> Recorded:
        name = ", ".join(names)
        to_driver = Message("{name}: the driver has the address", name=name)
        to_caller = Message("the caller knows when {name} comes", name=name)
        message = to_driver if told == "driver" else to_caller
        return Recorded(ref=ref, case_id=case_id, state="told", message=message)

    return decide(book, case_id, action, change, record, offers=numbers)


def ring_back(book: Book, ref: str, until: datetime) -> Recorded:
    """Record that a provider asks its driver and rings back; the next may be asked meanwhile."""
    must_be_ahead(book, until)
    case_id, number = offer_ref(book, ref)
    return decide(
        book,
        case_id,
        "later",
        lambda _, case: offer_notices.later(case, number, until=until),
        lambda case, _: _recorded(
            case,
            number,
            Message(
                "{name} rings back by {at}",
                name=offer_in(case, number).name,
                at=clock(until, book),
            ),
        ),
        offer=number,
        until=until.isoformat(),
    )


def call_off(book: Book, ref: str) -> Recorded:
    """Record that a provider knows that it is not needed, also after the end of its case."""
    case_id, number = _case_or_offer(ref)
    numbers: list[int] = []

    def change(_: "Transaction", case: Case) -> Case:
        nonlocal number
        number = number or _only_one_to_call_off(case).number
        numbers[:] = [number]
        before, after = case, offer_notices.call_off(case, number, now=book.now)
        return joint_calls.update_joint_offers(before, after, number, "call_off")

    return decide(
        book,
        case_id,
        "call off",
        change,
        lambda case, _: _recorded(
            case, number, Message("{name} was called off", name=offer_in(case, number).name)
        ),
        offers=numbers,
    )


def hold_line(book: Book, case_id: int, *, is_waiting: bool) -> Recorded:
    """Record that the caller waits on the line, or does so no longer."""

    def change(_: "Transaction", case: Case) -> Case:
        must_be_open(case)
        since = (case.on_line_since or book.now) if is_waiting else None
        return replace(case, on_line_since=since)

    waits, left = Message("the caller waits on the line"), Message("the caller is off the line")
    done = Recorded(
        ref=str(case_id),
        case_id=case_id,
        state="on_line" if is_waiting else "off_line",
        message=waits if is_waiting else left,
    )
    return decide(book, case_id, "line", change, lambda _, __: done, waiting=is_waiting)


def _case_or_offer(ref: str) -> tuple[int, int]:
    """Read ``17.2``, or ``17`` with 0 for the offer; raises UsageError."""
    head, dot, tail = ref.partition(".")
    return parse_case_id(head), parse_case_id(tail) if dot else 0


def _untold(case: Case, field: str) -> list[int]:
    numbers = [
        each.number
        for each in case.offers
        if each.state == "accepted" and getattr(each, field) is not None
    ]
    if not numbers:
        raise UsageError("case {id} has no acceptance that is to be told", id=case.id)
    return numbers


def _only_one_to_call_off(case: Case) -> Offer:
    found = [each for each in case.offers if each.call_off_by is not None]
    if len({each.joint or -each.number for each in found}) == 1:
        return found[0]
    if not found:
        raise UsageError("case {id} has no provider to call off", id=case.id)
    raise UsageError(
        "case {id} has several providers to call off: {offers}",
        id=case.id,
        offers=", ".join(f"{ref_of(case.id, each.number)} {each.name}" for each in found),
        hint="name the offer, for example 17.2",
    )


def _recorded(case: Case, number: int, message: Message) -> Recorded:
    """Make the record of an act on an offer."""
    return Recorded(
        ref=ref_of(case.id, number),
        case_id=case.id,
        state=offer_in(case, number).state,
        message=message,
        waiting=tuple(
            each.service
            for each in case.services
            if case_states.service_state(case, each) == "waiting"
        ),
    )
