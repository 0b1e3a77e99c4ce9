"""Record the answers of providers: acceptance, refusal, new time, arrival."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..messages import Message, joined
from ..model.case import Case, Offer, Option, Personal, ref_of
from ..model.words import SPEAKERS
from ..results.case_results import Recorded
from . import case_states, joint_calls, offer_changes, offer_table
from .book import Book, clock, require_case
from .case_states import offer_in
from .decisions import (
    accept_with_unit,
    decide,
    fleet_of,
    give_way,
    minutes_of,
    must_be_ahead,
    offer_ref,
    recorded_promise,
)

if TYPE_CHECKING:
    from ..store import Transaction

WORTH_MENTIONING = timedelta(minutes=1)


def accept(
    book: Book,
    ref: str,
    there_at: datetime,
    *,
    extra_unit: bool = False,
    language: str = "de",
    is_compared: bool = False,
) -> Recorded:
    """Record an acceptance, which books a unit and releases the exact place to the provider.

    ``is_compared``: the operator has already decided against providers that would come sooner.
    """
    case_id, number = offer_ref(book, ref)
    overdue: Message | str = ""

    def change(tx: "Transaction", case: Case) -> Case:
        nonlocal overdue
        offer = offer_in(case, number)
        after, overdue = accept_with_unit(book, case, offer, there_at, tx, extra_unit=extra_unit)
        return after

    def record(case: Case, personal: Personal) -> Recorded:
        offer = offer_in(case, number)
        at = clock(there_at, book)
        message = Message("{name} accepted, there by {at}", name=offer.name, at=at)
        warnings = tuple(each for each in (overdue, sooner, _of_last_resort(case, offer)) if each)
        return recorded_promise(
            book, case, personal, offer, message=message, language=language, warnings=warnings
        )

    must_be_ahead(book, there_at)
    # Before the transaction, because the comparison takes time.
    sooner = None if is_compared else would_be_sooner(book, ref, there_at)
    return decide(book, case_id, "accept", change, record, offer=number, eta=there_at.isoformat())


def _of_last_resort(case: Case, offer: Offer) -> Message | str:
    """Return a warning about the last resort that was to bring the help that now comes."""
    service = case_states.service_of(case, offer.service)
    if service is None or service.last_resort_state not in ("called", "takes_over"):
        return ""
    return Message(
        "call {phone}, the last resort for {service}: no longer needed",
        phone=service.last_resort_phone,
        service=Message(service.service),
    )


def would_be_sooner(book: Book, ref: str, there_at: datetime) -> Message | None:
    """Return a question if the provider of the next call would arrive before the promised time.

    There is no question about an offer that can no longer be declined.
    """
    case_id, number = offer_ref(book, ref)
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
    offer = offer_in(case, number)
    if isinstance(offer_table.TABLE[offer.state]["decline"], offer_table.Refused):
        return None
    return _sooner(book, case, offer, there_at)


def stands(book: Book, ref: str, *, language: str = "de") -> Recorded:
    """Return the record of an accepted offer again, with the texts for caller and driver."""
    case_id, number = offer_ref(book, ref)
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
        personal = reader.personal(case_id) or Personal()
    offer = offer_in(case, number)
    if offer.state not in case_states.LIVE or not offer.promises:
        raise UsageError(
            "{ref} has not been accepted: {state}",
            ref=ref_of(case_id, number),
            state=case_states.state_word(offer.state),
        )
    message = Message("{name} arrived", name=offer.name)
    if offer.state == "accepted":
        at = clock(offer.promises[-1].there_at, book)
        message = Message("{name} accepted, there by {at}", name=offer.name, at=at)
    return recorded_promise(book, case, personal, offer, message=message, language=language)


def record(book: Book, ref: str, action: str, *, reason: str = "", text: str = "") -> Recorded:
    """Record an answer or end of an offer other than an acceptance or arrival.

    ``action`` is one of ``offer_table.ACTIONS``, such as "decline" or "no_answer".
    """
    if reason == "other" and not text:
        raise UsageError('the reason "other" needs a text: --text "…"')
    case_id, number = offer_ref(book, ref)

    def change(tx: "Transaction", case: Case) -> Case:
        after = offer_changes.answer(case, number, action, now=book.now, reason=reason)
        if text:
            tx.set_text(case_id, f"{number}.text", text)
        return after

    def record(case: Case, _: Personal) -> Recorded:
        offer = offer_in(case, number)
        return Recorded(
            ref=ref_of(case_id, number),
            case_id=case_id,
            state=offer.state,
            message=_ended(offer, reason),
            waiting=tuple(
                service.service
                for service in case.services
                if case_states.service_state(case, service) == "waiting"
            ),
        )

    return decide(book, case_id, action, change, record, offer=number, reason=reason)


def _ended(offer: Offer, reason: str) -> Message:
    """Word an answer or end of an offer; a refusal has its reason."""
    name = offer.name
    declined = Message("{name} declined", name=name)
    if reason:
        declined = Message("{name} declined: {reason}", name=name, reason=Message(reason))
    return {
        "declined": declined,
        "no_answer": Message("{name} did not answer", name=name),
        "unreachable": Message("{name} cannot be reached", name=name),
        "wrong_equipment": Message("{name} lacks the right equipment", name=name),
        "failed": Message("{name} does not come", name=name),
        "unsuccessful": Message("{name} came without success", name=name),
        "cancelled": Message("{name} is no longer needed", name=name),
    }[offer.state]


def promise(
    book: Book, ref: str, there_at: datetime, *, speaker: str = "provider", language: str = "de"
) -> Recorded:
    """Record a new promised time, with the text that tells the motorist.

    ``speaker`` is one of SPEAKERS; raises UsageError for another one.
    """
    if speaker not in SPEAKERS:
        raise UsageError(
            "--speaker {speaker!r} is unknown; allowed: {speakers}",
            speaker=speaker,
            speakers=joined(map(Message, SPEAKERS), ", "),
        )
    case_id, number = offer_ref(book, ref)
    warnings: tuple[Message, ...] = ()

    def change(tx: "Transaction", case: Case) -> Case:
        nonlocal warnings
        offer = joint_calls.holder_of(case, number) or offer_in(case, number)
        after, placed = offer_changes.promise(
            case,
            offer.number,
            there_at=there_at,
            now=book.now,
            speaker=speaker,
            fleet=fleet_of(book, tx, case, offer),
            minutes=minutes_of(book, case, offer),
        )
        after, warnings = give_way(book, tx, after, offer.number, placed)
        return after

    def record(case: Case, personal: Personal) -> Recorded:
        offer = offer_in(case, number)
        at = clock(there_at, book)
        message = Message("{name} now promises {at}", name=offer.name, at=at)
        return recorded_promise(
            book, case, personal, offer, message=message, language=language, warnings=warnings
        )

    must_be_ahead(book, there_at)
    return decide(
        book,
        case_id,
        "eta",
        change,
        record,
        offer=number,
        eta=there_at.isoformat(),
        speaker=speaker,
    )


def arrive(book: Book, ref: str) -> Recorded:
    """Record that help is on the scene."""
    case_id, number = offer_ref(book, ref)
    warnings: tuple[Message, ...] = ()

    def change(tx: "Transaction", case: Case) -> Case:
        nonlocal warnings
        offer = joint_calls.holder_of(case, number) or offer_in(case, number)
        after, placed = offer_changes.arrive(
            case,
            offer.number,
            now=book.now,
            fleet=fleet_of(book, tx, case, offer),
            job_min=minutes_of(book, case, offer).job_min,
        )
        after, warnings = give_way(book, tx, after, offer.number, placed)
        return after

    def record(case: Case, _: Personal) -> Recorded:
        offer = offer_in(case, number)
        at = clock(book.now, book)
        return Recorded(
            ref=ref_of(case_id, number),
            case_id=case_id,
            state=offer.state,
            message=Message("{name} arrived at {at}", name=offer.name, at=at),
            warnings=warnings,
        )

    return decide(book, case_id, "arrive", change, record, offer=number)


def _sooner(book: Book, case: Case, offer: Offer, there_at: datetime) -> Message | None:
    """Compare the promised time with the arrival of the provider of the next call.

    Providers set off for an appointment at its time.
    """
    start = max(book.now, case.incident.when)
    services = joint_calls.services_of_call(case, offer.number)
    if not services or offer.override:
        return None
    others = [each for each in services[0].options if each.provider != offer.provider]
    left = there_at - start - WORTH_MENTIONING
    if not any(timedelta(minutes=_asked_min(each) - each.wait_min) < left for each in others):
        return None
    # Imported here, because the gates are a third of all imports and an acceptance is urgent.
    from .gates_now import gate_for_all, wait_now
    from .planned_calls import with_planned_first

    with book.store.reading() as reader:
        services = with_planned_first(book, reader, case, services)
        gates = gate_for_all(book, reader, case, services)
        option = case_states.next_option(case, services[0], *gates).option
        if option is None:
            return None
        wait_min = wait_now(book, reader, case, services[0], option)
    takes = timedelta(minutes=_asked_min(option) - option.wait_min + wait_min)
    if takes >= left:
        return None
    return Message(
        "{name} would be there about {at}, {minutes} min sooner. Decline, takes too long?",
        name=option.name,
        at=clock(start + takes, book),
        minutes=int((left - takes + WORTH_MENTIONING) / timedelta(minutes=1)),
    )


def _asked_min(option: Option) -> float:
    """Return the minutes from the call to a provider until its arrival."""
    return option.answer_min + option.arrival_min
