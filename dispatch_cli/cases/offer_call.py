"""Place the next call for a service: choose the provider and its number, and open the offer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import eligibility, geo, incident_ranking, ranking
from ..errors import ConflictError, UsageError
from ..messages import Message, joined
from ..model.case import Case, CaseService, Offer, Option, ref_of
from ..results.case_results import Exhausted, OfferCard
from . import case_states, joint_calls, offer_changes
from .act_names import refusal_naming_operator
from .book import Book, clock, refusals_in_local_time, require_case
from .decisions import of_case
from .gates_now import (
    entry_of,
    gate_for_all,
    gate_now,
    needs_now,
    opens_later,
    why_out,
)
from .offer_card import card, context_of, exhausted, skipped_names
from .planned_calls import with_planned_first
from .take_over import keep_on_call

if TYPE_CHECKING:
    from ..store import Reader, Transaction


def place_call(
    book: Book,
    case_id: int,
    *,
    services: Sequence[str] = (),
    provider: str | None = None,
    because: str = "",
    override: str = "",
    language: str = "de",
    expected: tuple[str, str] | None = None,
) -> OfferCard | Exhausted:
    """Open the offer to the next provider of a service, or out of order to ``provider``.

    Default service: the first that waits. For several services it is one call, to the first
    provider that can be asked for all of them. ``override`` is "wish" or "decision"; both need
    the reason ``because``. ``expected`` are provider and number on the operator's screen; raises
    ConflictError if the next call is another one by now.
    """
    require_reason(provider, because)
    made: OfferCard | Exhausted
    with book.store.deciding() as tx, refusals_in_local_time(book):
        before = require_case(tx, case_id)
        offer_changes.must_be_open(before)
        named = [_service_to_ask(before, name) for name in dict.fromkeys(services) or (None,)]
        opened = _opened_early(book, tx, before, [each.service for each in named])
        wanted = [_service_to_ask(opened, each.service) for each in named]
        # Before the choice, because a service that already has help is not exhausted.
        with refusal_naming_operator(book, tx, case_id):
            for each in wanted:
                offer_changes.must_need_a_call(opened, each, is_named=provider is not None)
        options, found, in_spite_of = _chosen(book, tx, opened, wanted, provider)
        _must_be_expected(found, expected)
        if options:
            early = opens_later(book, tx, opened, options[0].provider)
            asks = list(zip(wanted, options, strict=True))
            by = override if provider is not None else ""
            after = _asked(book, opened, asks, found.phone, override=by, before_opening=early)
            after = keep_on_call(book, tx, after)
            offers = after.offers[len(before.offers) :]
            tx.save(before, after)
            _write_down(book, tx, case_id, offers, because)
            offer = offers[0]
            made = card(
                book,
                after,
                offer,
                skipped=skipped_names(found),
                in_spite_of=in_spite_of,
                around=context_of(book, tx, after, offer),
                language=language,
            )
            sentence = _placed(case_id, offer)
        else:
            after = offer_changes.open_services(
                opened, lambda each: each.after in {one.service for one in wanted}
            )
            tx.save(before, after)
            book.write(tx, "exhausted", case_id, service=wanted[0].service)
            made = exhausted(case_id, wanted, found)
            sentence = _none_left(made)
        fact = of_case(case_id, sentence)
    book.unshown.recorded.append(fact)
    return made


def _placed(case_id: int, offer: Offer) -> Message:
    return Message(
        "{ref} {name} {phone}: the call is placed",
        ref=ref_of(case_id, offer.number),
        name=offer.name,
        phone=offer.phone,
    )


def _none_left(found: Exhausted) -> Message:
    return Message(
        "no provider is left to ask for {service}: call {phone}",
        service=Message(found.service),
        phone=found.phone,
    )


def require_reason(provider: str | None, because: str) -> None:
    """Raise UsageError for a call out of order without the operator's reason."""
    if provider is not None and not because:
        raise UsageError("--provider calls out of order and needs a reason: --because TEXT")


def _must_be_expected(found: case_states.NextCall, expected: tuple[str, str] | None) -> None:
    """Raise ConflictError if the next call is not the one that the operator has seen."""
    if expected is None:
        return
    if found.option is None:
        raise ConflictError("no provider is left to ask: the screen was out of date")
    if (found.option.provider, found.phone) != expected:
        raise ConflictError(
            "the next call is now {phone} {name}: the screen was out of date",
            phone=found.phone,
            name=found.option.name,
        )


def _opened_early(book: Book, tx: "Transaction", case: Case, names: Sequence[str]) -> Case:
    """Open the services that the operator asks for before the one that they were planned after."""
    wanted = [each for each in case.services if each.service in names and not each.opened]
    for each in wanted:
        if not case_states.is_opened(case, each):
            book.write(tx, "open early", case.id, service=each.service, after=each.after)
    return offer_changes.open_services(case, lambda each: each in wanted)


def _chosen(
    book: Book,
    tx: "Transaction",
    case: Case,
    wanted: Sequence[CaseService],
    provider: str | None,
) -> tuple[list[Option], case_states.NextCall, Message | str]:
    """Choose the options to ask in one call, one for each service, and the number to call.

    The last value is the reason against a provider that is asked out of order.
    """
    if provider is None:
        found = _next_for_all(book, tx, case, wanted)
        if found.option is None:
            return [], found, ""
        others = [each.option_of(found.option.provider) for each in wanted[1:]]
        return [found.option, *filter(None, others)], found, ""
    asked = [_out_of_order(book, tx, case, each, provider) for each in wanted]
    options, against = [each for each, _ in asked], [why for _, why in asked if why]
    found = case_states.NextCall(options[0], options[0].phones[0], ())
    return options, found, joined(dict.fromkeys(against))


def _write_down(
    book: Book, tx: "Transaction", case_id: int, offers: Sequence[Offer], because: str
) -> None:
    """Record the offers of one call in the journal, with the operator's reason."""
    for offer in offers:
        if because:
            tx.set_text(case_id, f"{offer.number}.because", because)
        details = {name: getattr(offer, name) for name in ("service", "provider", "override")}
        book.write(tx, "offer", case_id, offer=offer.number, **details)


def _asked(
    book: Book,
    case: Case,
    asks: Sequence[tuple[CaseService, Option]],
    phone: str,
    *,
    override: str,
    before_opening: bool,
) -> Case:
    """Open the offers of one call, one for each service."""
    after = case
    for service, option in asks:
        after = offer_changes.ask(
            after,
            service,
            option,
            phone=phone,
            now=book.now,
            operator=book.operator,
            override=override,
            before_opening=before_opening,
        )
    numbers = tuple(each.number for each in after.offers[len(case.offers) :])
    return joint_calls.joined(after, numbers) if len(numbers) > 1 else after


def _next_for_all(
    book: Book, tx: "Transaction", case: Case, wanted: Sequence[CaseService]
) -> case_states.NextCall:
    """Find the next provider of the first service that can be asked for the others as well.

    Raises UsageError if only separate calls are possible.
    """
    wanted = with_planned_first(book, tx, case, wanted)
    found = case_states.next_option(case, wanted[0], *gate_for_all(book, tx, case, wanted))
    if found.option is not None or len(wanted) == 1:
        return found
    gates = [(each, *gate_now(book, tx, case, each)) for each in wanted]
    apart = [each for each, gate, numbers in gates
             if case_states.next_option(case, each, gate, numbers).option]  # fmt: skip
    if apart:
        names = joined((Message(each.service) for each in wanted), " + ")
        raise UsageError(
            "no provider can be asked for {names} in one call",
            names=names,
            hint=Message(
                "place a call for each service: dispatch case offer {id} --service {service}",
                id=case.id,
                service=apart[0].service,
            ),
        )
    return found


def why_not(
    book: Book, case_id: int, provider_id: str, *, services: Sequence[str] = ()
) -> Message | str:
    """Return the reason against asking a provider out of order; empty without a reason."""
    with refusals_in_local_time(book), book.store.reading() as reader:
        case = require_case(reader, case_id)
        offer_changes.must_be_open(case)
        wanted = [_service_to_ask(case, name) for name in dict.fromkeys(services) or (None,)]
        found = [_out_of_order(book, reader, case, each, provider_id)[1] for each in wanted]
        return joined(dict.fromkeys(found))


def _service_to_ask(case: Case, name: str | None) -> CaseService:
    """Return the named service, else the first one for which a provider can be asked."""
    if name is not None:
        service = case_states.service_of(case, name)
        if service is None:
            names = ", ".join(each.service for each in case.services)
            raise UsageError(
                "case {id} has no service {name!r}; it has: {names}",
                id=case.id,
                name=name,
                names=names,
            )
        return service
    states = {each.service: case_states.service_state(case, each) for each in case.services}
    # A service with a provider left to ask precedes an exhausted one.
    for state in ("waiting", "exhausted"):
        for service in case.services:
            if states[service.service] == state and not case_states.is_followed(case, service):
                return service
    listed = joined(
        (
            Message(
                "{service}: {state}", service=Message(name), state=case_states.state_word(state)
            )
            for name, state in states.items()
        ),
        ", ",
    )
    raise ConflictError(
        "case {id} needs no call now ({states})",
        id=case.id,
        states=listed or Message("no service"),
    )


def _out_of_order(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService, provider_id: str
) -> tuple[Option, Message | str]:
    """Return the option of a provider that the operator names, and the reason against it."""
    listed = service.option_of(provider_id)
    offers = list(case_states.offers_for(case, service.service))
    answers = [
        Message(
            "{state} at {at}",
            state=case_states.state_word(offer.state),
            at=clock(offer.answered_at or offer.opened_at, book),
        )
        for offer in offers
        if offer.provider == provider_id
    ]
    if listed is not None:
        gate, numbers = gate_now(book, reader, case, service)
        _, twin = case_states.next_phone(listed, numbers(listed), offers)
        against = joined([*answers, twin, gate(listed) or ""])
        return replace(listed, phones=numbers(listed)), against
    provider = incident_ranking.find_provider(book.catalog, provider_id)
    called, needed = needs_now(book, reader, case, entry_of(service))
    why = why_out([provider], called, needed).get(provider.id, "")
    settings = book.catalog.rules.settings.of(service.service)
    look = eligibility.Assessment(needed, provider)
    eligible = eligibility.as_eligible(look)
    rated = ranking.rate(eligible, needed, geo.crow_fly_min(look.distance_km, settings))
    option = Option(
        provider=provider.id,
        name=provider.name,
        phones=tuple(phone.shown for phone in eligibility.phones_of(provider, called)),
        units=provider.units,
        arrival_min=rated.arrival_min,
        answer_min=rated.answer_min,
        acceptance=rated.acceptance,
        wait_min=rated.wait_min,
        index_min=rated.index_min,
    )
    _, twin = case_states.next_phone(option, option.phones, offers)
    return option, joined([*answers, twin, why])
