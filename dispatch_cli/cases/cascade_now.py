"""The cascade of a service as the gates of now see it, for the card of the desk."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from .. import eligibility, incident_ranking
from ..eligibility import GATES
from ..messages import Message
from ..model.case import Case, CaseService, Offer, Option
from ..results.desk_results import CascadeRow
from . import case_states, planned_calls
from .book import Book, local
from .gates_now import entry_of, gate_now, needs_now

if TYPE_CHECKING:
    from ..store import Reader


class CascadeNow(Struct, frozen=True, kw_only=True):
    """The cascade of a service in the order of the calls, with the gates and numbers of now."""

    case: Case
    service: CaseService
    gate: case_states.OptionGate
    numbers: case_states.OptionNumbers
    wait_min: Callable[[Option], float]
    excluded: Mapping[str, int]
    planned: planned_calls.PlannedCall | None
    """The call of the newest plan that counts; None without one."""


def cascade_now(book: Book, reader: "Reader", case: Case, service: CaseService) -> CascadeNow:
    """Ask the gates of now about a service, and count who cannot be asked."""
    planned = planned_calls.planned_call(book, reader, case, service)
    service = planned_calls.in_call_order(case, service, planned)
    gate, numbers = gate_now(book, reader, case, service)
    _, needed = needs_now(book, reader, case, entry_of(service))

    def wait_min(option: Option) -> float:
        provider = book.catalog.find(option.provider)
        if provider is None:
            return 0.0
        return eligibility.Assessment(needed, provider).availability.wait_min

    near = book.catalog.near(case.incident.place)
    ranked = incident_ranking.rank_need(needed, near)
    return CascadeNow(
        case=case,
        service=service,
        gate=gate,
        numbers=numbers,
        wait_min=wait_min,
        excluded=ranked.counts(GATES, not_near=book.catalog.count - len(near)),
        planned=planned,
    )


def rows(book: Book, cascade: CascadeNow) -> Iterator[CascadeRow]:
    """Yield the providers of a service in the order of the calls, as the gates of now see them.

    Help of a later provider is there after the answers of all that are asked before it. The ranks
    are those of the ranking, also where a plan puts its provider first.
    """
    case, service = cascade.case, cascade.service
    left = dict(case_states.still_to_ask(case, service, cascade.gate, cascade.numbers))
    phones = {option.provider: phone for option, phone in left.items()}
    start = local(max(book.now, case.incident.when), book)
    offers = {each.provider: each for each in case_states.offers_for(case, service.service)}
    ranked = case_states.service_of(case, service.service) or service
    ranks = {option.provider: rank for rank, option in enumerate(ranked.options, 1)}
    planned = cascade.planned
    answers_min, is_first = 0.0, True
    for option in service.options:
        asked, phone = offers.get(option.provider), phones.get(option.provider, "")
        row = CascadeRow(
            rank=ranks[option.provider],
            name=option.name,
            phone=phone or (asked.phone if asked else option.phones[0]),
            state="left",
            chance=option.acceptance,
        )
        if asked is not None and (asked.state in case_states.UNDER_WAY or not phone):
            yield _asked_row(row, asked, option, start)
            if asked.state == "open":
                answers_min, is_first = answers_min + option.answer_min, False
        elif phone:
            way_min = option.arrival_min - option.wait_min + cascade.wait_min(option)
            yield replace(
                row,
                state="next" if is_first else "left",
                there_at=start + timedelta(minutes=answers_min + option.answer_min + way_min),
                why=planned.sentence(book)
                if planned is not None and option.provider in (planned.provider, *planned.behind)
                else "",
            )
            answers_min, is_first = answers_min + option.answer_min, False
        else:
            yield replace(row, state="skipped", why=_why(cascade, option))


def _asked_row(row: CascadeRow, offer: Offer, option: Option, start: datetime) -> CascadeRow:
    """Return the row of a provider that was asked, with its answer or its expected arrival."""
    if offer.state == "open":
        # Its answer is expected from now on at the latest, since it has not been given yet.
        takes = option.answer_min + option.arrival_min
        return replace(
            row,
            state="asking",
            answer=offer.state,
            at=offer.opened_at,
            there_at=start + timedelta(minutes=takes),
        )
    return replace(
        row,
        state="asked",
        answer=offer.state,
        reason=offer.reason,
        at=offer.answered_at or offer.ring_back_by or offer.opened_at,
        there_at=offer.promises[-1].there_at if offer.state in case_states.LIVE else None,
    )


def _why(cascade: CascadeNow, option: Option) -> Message | str:
    """Say why a provider is not called now: its gate, or another firm with the same number."""
    offers = list(case_states.offers_for(cascade.case, cascade.service.service))
    _, twin = case_states.next_phone(option, cascade.numbers(option), offers)
    return twin or cascade.gate(option) or ""
