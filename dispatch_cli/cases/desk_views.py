"""Read what the operator's desk shows: the board, and the card of a case as of now."""

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from .. import plans
from ..messages import Message, joined
from ..model import NO_CLIENT, LastResort
from ..model.case import Act, Case, CaseService, Offer, ref_of
from ..results.case_results import CaseView, DraftView, Overdue
from ..results.desk_results import Board, CascadeRow, DeskCard, Stands
from . import (
    answer_call,
    cascade_now,
    case_states,
    find_case,
    offer_card,
    offer_changes,
    urgency,
    view_case,
    view_drafts,
)
from .book import Book, require_case
from .likely_same import open_and_same
from .planned_calls import still_planned
from .vehicle_makes import written_make

LAST_ACTS = 40
"""The number of records of the journal on a card."""

_CAN_BE_CALLED = ("waiting", "exhausted", "last_resort", "later")
"""States of a service in which its next provider may be called."""

_RUNNING = ("answer", "ring back", "tell caller", "tell driver")
"""The deadlines of the offer on a card that its first line shows as running times."""

_STANDS: dict[str, Stands] = {"accepted": "accepted", "arrived": "arrived", "open": "asking"}


class _Found(Struct, frozen=True, kw_only=True):
    """What one read of the log has given for a card."""

    case: Case
    acts: tuple[Act, ...]
    service: CaseService | None
    offer: Offer | None
    coming: case_states.NextCall
    rows: tuple[CascadeRow, ...] = ()
    same: tuple[Case, ...] = ()
    excluded: Mapping[str, int] = {}
    around: offer_card.OfferContext | None = None
    planned: Message | str = ""


def board(book: Book, *, closed: int = 0) -> Board:
    """Return the open cases and the unfinished calls, the most urgent first.

    The last ``closed`` cases that have ended stand below the open ones.
    """
    with book.store.reading() as reader:
        cases = reader.cases(open_only=True)
        cases += reader.closed_cases(limit=closed) if closed else []
        drafts = reader.drafts()
    now = book.now
    in_order: list[tuple[object, CaseView | DraftView]] = [
        *((urgency.sort_key(case, now), view_case.view(case, now)) for case in cases),
        *((view_drafts.sort_key(each, now), view_drafts.view(each, now)) for each in drafts),
    ]
    in_order.sort(key=itemgetter(0))
    return Board(
        rows=tuple(each for _, each in in_order),
        roads={each.id: each.incident.where for each in cases if each.incident.where},
        makes={
            each.id: written_make(make) for each in cases if (make := each.incident.vehicle.brand)
        },
        clients=book.catalog.rules.client_names,
    )


def found(book: Book, text: str) -> frozenset[str]:
    """Return the numbers of the cases and parked calls that a number, phone or place names."""
    return frozenset(each.draft or str(each.case_id) for each in find_case.find(book, text))


def place_for_emergency(book: Book, case_id: int) -> Message:
    """Return what to dial and the place to say there; the journal records this look."""
    shown = view_case.personal(book, case_id, action="personal emergency")
    calls = view_case.show(book, case_id).emergency
    numbers = ", ".join(dict.fromkeys(each.dial for each in calls)) or "112, 110"
    place: Message | str = joined((shown.place, shown.where), "  ")
    if shown.last_exit:
        exit_ = Message("last exit {exit}", exit=shown.last_exit)
        place = joined((place, exit_), "  ")
    return Message("{numbers}  PLACE {place}", numbers=numbers, place=place)


def client_name(client: str | None, names: Mapping[str, str]) -> str:
    """Return the name of a client; the id of one that the provider file no longer has."""
    return "" if client in (None, NO_CLIENT) else names.get(client, client)


def last_act(book: Book, case_id: int) -> Act | None:
    """Return the last record of a case; None without one."""
    with book.store.reading() as reader:
        return reader.last_act(case_id)


def card(
    book: Book, case_id: int, wanted: str = "", *, language: str = "de", has_texts: bool = True
) -> DeskCard:
    """Return the card of a case; ``wanted`` is the chosen service, "" for the first in need.

    Without ``has_texts`` it has no text to say or to give. Raises UsageError for a number that no
    case has.
    """
    found = _read(book, case_id, wanted)
    case, service = found.case, found.service
    view = view_case.view(case, book.now)
    shown = view_case.show(book, case_id)
    bare = DeskCard(
        case=replace(view, emergency=shown.emergency, not_asked=shown.not_asked),
        stands=_stands(found),
        road=case.incident.where or "",
        make=written_make(case.incident.vehicle.brand or ""),
        client=client_name(case.incident.client, book.catalog.rules.client_names),
        service=service.service if service else "",
        rows=found.rows,
        same=tuple(view_case.view(each, book.now) for each in found.same),
        excluded=found.excluded,
        planned=found.planned,
        acts=found.acts[-LAST_ACTS:],
        advice=plans.advice_for(case.incident, shown.emergency),
        emergency=case.emergency,
        emergency_by=case.emergency_by,
        last_resort=_last_resort(service) if service else ("", ""),
        to_call_off=tuple(
            (ref_of(case.id, each.number), each.name, each.phone)
            for each in case.offers
            if each.call_off_by is not None
        ),
    )
    found_card = _with_offer(bare, found)
    missed = tuple(_missed(found_card, view_case.overdue_of(case, book.now, book.catalog.rules)))
    found_card = replace(found_card, missed=missed)
    return _with_texts(book, found_card, found, language) if has_texts else found_card


def _last_resort(service: CaseService) -> tuple[str, Message | str]:
    last = LastResort(service.last_resort_phone, service.last_resort_text)
    return last.phone, last.sentence


def _missed(card: DeskCard, overdue: Iterable[Overdue]) -> Iterator[Overdue]:
    """Yield the missed deadlines that no other line of the card has."""
    for each in overdue:
        is_shown = each.ref == card.ref and each.what in _RUNNING and not each.is_broken
        if not is_shown and each.what not in ("emergency call", "call off"):
            yield each


def _with_offer(bare: DeskCard, found: _Found) -> DeskCard:
    """Add the open, accepted or next offer of the chosen service, or its last resort."""
    case, service, coming, offer = found.case, found.service, found.coming, found.offer
    if service is None:
        return bare
    if bare.stands == "asking" and offer is not None:
        by = offer.ring_back_by if offer.state == "later" else offer.answer_by
        return replace(_of_offer(bare, offer), answer_by=by)
    if bare.stands in ("accepted", "arrived") and offer is not None:
        return replace(
            _of_offer(bare, offer),
            there_at=offer.promises[-1].there_at,
            tell_driver_by=offer.tell_driver_by,
            tell_caller_by=offer.tell_caller_by,
        )
    if bare.stands in ("next", "rings_back") and coming.option is not None:
        card = replace(
            bare,
            next_provider=coming.option.provider,
            phone=coming.phone,
            name=coming.option.name,
            provider=coming.option.provider,
        )
        if bare.stands == "next" or offer is None:
            return card
        ref = ref_of(case.id, offer.number)
        return replace(card, ref=ref, rings_back=offer.name, answer_by=offer.ring_back_by)
    if bare.stands == "exhausted":
        left = offer_card.exhausted(case.id, [service], coming)
        return replace(bare, exhausted=left, phone=left.phone)
    return bare


def _with_texts(book: Book, card: DeskCard, found: _Found, language: str) -> DeskCard:
    """Add what is said to the firm, or given to the driver and the caller."""
    case, service, coming, offer = found.case, found.service, found.coming, found.offer
    if service is None:
        return card
    if card.stands == "asking" and offer is not None:
        shown = offer_card.card(book, case, offer, around=found.around, language=language)
        return replace(card, offer=shown)
    if card.stands in ("accepted", "arrived") and offer is not None:
        ref = ref_of(case.id, offer.number)
        return replace(card, accepted=answer_call.stands(book, ref, language=language))
    if card.stands in ("next", "rings_back") and coming.option is not None:
        after = _as_asked(book, case, service, coming)
        asked = after.offers[-1]
        shown = offer_card.card(book, after, asked, around=found.around, language=language)
        return replace(card, offer=shown)
    return card


def _of_offer(bare: DeskCard, offer: Offer) -> DeskCard:
    return replace(
        bare,
        ref=ref_of(bare.case.id, offer.number),
        provider=offer.provider,
        phone=offer.phone,
        name=offer.name,
    )


def _stands(found: _Found) -> Stands:
    case, offer = found.case, found.offer
    if case.closed_at is not None or case.cancelled:
        return "ended"
    if offer is not None and offer.state in _STANDS:
        return _STANDS[offer.state]
    is_later = offer is not None and offer.state == "later"
    if found.coming.option is not None:
        return "rings_back" if is_later else "next"
    if is_later:
        return "asking"
    if found.service is not None:
        state = case_states.service_state(case, found.service)
        if state in ("waiting", "exhausted", "last_resort"):
            return "exhausted"
    return "idle"


def _as_asked(book: Book, case: Case, service: CaseService, coming: case_states.NextCall) -> Case:
    """Return the case as it will be after the next call; nothing is recorded."""
    assert coming.option is not None  # noqa: S101 - the caller has asked for it
    opened = offer_changes.open_services(case, lambda each: each.service == service.service)
    wanted = case_states.service_of(opened, service.service) or service
    return offer_changes.ask(
        opened, wanted, coming.option, phone=coming.phone, now=book.now, operator=book.operator
    )


def _read(book: Book, case_id: int, wanted: str) -> _Found:
    """Read a case, its journal and its cascade in one snapshot of the log."""
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
        acts = tuple(reader.acts(case_id))
        service = case_states.service_of(case, wanted) or case_states.service_in_need(case)
        coming = case_states.NextCall(None, "", ())
        offer = case_states.offer_in_hand(case, service) if service else None
        found = _Found(case=case, acts=acts, service=service, offer=offer, coming=coming)
        if service is None or case.closed_at is not None or case.cancelled:
            return found
        cascade = cascade_now.cascade_now(book, reader, case, service)
        if case_states.service_state(case, service) in _CAN_BE_CALLED:
            coming = case_states.next_option(case, cascade.service, cascade.gate, cascade.numbers)
        around = None
        if offer is not None and offer.state == "open":
            around = offer_card.context_of(book, reader, case, offer)
        elif coming.option is not None:
            after = _as_asked(book, case, service, coming)
            around = offer_card.context_of(book, reader, after, after.offers[-1])
        rows = tuple(cascade_now.rows(book, cascade))
        personal = reader.personal(case.id)
        number = personal.call_back if personal is not None else ""
        alike = open_and_same(reader, case.incident, number, book.now)
        same = tuple(each for each in alike if each.id != case.id)
        _, planned = still_planned(book, case, service, cascade.planned)
    return replace(
        found,
        coming=coming,
        rows=rows,
        same=same,
        excluded=cascade.excluded,
        around=around,
        planned=planned,
    )
