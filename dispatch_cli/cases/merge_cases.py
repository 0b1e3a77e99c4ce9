"""Merge a duplicate into the case that stays: its firms are called off, and it ends."""

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import ConflictError, UsageError
from ..messages import Message
from ..model.case import Case, Offer, Personal, ref_of
from ..notation.dialling import line_of
from ..results.hand_over_results import ComparedCase, HandedPromise, Merged
from . import case_states, offer_changes
from .book import Book, clock, refusals_in_local_time, require_case
from .case_ends import NOTHING_DUE
from .decisions import of_case
from .undo_plan import MERGE
from .view_case import view

if TYPE_CHECKING:
    from ..store import Transaction

LAST_DIGITS = 3
"""How many digits of a call-back number are compared; they do not reveal the number."""


def compare(book: Book, case_id: int, duplicate: int) -> tuple[ComparedCase, ComparedCase]:
    """Return two cases side by side, before a merge; the journal records the look at both.

    Raises the errors of ``merge``.
    """
    with book.store.deciding() as tx, refusals_in_local_time(book):
        cases = _two(tx, case_id, duplicate)
        compared = [_compared(book, tx.personal(each.id) or Personal(), each) for each in cases]
        for each in cases:
            book.write(tx, "personal compare", each.id)
    return compared[0], compared[1]


def merge(book: Book, case_id: int, duplicate: int) -> Merged:
    """End a duplicate: its open and live offers are called off, which counts against no provider.

    Both cases keep their callers and numbers. Raises ConflictError for a case that has ended, and
    for a duplicate in which help has arrived or an emergency call is due that only it needs.
    """
    refused: ConflictError | None = None
    with book.store.deciding() as tx, refusals_in_local_time(book):
        try:
            stays, before = _two(tx, case_id, duplicate)
        except ConflictError as error:
            book.write(tx, f"refused {MERGE}", duplicate, into=case_id)
            refused = error
        else:
            after, kept = merged(before, case_id, now=book.now), with_promises(stays, before)
            tx.save(before, after)
            if kept != stays:
                tx.save(stays, kept)
            # The record of the duplicate is the last one: with it the merge is undone.
            book.write(tx, MERGE, case_id, duplicate=duplicate, **_taken_call_back(stays, kept))
            book.write(tx, MERGE, duplicate, into=case_id)
            message = Message(
                "case {other} is merged into {case_id}", other=duplicate, case_id=case_id
            )
            fact = of_case(case_id, Message("case {other} is merged into it", other=duplicate))
            call_off = _to_call_off(after)
            taken = _promised_to_caller(book, before, case_id)
    if refused is not None:
        with refusals_in_local_time(book):
            raise refused
    book.unshown.recorded.append(fact)
    return Merged(
        case_id=case_id,
        duplicate=duplicate,
        message=message,
        call_off=call_off,
        warnings=(
            *dict.fromkeys(
                Message("call {phone} {name}: no longer needed", phone=each.phone, name=each.name)
                for each in call_off
            ),
            *taken,
        ),
    )


def with_promises(stays: Case, other: Case) -> Case:
    """Return the case that stays with what the duplicate's caller waits for, or has said.

    That is the caller on the line, the earlier promised call back, hurt persons, and a recorded
    emergency call.
    """
    backs = [each for each in (stays, other) if each.call_back_at is not None]
    back = min(backs, key=lambda each: str(each.call_back_at), default=stays)
    hurt = [each.incident.injured for each in (stays, other) if each.incident.injured is not None]
    stays = replace(
        stays,
        on_line_since=stays.on_line_since or other.on_line_since,
        call_back_at=back.call_back_at,
        call_back_set_at=back.call_back_set_at,
        incident=replace(stays.incident, injured=max(hurt, default=stays.incident.injured)),
    )
    if other.emergency != "called" or stays.emergency == "called":
        return stays
    return replace(
        stays,
        emergency=other.emergency,
        emergency_caller=other.emergency_caller,
        emergency_at=other.emergency_at,
        emergency_by=None,
    )


def _taken_call_back(stays: Case, kept: Case) -> dict[str, str]:
    """Return when a call back was promised that is taken over, for the record of the merge.

    The log has this moment nowhere else: after a clock that was set back, it shows that the promise
    is overdue.
    """
    at = kept.call_back_set_at
    is_taken = at is not None and kept.call_back_at != stays.call_back_at
    return {"call_back_set_at": at.isoformat()} if at is not None and is_taken else {}


def _promised_to_caller(book: Book, case: Case, into: int) -> list[Message]:
    """Name what the caller of a duplicate waits for, which is due in the other case now."""
    found = []
    if case.call_back_at is not None:
        at = clock(case.call_back_at, book)
        text = "case {into} has the call back that was promised in case {case_id} for {at}"
        found.append(Message(text, into=into, case_id=case.id, at=at))
    if case.on_line_since is not None:
        text = "the caller of case {case_id} waits on the line, as case {into} says now"
        found.append(Message(text, into=into, case_id=case.id))
    return found


def merged(case: Case, into: int, *, now: datetime) -> Case:
    """Return a duplicate as the merge into another case leaves it."""

    def ended(offer: Offer) -> Offer:
        if offer.state not in case_states.UNDER_WAY:
            return offer
        return replace(
            offer,
            outcome="called_off",
            answered_at=offer.answered_at or now,
            ended_at=now if offer.state in case_states.LIVE else None,
            ring_back_by=None,
            tell_driver_by=None,
            tell_caller_by=None,
            call_off_by=now,
        )

    offers = tuple(map(ended, case.offers))
    return replace(case, offers=offers, merged_into=into, closed_at=now, **NOTHING_DUE)


def _two(tx: "Transaction", case_id: int, duplicate: int) -> tuple[Case, Case]:
    """Return the case that stays and its duplicate; raises an error if they cannot be merged."""
    if case_id == duplicate:
        raise UsageError("case {case_id} cannot be merged with itself", case_id=case_id)
    stays, other = require_case(tx, case_id), require_case(tx, duplicate)
    for each in (stays, other):
        offer_changes.must_be_open(each)
    arrived = next((each for each in other.offers if each.state == "arrived"), None)
    if arrived is not None:
        raise ConflictError(
            "help has arrived in case {duplicate}: {ref} {name}",
            duplicate=duplicate,
            ref=ref_of(duplicate, arrived.number),
            name=arrived.name,
            hint=_other_way_round(case_id, duplicate),
        )
    comes = next((each for each in other.offers if each.state == "accepted"), None)
    if comes is not None and not any(each.state in case_states.LIVE for each in stays.offers):
        raise ConflictError(
            "only case {duplicate} has help: {ref} {name}",
            duplicate=duplicate,
            ref=ref_of(duplicate, comes.number),
            name=comes.name,
            hint=_other_way_round(case_id, duplicate),
        )
    is_made_or_due = stays.emergency == "called" or stays.emergency_by is not None
    if other.emergency_by is not None and not is_made_or_due:
        raise ConflictError(
            "the emergency call that case {duplicate} needs is not recorded",
            duplicate=duplicate,
            hint=Message(
                "record it first (dispatch case emergency {duplicate}), or amend case {case_id}",
                duplicate=duplicate,
                case_id=case_id,
            ),
        )
    return stays, other


def _other_way_round(case_id: int, duplicate: int) -> Message:
    return Message(
        "merge the other way round: dispatch case merge {duplicate} {case_id}",
        duplicate=duplicate,
        case_id=case_id,
    )


def _to_call_off(case: Case) -> tuple[HandedPromise, ...]:
    return tuple(
        HandedPromise(
            ref_of(case.id, each.number),
            each.service,
            each.name,
            each.phone,
            "call off",
            each.call_off_by,
        )
        for each in case.offers
        if each.call_off_by is not None
    )


def _compared(book: Book, personal: Personal, case: Case) -> ComparedCase:
    shown, vehicle = view(case, book.now), case.incident.vehicle
    firms = (each.provider for each in shown.services if each.provider)
    facts = (vehicle.kind, vehicle.state, "trailer" if vehicle.trailer else "")
    return ComparedCase(
        case_id=case.id,
        opened_at=case.opened_at,
        kind=case.incident.kind,
        vehicle=" ".join(filter(None, facts)),
        plate=personal.plate,
        call_back_end=line_of(personal.call_back)[-LAST_DIGITS:],
        where=personal.typed_place or case.incident.where or "",
        place=case.incident.place.readback,
        state=shown.state,
        provider=", ".join(dict.fromkeys(firms)),
    )
