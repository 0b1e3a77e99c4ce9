"""The card of an offer as the operator reads it, and what is left when no provider is."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from ..messages import Message
from ..model import LastResort
from ..model.case import Case, CaseService, Offer, ref_of
from ..results.case_results import Exhausted, LaterProvider, OfferCard
from . import call_texts, case_states, joint_calls, planned_calls
from .book import Book, local
from .gates_now import gate_for_all, overdue_since

if TYPE_CHECKING:
    from ..store import Reader, Transaction


class OfferContext(Struct, frozen=True):
    """The overdue unit of an offer's provider, the providers of the next calls, and the plan."""

    overdue: Message | str
    then: tuple[LaterProvider, ...]
    planned: Message | str = ""
    """Why the provider precedes its cascade: a plan of many cases; empty without one."""


def card(
    book: Book,
    case: Case,
    offer: Offer,
    *,
    skipped: tuple[tuple[str, Message | str], ...] = (),
    in_spite_of: Message | str = "",
    around: OfferContext | None = None,
    language: str = "de",
) -> OfferCard:
    """Make the card of an open offer; without ``around`` its context is read from the log."""
    if around is None:
        with book.store.reading() as reader:
            around = context_of(book, reader, case, offer)
    service = case_states.service_of(case, offer.service)
    options = service.options if service else ()
    own = service.option_of(offer.provider) if service else None
    return OfferCard(
        ref=ref_of(case.id, offer.number),
        case_id=case.id,
        service=" + ".join(each.service for each in joint_calls.of_one_call(case, offer.number)),
        provider=offer.provider,
        name=offer.name,
        phone=offer.phone,
        other_phones=tuple(p for p in (own.phones if own else ()) if p != offer.phone),
        position=options.index(own) + 1 if own is not None and not offer.override else 0,
        of=len(options),
        answer_by=local(offer.answer_by, book),
        say=call_texts.to_provider(
            case, offer, book.catalog.rules, language, local(offer.opened_at, book)
        ),
        skipped=skipped,
        then=around.then,
        override=offer.override,
        in_spite_of=in_spite_of,
        overdue=around.overdue,
        planned=around.planned,
    )


def context_of(
    book: Book, reader: "Reader | Transaction", case: Case, offer: Offer
) -> OfferContext:
    """Read the context of an offer from the log: its overdue unit, and the next three calls."""
    services = joint_calls.services_of_call(case, offer.number)
    then: list[LaterProvider] = []
    planned: Message | str = ""
    if services:
        call = planned_calls.planned_call(book, reader, case, services[0])
        if call is not None and call.provider == offer.provider and call.at <= offer.opened_at:
            planned = call.sentence(book)
        services = [planned_calls.in_call_order(case, services[0], call), *services[1:]]
        gate, numbers = gate_for_all(book, reader, case, services)
        rest = case_states.still_to_ask(case, services[0], gate, numbers)
        then = [
            LaterProvider(phone, each.name, each.arrival_min) for each, phone in islice(rest, 3)
        ]
    return OfferContext(overdue_since(book, reader, case, offer), tuple(then), planned)


def exhausted(
    case_id: int, services: Sequence[CaseService], found: case_states.NextCall
) -> Exhausted:
    """Return the last resort of services for which no provider is left to ask."""
    names = " + ".join(each.service for each in services)
    last = LastResort(services[0].last_resort_phone, services[0].last_resort_text)
    return Exhausted(case_id, names, last.phone, last.sentence, skipped_names(found))


def skipped_names(found: case_states.NextCall) -> tuple[tuple[str, Message | str], ...]:
    """Return the names of the skipped providers, each with its reason."""
    return tuple((option.name, why) for option, why in found.skipped)
