"""The parts of every act on a case: find its offer, decide and record, word the result."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ..availability import Fleet
from ..errors import ConflictError, DispatchError, UsageError
from ..messages import Message, quoted
from ..model.case import Booking, Case, Offer, Option, Personal
from ..results.case_results import Recorded
from . import call_texts, case_states, joint_calls, offer_changes, unit_bookings
from .book import Book, clock, refusals_in_local_time, require_case
from .unit_bookings import JobMinutes, Rebooking

if TYPE_CHECKING:
    from ..store import Transaction

_NUMBER = "[0-9]{1,18}"
"""A number that fits an integer of SQLite."""

_REF = re.compile(rf"(?P<case>{_NUMBER})(?:\.(?P<offer>{_NUMBER}))?")


class Decision(Struct, frozen=True):
    """A case after an act, with the sentence of the act and the motorist's personal data."""

    case: Case
    message: Message
    personal: Personal


def offer_ref(book: Book, ref: str) -> tuple[int, int]:
    """Read ``17.2``, or ``17`` while exactly one call of the case is open; raises UsageError."""
    match = _REF.fullmatch(ref)
    if match is None:
        raise UsageError(
            "{ref} is not an offer; write CASE.OFFER, for example 17.2", ref=quoted(ref)
        )
    case_id = int(match["case"])
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
    if match["offer"]:
        return case_id, int(match["offer"])
    open_offers = [offer for offer in case.offers if offer.state == "open"]
    if len({offer.joint or -offer.number for offer in open_offers}) == 1:
        return case_id, open_offers[0].number
    listed = ", ".join(f"{case_id}.{offer.number} {offer.name}" for offer in open_offers)
    raise UsageError(
        "case {case_id} has {count} open offers: {offers}"
        if listed
        else "case {case_id} has {count} open offers",
        case_id=case_id,
        count=len(open_offers),
        offers=listed,
        hint="name the offer, for example 17.2",
    )


def parse_case_id(text: str) -> int:
    """Read the number of a case; raises UsageError."""
    if not re.fullmatch(_NUMBER, text):
        raise UsageError(
            "{text} is not a case; write its number (17) or the number of an offer (17.2)",
            text=quoted(text),
        )
    return int(text)


def offer_in(case: Case, number: int) -> Offer:
    """Return the offer of a number; raises UsageError if the case has none."""
    offer = case_states.offer_of(case, number)
    if offer is None:
        raise UsageError("case {id} has no offer {id}.{number}", id=case.id, number=number)
    return offer


def decide(
    book: Book,
    case_id: int,
    action: str,
    change: Callable[["Transaction", Case], Case],
    message: Callable[[Case], Message],
    *,
    offer: int | None = None,
    **details: str | int | float | bool | None,
) -> Decision:
    """Load, change and save a case in one transaction; a refused act is recorded as well.

    The other offers of one call change with ``offer``; None: the act concerns the whole case.
    ``message`` makes the sentence about the recorded act. It is called before the commit, so that
    no failure after the commit can suppress the sentence.
    """
    refused: DispatchError | None = None
    if offer is not None:
        details = {"offer": offer, **details}
    with book.store.deciding() as tx, refusals_in_local_time(book):
        before = require_case(tx, case_id)
        try:
            after = change(tx, before)
            if offer is not None:
                after = joint_calls.update_joint_offers(before, after, offer, action)
        except ConflictError as error:
            # A late or second answer is recorded and shown, but changes nothing.
            book.write(tx, f"refused {action}", case_id, **details)
            refused, after = error, before
        else:
            tx.save(before, after)
            book.write(tx, action, case_id, **details)
        personal = tx.personal(case_id) or Personal()
        sentence = Message("") if refused is not None else message(after)
        fact = of_case(case_id, sentence)
    if refused is not None:
        with refusals_in_local_time(book):
            raise refused
    book.unshown.recorded.append(fact)
    return Decision(after, sentence, personal)


def of_case(case_id: int, fact: Message) -> Message:
    """Put the number of its case before a recorded fact."""
    return Message("case {case_id}: {fact}", case_id=case_id, fact=fact)


def accept_with_unit(
    book: Book,
    case: Case,
    offer: Offer,
    there_at: datetime,
    tx: "Transaction",
    *,
    extra_unit: bool,
) -> tuple[Case, Message | str]:
    """Accept an offer and book a unit; returns the case, and a warning if the unit is overdue."""
    fleet = fleet_of(book, tx, case, offer)
    after = offer_changes.accept(
        case,
        offer.number,
        there_at=there_at,
        now=book.now,
        fleet=fleet,
        minutes=minutes_of(book, case, offer),
        extra_unit=extra_unit,
    )
    overdue = fleet.overdue(offer_in(after, offer.number).unit)
    return after, "" if overdue is None else due_back(book, offer.name, overdue)


def due_back(book: Book, name: str, booking: Booking) -> Message:
    """Word when an overdue unit was due back."""
    return Message(
        "{name} was due back at {at} from case {case_id}: ask",
        name=name,
        at=clock(booking.end, book),
        case_id=booking.case_id,
    )


def give_way(
    book: Book, tx: "Transaction", case: Case, number: int, placed: Rebooking
) -> tuple[Case, tuple[Message, ...]]:
    """Move the bookings that give way to an offer's booking, each with a record in its own case.

    Returns the case, and a warning for each promise that a moved booking breaks or delays.
    """
    warnings = []
    if placed.others:
        own = [each.offer for each in placed.others if each.case_id == case.id]
        tx.release_bookings(case.id, [number, *own])
    # The last one first, so that no two overlap in between.
    for booking in reversed(placed.others):
        if booking.case_id == case.id:
            case = after = unit_bookings.rebooked(case, booking)
        else:
            other = require_case(tx, booking.case_id)
            after = unit_bookings.rebooked(other, booking)
            tx.save(other, after)
        times = {"begin": booking.begin.isoformat(), "end": booking.end.isoformat()}
        to = f"{case.id}.{number}"
        book.write(tx, "give way", booking.case_id, offer=booking.offer, to=to, **times)
        ref = f"{booking.case_id}.{booking.offer}"
        if booking.begin >= placed.end:
            at = clock(booking.begin, book)
            warnings.append(Message("{ref}: its unit cannot set off before {at}", ref=ref, at=at))
        elif unit_bookings.breaks_promise(after, offer_in(after, booking.offer)):
            at = clock(booking.end, book)
            warnings.append(
                Message("{ref}: its unit is needed for {to} from {at} on", ref=ref, to=to, at=at)
            )
    return case, tuple(reversed(warnings))


def fleet_of(book: Book, tx: "Transaction", case: Case, offer: Offer) -> Fleet:
    """Return the units of an offer's provider with the bookings of all other jobs."""
    option, provider = _option_of(case, offer), book.catalog.find(offer.provider)
    corrected = {each.number for each in case.offers if each.corrected}
    own = {each.number for each in joint_calls.of_one_call(case, offer.number)}
    booked = [
        each
        for each in tx.bookings().get(offer.provider, [])
        if each.case_id != case.id or each.offer not in (*own, *corrected)
    ]
    units = provider.units if provider else (option.units if option else 1)
    return Fleet(units, book.now, booked)


def minutes_of(book: Book, case: Case, offer: Offer) -> JobMinutes:
    """Return how long the job of an offer occupies a unit; of one call the longest job counts.

    Without a readable provider file it is the time that the acceptance has booked.
    """
    option = _option_of(case, offer)
    way_min = None if option is None else unit_bookings.way_min(option)
    settings = book.catalog.rules.settings
    services = {offer.service, *(o.service for o in joint_calls.of_one_call(case, offer.number))}
    job_min = max(map(settings.job_min, services))
    if book.catalog.source == "none" and offer.booked_from and offer.booked_until:
        begin = max(offer.booked_from, offer.promises[-1].there_at)
        job_min = (offer.booked_until - begin) / timedelta(minutes=1)
    return JobMinutes(way_min, job_min)


def _option_of(case: Case, offer: Offer) -> Option | None:
    service = case_states.service_of(case, offer.service)
    return service.option_of(offer.provider) if service else None


def must_be_ahead(book: Book, moment: datetime, since: timedelta = timedelta(minutes=1)) -> None:
    """Raise UsageError for a moment in the past; the last minute is allowed."""
    if book.now - moment > since:
        raise UsageError(
            "{at} is in the past; now it is {now}",
            at=clock(moment, book),
            now=clock(book.now, book),
        )


def recorded_promise(
    book: Book,
    decision: Decision,
    offer: Offer,
    language: str,
    *,
    warnings: tuple[Message | str, ...] = (),
) -> Recorded:
    """Make the record of a live offer, with the texts for the caller and the driver."""
    case, there_at = decision.case, offer.promises[-1].there_at
    at = call_texts.spoken_moment(clock(there_at, book), language)
    late = call_texts.spoken_moment(clock(offer.arrive_by or there_at, book), language)
    texts = book.catalog.rules.say
    tell = () if offer.arrived_at else call_texts.to_caller(offer, at, late, texts, language)
    return Recorded(
        ref=f"{case.id}.{offer.number}",
        case_id=case.id,
        state=offer.state,
        message=decision.message,
        tell_caller=tell,
        give_driver=call_texts.to_driver(case, decision.personal, texts, language),
        warnings=warnings,
    )
