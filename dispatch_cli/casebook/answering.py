"""Record what a provider answered, what became of it, and what the motorist must be told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from .. import casework
from ..casework import say
from ..errors import ConflictError, DispatchError, UsageError
from ..model.case import Case, Offer, Outcome, Personal
from .book import Book, clock, existing

if TYPE_CHECKING:
    from ..store import Transaction

WORTH_MENTIONING = timedelta(minutes=1)


class Recorded(Struct, frozen=True, kw_only=True):
    """What an act has changed, and what to say and do now."""

    ref: str
    case_id: int
    state: str
    message: str
    tell_caller: tuple[str, ...] = ()
    give_driver: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def offer_ref(book: Book, ref: str) -> tuple[int, int]:
    """Read ``17.2``, or ``17`` while exactly one of its offers is open; raises UsageError."""
    case_text, dot, number_text = ref.partition(".")
    if not case_text.isdecimal() or (dot and not number_text.isdecimal()):
        raise UsageError(f"{ref!r} is no offer; write CASE.OFFER, as in 17.2")
    case_id = int(case_text)
    with book.store.reading() as reader:
        case = existing(reader, case_id)
    if dot:
        return case_id, int(number_text)
    open_offers = [offer for offer in case.offers if offer.state == "open"]
    if len(open_offers) == 1:
        return case_id, open_offers[0].number
    listed = ", ".join(f"{case_id}.{offer.number} {offer.name}" for offer in open_offers)
    raise UsageError(
        f"case {case_id} has {len(open_offers)} open offers" + (f": {listed}" if listed else ""),
        hint="name the offer, as in 17.2",
    )


def accept(
    book: Book, ref: str, there_at: datetime, *, extra_unit: bool = False, language: str = "de"
) -> Recorded:
    """Record an acceptance: it takes a unit, and the exact place may now be said."""
    case_id, number = offer_ref(book, ref)

    def change(tx: "Transaction", case: Case) -> Case:
        offer = _offer(case, number)
        service = casework.service_of(case, offer.service)
        option = next(
            (o for o in (service.options if service else ()) if o.provider == offer.provider), None
        )
        provider = book.catalog.find(offer.provider)
        return casework.accept(
            case,
            number,
            there_at=there_at,
            now=book.now,
            units=provider.units if provider else (option.units if option else 1),
            engaged=tx.engaged(book.now).get(offer.provider, []),
            may_wait=bool(option and option.wait_min),
            extra_unit=extra_unit,
        )

    after = _decide(book, case_id, "accept", change, offer=number, eta=there_at.isoformat())
    offer = _offer(after, number)
    with book.store.reading() as reader:
        personal = reader.personal(case_id) or Personal()
    return Recorded(
        ref=f"{case_id}.{number}",
        case_id=case_id,
        state=offer.state,
        message=f"{offer.name} accepted, there by {clock(there_at, book)}",
        tell_caller=say.to_caller(offer, clock(there_at, book), book.catalog.rules.say, language),
        give_driver=say.to_driver(after, personal, book.catalog.rules.say, language),
        warnings=tuple(_sooner(book, after, offer, there_at)),
    )


def would_be_sooner(book: Book, ref: str, there_at: datetime) -> list[str]:
    """Ask, before an acceptance is recorded, whether somebody further down would be there first."""
    case_id, number = offer_ref(book, ref)
    with book.store.reading() as reader:
        case = existing(reader, case_id)
    return _sooner(book, case, _offer(case, number), there_at)


def stands(book: Book, ref: str, *, language: str = "de") -> Recorded:
    """What an offer that was accepted means now: what to tell the caller, what the driver needs."""
    case_id, number = offer_ref(book, ref)
    with book.store.reading() as reader:
        case = existing(reader, case_id)
        personal = reader.personal(case_id) or Personal()
    offer = _offer(case, number)
    if offer.state not in casework.LIVE or not offer.promises:
        raise UsageError(f"{case_id}.{number} has not been accepted: {offer.state}")
    at, texts = clock(offer.promises[-1].there_at, book), book.catalog.rules.say
    return Recorded(
        ref=f"{case_id}.{number}",
        case_id=case_id,
        state=offer.state,
        message=f"{offer.name} {offer.state}" + ("" if offer.arrived_at else f", there by {at}"),
        tell_caller=() if offer.arrived_at else say.to_caller(offer, at, texts, language),
        give_driver=say.to_driver(case, personal, texts, language),
    )


def record(book: Book, ref: str, action: str, *, reason: str = "", text: str = "") -> Recorded:
    """Record any other answer or ending: decline, no_answer, unreachable, fail, unsuccessful, …"""
    if reason == "other" and not text:
        raise UsageError('the reason "other" needs a text: --text "…"')
    case_id, number = offer_ref(book, ref)

    def change(tx: "Transaction", case: Case) -> Case:
        after = casework.answer(case, number, action, now=book.now, reason=reason)
        if text:
            tx.set_text(case_id, f"{number}.text", text)
        return after

    after = _decide(book, case_id, action, change, offer=number, reason=reason)
    offer = _offer(after, number)
    said = offer.state.replace("_", " ") + (f": {reason}" if reason else "")
    return Recorded(
        ref=f"{case_id}.{number}",
        case_id=case_id,
        state=offer.state,
        message=f"{offer.name} {said}",
    )


def promise(
    book: Book, ref: str, there_at: datetime, *, speaker: str = "provider", language: str = "de"
) -> Recorded:
    """Record a new time; the motorist is told it."""
    case_id, number = offer_ref(book, ref)

    def change(_: "Transaction", case: Case) -> Case:
        return casework.promise(case, number, there_at=there_at, now=book.now, speaker=speaker)

    after = _decide(book, case_id, "eta", change, offer=number, eta=there_at.isoformat())
    offer = _offer(after, number)
    at = clock(there_at, book)
    return Recorded(
        ref=f"{case_id}.{number}",
        case_id=case_id,
        state=offer.state,
        message=f"{offer.name} now promises {at}",
        tell_caller=say.to_caller(offer, at, book.catalog.rules.say, language),
    )


def arrive(book: Book, ref: str) -> Recorded:
    """Record that help is on the scene."""
    case_id, number = offer_ref(book, ref)
    after = _decide(
        book,
        case_id,
        "arrive",
        lambda _, case: casework.arrive(case, number, now=book.now),
        offer=number,
    )
    offer = _offer(after, number)
    return Recorded(
        ref=f"{case_id}.{number}",
        case_id=case_id,
        state=offer.state,
        message=f"{offer.name} is there since {clock(book.now, book)}",
    )


def correct(book: Book, ref: str, outcome: Outcome, because: str) -> Recorded:
    """Supersede an answer by a new record; the wrong one stays, and nothing is learned from it."""
    if not because:
        raise UsageError("a correction needs its reason: --because TEXT")
    case_id, number = offer_ref(book, ref)

    def change(tx: "Transaction", case: Case) -> Case:
        after = casework.correct(case, number, outcome, now=book.now, operator=book.operator)
        fresh = after.offers[-1]
        if outcome == "accepted":
            engaged = [
                each
                for each in tx.engaged(book.now).get(fresh.provider, [])
                if (each.case_id, each.offer) != (case_id, number)
            ]
            provider = book.catalog.find(fresh.provider)
            after = casework.accept(
                after,
                fresh.number,
                there_at=book.now,
                now=book.now,
                units=provider.units if provider else 1,
                engaged=engaged,
                extra_unit=True,
            )
        tx.set_text(case_id, f"{number}.corrected", because)
        return after

    after = _decide(book, case_id, "correct", change, offer=number, outcome=outcome)
    fresh = after.offers[-1]
    return Recorded(
        ref=f"{case_id}.{fresh.number}",
        case_id=case_id,
        state=fresh.state,
        message=f"{case_id}.{number} superseded by {case_id}.{fresh.number}: {fresh.state}",
    )


def close(book: Book, case_id: int) -> Recorded:
    """Close a case."""
    _decide(book, case_id, "close", lambda _, case: casework.close(case, now=book.now))
    return Recorded(ref=str(case_id), case_id=case_id, state="closed", message="closed")


def cancel(book: Book, case_id: int) -> Recorded:
    """The motorist needs nobody any more; whoever is on the way must be told."""
    on_the_way: list[str] = []

    def change(_: "Transaction", case: Case) -> Case:
        live = [offer for offer in case.offers if offer.state in ("open", *casework.LIVE)]
        on_the_way.extend(f"call {offer.phone} {offer.name}: not needed" for offer in live)
        return casework.cancel(case, now=book.now)

    _decide(book, case_id, "cancel", change)
    return Recorded(
        ref=str(case_id),
        case_id=case_id,
        state="cancelled",
        message="cancelled by the motorist",
        warnings=tuple(on_the_way),
    )


def _decide(
    book: Book,
    case_id: int,
    action: str,
    change: Callable[["Transaction", Case], Case],
    **details: str | int | float | bool | None,
) -> Case:
    """Load, change, save and write down in one go; a refused act is written down as well."""
    refused: DispatchError | None = None
    with book.store.deciding() as tx:
        before = existing(tx, case_id)
        try:
            after = change(tx, before)
        except ConflictError as error:
            # A late or second answer is recorded, shown, and never applied.
            tx.append(book.act(f"refused {action}", case_id, **details))
            refused, after = error, before
        else:
            tx.save(before, after)
            tx.append(book.act(action, case_id, **details))
    if refused is not None:
        raise refused
    return after


def _offer(case: Case, number: int) -> Offer:
    offer = casework.offer_of(case, number)
    if offer is None:
        raise UsageError(f"case {case.id} has no offer {case.id}.{number}")
    return offer


def _sooner(book: Book, case: Case, offer: Offer, there_at: datetime) -> list[str]:
    """Who further down, and not asked yet, would be there before what was promised."""
    service = casework.service_of(case, offer.service)
    if service is None or not offer.rank:
        return []
    asked = {each.provider for each in casework.offers_for(case, offer.service)}
    for option in service.options[offer.rank :]:
        if option.provider in asked:
            continue
        there = book.now + timedelta(minutes=option.answer_min + option.arrival_min)
        if there + WORTH_MENTIONING < there_at:
            at = clock(there, book)
            return [f"{option.name} would be there about {at}: decline as eta_too_long?"]
    return []
