"""The parts of every act on a case: find its offer, decide and record, word the result."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..availability import Fleet
from ..errors import ConflictError, UsageError
from ..messages import Message, quoted
from ..model.case import Booking, Case, Offer, Option, Personal, ref_of
from ..results.case_results import Recorded
from . import (
    call_texts,
    case_states,
    driver_texts,
    joint_calls,
    offer_changes,
    unit_bookings,
)
from .act_names import naming_operator
from .book import Book, clock, local, refusals_in_local_time, require_case
from .case_states import offer_in
from .unit_bookings import JobMinutes, Rebooking

if TYPE_CHECKING:
    from ..store import Transaction

_NUMBER = "[0-9]{1,18}"
"""A number that fits an integer of SQLite."""

_REF = re.compile(rf"(?P<case>{_NUMBER})(?:\.(?P<offer>{_NUMBER}))?")


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
    open_offers = [each for each in case.offers if each.state in case_states.WAITING_FOR_ANSWER]
    if len({offer.joint or -offer.number for offer in open_offers}) == 1:
        _must_be_seen(book, case, open_offers[0])
        return case_id, open_offers[0].number
    if not open_offers:
        is_due = any(case_states.service_state(case, s) == "waiting" for s in case.services)
        place = Message('place the next call: "dispatch case offer {id}"', id=case_id)
        look = Message('"dispatch case show {id}" shows its offers', id=case_id)
        raise UsageError(
            "case {case_id} has no open offer", case_id=case_id, hint=place if is_due else look
        )
    raise UsageError(
        "case {case_id} has {count} open offers: {offers}",
        case_id=case_id,
        count=len(open_offers),
        offers=", ".join(f"{ref_of(case_id, each.number)} {each.name}" for each in open_offers),
        hint=Message(
            "name the offer, for example {ref}", ref=ref_of(case_id, open_offers[0].number)
        ),
    )


def _must_be_seen(book: Book, case: Case, offer: Offer) -> None:
    """Raise ConflictError if another operator has placed a later call than this operator's last.

    The answer may be meant for the operator's own call, which the other one has ended.
    """
    own = [each for each in case.offers if each.operator == book.operator]
    if offer.operator != book.operator and own:
        raise ConflictError(
            "{operator} called {ref} {name} at {at}, after your call {own}",
            operator=offer.operator,
            ref=ref_of(case.id, offer.number),
            name=offer.name,
            at=clock(offer.opened_at, book),
            own=ref_of(case.id, own[-1].number),
            hint=Message("name the offer: {ref}", ref=ref_of(case.id, offer.number)),
        )


def parse_case_id(text: str) -> int:
    """Read the number of a case; raises UsageError."""
    if not re.fullmatch(_NUMBER, text):
        raise UsageError(
            "{text} is not a case; write its number (17) or the number of an offer (17.2)",
            text=quoted(text),
        )
    return int(text)


def decide(
    book: Book,
    case_id: int,
    action: str,
    change: Callable[["Transaction", Case], Case],
    record: Callable[[Case, Personal], Recorded],
    *,
    offer: int | None = None,
    offers: Sequence[int] = (),
    **details: str | int | float | bool | None,
) -> Recorded:
    """Load, change and save a case in one transaction; a refused act is recorded as well.

    The other offers of one call change with ``offer``; None: the act concerns the whole case, or
    ``offers``, which ``change`` may fill.
    ``record`` makes the sentence and the texts of the act. It is called before the commit, so that
    its failure undoes the act, and no failure after the commit can lose the texts.
    """
    outcome: tuple[Recorded, Message] | ConflictError
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
            outcome = naming_operator(book, tx, case_id, offer, error)
        else:
            tx.save(before, after)
            named = {"offers": ",".join(map(str, offers))} if offers else {}
            book.write(tx, action, case_id, **details, **named)
            done = record(after, tx.personal(case_id) or Personal())
            outcome = done, of_case(case_id, done.message)
    if isinstance(outcome, ConflictError):
        with refusals_in_local_time(book):
            raise outcome
    done, fact = outcome
    book.unshown.recorded.append(fact)
    return done


def of_case(case_id: int, fact: Message | str) -> Message:
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
        to = ref_of(case.id, number)
        book.write(tx, "give way", booking.case_id, offer=booking.offer, to=to, **times)
        ref = ref_of(booking.case_id, booking.offer)
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
    case: Case,
    personal: Personal,
    offer: Offer,
    *,
    message: Message,
    language: str,
    warnings: tuple[Message | str, ...] = (),
) -> Recorded:
    """Make the record of a live offer, with the texts for the caller and the driver."""
    there_at = offer.promises[-1].there_at
    at = call_texts.spoken(clock(there_at, book), language)
    late = call_texts.spoken(clock(offer.arrive_by or there_at, book), language)
    rules = book.catalog.rules
    tell: tuple[str, ...] = ()
    if not offer.arrived_at:
        tell = call_texts.to_caller(
            case, personal, offer, rules, language, at=local(book.now, book), clock=at, late=late
        )
    return Recorded(
        ref=ref_of(case.id, offer.number),
        case_id=case.id,
        state=offer.state,
        message=message,
        tell_caller=tell,
        give_driver=driver_texts.to_driver(case, personal, offer, rules, language),
        warnings=warnings,
    )
