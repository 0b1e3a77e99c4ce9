"""Where a case stands for the loop: whom it is about, and what the screen is to show."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ... import plans
from ...cases import answer_call, case_states, offer_card, offer_changes, view_case
from ...cases.book import Book, clock, require_case
from ...cases.gates_now import gate_now
from ...model.case import Case, CaseService, Offer, ref_of
from ...render.case_loop import Page


class Situation(Struct, frozen=True, kw_only=True):
    """A case at one moment, the service that the keys are for, and the offer that they answer."""

    case: Case
    service: CaseService | None
    offer: Offer | None
    page: Page

    @property
    def ref(self) -> str:
        """The offer as it is named; empty where there is none."""
        return ref_of(self.case.id, self.offer.number) if self.offer else ""

    @property
    def provider(self) -> str:
        """Who is on the phone, or is to be called next; empty where there is nobody."""
        if self.offer is not None and self.page.coming is None:
            return self.offer.provider
        return self.page.coming.provider if self.page.coming else ""


def look(
    book: Book, case_id: int, wanted: str, language: str, *, has_texts: bool = True
) -> Situation:
    """Read where a case stands; ``wanted`` is the service that was chosen, "" for the first.

    Without ``has_texts`` the page has no texts to say.
    """
    with book.store.reading() as reader:
        case = require_case(reader, case_id)
        states = {each.service: case_states.service_state(case, each) for each in case.services}
        service = case_states.service_of(case, wanted) or case_states.service_in_need(case)
        coming = case_states.NextCall(None, "", ())
        if service is not None and states[service.service] in ("waiting", "exhausted"):
            coming = case_states.next_option(case, service, *gate_now(book, reader, case, service))
    offer = case_states.offer_in_hand(case, service) if service else None
    bare = Page(
        case_id=case.id,
        client=case.incident.client or "no client",
        services=tuple(states.items()),
        selected=service.service if service else "",
        emergency=plans.emergency_calls(case.incident, book.catalog.rules),
        overdue=tuple(_overdue(case, book, offer)),
    )
    if service is None or not has_texts:
        return Situation(case=case, service=service, offer=offer, page=bare)
    page = _with_block(book, bare, case, service, coming, language=language)
    return Situation(case=case, service=service, offer=offer, page=page)


def _with_block(
    book: Book,
    bare: Page,
    case: Case,
    service: CaseService,
    coming: case_states.NextCall,
    *,
    language: str,
) -> Page:
    """Put in the one block that the screen shows of the chosen service."""
    offer = case_states.offer_in_hand(case, service)
    if offer is not None and offer.state == "open":
        card = offer_card.card(book, case, offer, language=language)
        return replace(bare, asking=card, answer_by=offer.answer_by)
    if offer is not None and offer.state in case_states.LIVE:
        done = answer_call.stands(book, ref_of(case.id, offer.number), language=language)
        return replace(bare, accepted=done, phone=offer.phone)
    if coming.option is not None:
        option, phone = coming.option, coming.phone
        # The card as it will be once the call is placed; nothing is recorded yet.
        after = offer_changes.ask(
            case, service, option, phone=phone, now=book.now, operator=book.operator
        )
        return replace(
            bare, coming=offer_card.card(book, after, after.offers[-1], language=language)
        )
    if dict(bare.services)[service.service] in ("waiting", "exhausted"):
        return replace(bare, nobody=offer_card.exhausted(case.id, [service], coming))
    return bare


def _overdue(case: Case, book: Book, shown: Offer | None) -> Iterator[str]:
    """Every missed deadline but the answer on screen, whose clock says so."""
    on_screen = ref_of(case.id, shown.number) if shown else ""
    for missed in view_case.overdue_of(case, book.now):
        if missed.what != "answer" or missed.ref != on_screen:
            who = " ".join(filter(None, (missed.phone, missed.name)))
            since = f"{missed.what} MISSED since {clock(missed.since, book)}"
            if missed.is_ahead:
                since = f"{missed.what} DUE NOW: its time was set by a clock that was ahead"
            elif missed.is_broken:
                at = clock(missed.since, book)
                since = f"{missed.what} DUE NOW: help cannot be there at {at}, tell the motorist"
            yield f"{since}: {who}" if who else since
