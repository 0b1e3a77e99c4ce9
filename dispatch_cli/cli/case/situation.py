"""Read the state of a case for the guided loop, and make the page that the screen shows."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ... import plans
from ...cases import answer_call, case_states, offer_card, offer_changes, view_case
from ...cases.book import Book, clock, require_case
from ...cases.gates_now import gate_now
from ...messages import Message, joined
from ...model.case import Case, CaseService, Offer, ref_of
from ...render.case_loop import Page
from ...results.case_results import Overdue


class Situation(Struct, frozen=True, kw_only=True):
    """A case at one moment, the service that the keys are for, and the offer that they answer."""

    case: Case
    service: CaseService | None
    offer: Offer | None
    page: Page

    @property
    def ref(self) -> str:
        """The number of the offer with that of its case; empty without an offer."""
        return ref_of(self.case.id, self.offer.number) if self.offer else ""

    @property
    def provider(self) -> str:
        """The provider on the phone, or the one to call next; empty without one."""
        if self.offer is not None and self.page.coming is None:
            return self.offer.provider
        return self.page.coming.provider if self.page.coming else ""


def look(
    book: Book, case_id: int, wanted: str, language: str, *, has_texts: bool = True
) -> Situation:
    """Read the state of a case; ``wanted`` is the chosen service, "" for the first one.

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
    """Add the block of the chosen service to the page."""
    offer = case_states.offer_in_hand(case, service)
    if offer is not None and offer.state == "open":
        card = offer_card.card(book, case, offer, language=language)
        return replace(bare, asking=card, answer_by=offer.answer_by)
    if offer is not None and offer.state in case_states.LIVE:
        done = answer_call.stands(book, ref_of(case.id, offer.number), language=language)
        return replace(bare, accepted=done, phone=offer.phone)
    if coming.option is not None:
        option, phone = coming.option, coming.phone
        # The card as it will be after the call is placed; nothing is recorded yet.
        after = offer_changes.ask(
            case, service, option, phone=phone, now=book.now, operator=book.operator
        )
        return replace(
            bare, coming=offer_card.card(book, after, after.offers[-1], language=language)
        )
    if dict(bare.services)[service.service] in ("waiting", "exhausted"):
        return replace(bare, nobody=offer_card.exhausted(case.id, [service], coming))
    return bare


def _overdue(case: Case, book: Book, shown: Offer | None) -> Iterator[Message | str]:
    """Yield the missed deadlines, except that of the answer whose clock the screen shows."""
    on_screen = ref_of(case.id, shown.number) if shown else ""
    for missed in view_case.overdue_of(case, book.now, book.catalog.rules):
        if missed.what != "answer" or missed.ref != on_screen:
            contact = " ".join(filter(None, (missed.phone, missed.name)))
            yield joined((_missed(missed, book), contact), ": ")


def _missed(missed: Overdue, book: Book) -> Message:
    what, at = Message(missed.what), clock(missed.since, book)
    if missed.is_ahead:
        return Message("{what} DUE NOW: its time was set by a clock that was ahead", what=what)
    if missed.is_broken:
        return Message(
            "{what} DUE NOW: help cannot be there at {at}, tell the motorist", what=what, at=at
        )
    return Message("{what} MISSED since {at}", what=what, at=at)
