"""Where a case stands for the loop: whom it is about, and what the screen is to show."""

from msgspec import Struct
from msgspec.structs import replace

from ... import casework, plans
from ...casebook import answering, asking
from ...casebook.book import Book, clock, existing
from ...casebook.gating import gate_now
from ...model.case import Case, CaseService, Offer, ServiceState
from ...render.case_loop import Page

_NEEDS_SOMEBODY = ("asking", "waiting", "exhausted", "accepted", "arrived")


class Situation(Struct, frozen=True, kw_only=True):
    """A case at one moment, the service that the keys are for, and the offer that they answer."""

    case: Case
    service: CaseService | None
    offer: Offer | None
    page: Page

    @property
    def ref(self) -> str:
        """The offer as it is named; empty where there is none."""
        return f"{self.case.id}.{self.offer.number}" if self.offer else ""


def look(book: Book, case_id: int, wanted: str, language: str) -> Situation:
    """Read where a case stands; ``wanted`` is the service that was chosen, "" for the first."""
    with book.store.reading() as reader:
        case = existing(reader, case_id)
        states = {each.service: casework.service_state(case, each) for each in case.services}
        service = _chosen(case, states, wanted)
        coming = casework.Next(None, "", ())
        if service is not None and states[service.service] in ("waiting", "exhausted"):
            coming = casework.next_option(case, service, *gate_now(book, reader, case, service))
    offer = _offer(case, service)
    bare = Page(
        case_id=case.id,
        client=case.incident.client or "no client",
        services=tuple(states.items()),
        selected=service.service if service else "",
        emergency=plans.emergency_calls(case.incident, book.catalog.rules),
        overdue=tuple(_overdue(case, book, offer)),
    )
    page = _with_block(book, bare, case, coming, language) if service else bare
    return Situation(case=case, service=service, offer=offer, page=page)


def _chosen(case: Case, states: dict[str, ServiceState], wanted: str) -> CaseService | None:
    found = casework.service_of(case, wanted)
    if found is not None:
        return found
    for state in _NEEDS_SOMEBODY:
        for service in case.services:
            if states[service.service] == state:
                return service
    return case.services[0] if case.services else None


def _offer(case: Case, service: CaseService | None) -> Offer | None:
    """The offer that an answer is about: the open one, a live one, else the last."""
    if service is None:
        return None
    offers = [o for o in case.offers if o.service == service.service and not o.corrected]
    for states in (("open",), casework.LIVE):
        for offer in offers:
            if offer.state in states:
                return offer
    return offers[-1] if offers else None


def _with_block(book: Book, bare: Page, case: Case, coming: casework.Next, language: str) -> Page:
    """Put in the one block that the screen shows of the chosen service."""
    service = casework.service_of(case, bare.selected)
    offer = _offer(case, service)
    if service is None:
        return bare
    if offer is not None and offer.state == "open":
        card = asking.card(book, case, offer, language=language)
        return replace(bare, asking=card, answer_by=offer.answer_by)
    if offer is not None and offer.state in casework.LIVE:
        done = answering.stands(book, f"{case.id}.{offer.number}", language=language)
        return replace(bare, accepted=done, phone=offer.phone)
    if coming.option is not None:
        option, phone = coming.option, coming.phone
        # The card as it will be once the call is placed; nothing is recorded yet.
        after = casework.ask(
            case, service, option, phone=phone, now=book.now, operator=book.operator
        )
        return replace(bare, coming=asking.card(book, after, after.offers[-1], language=language))
    if dict(bare.services)[service.service] in ("waiting", "exhausted"):
        skipped = tuple((option.name, why) for option, why in coming.skipped)
        phone, text = service.last_resort_phone, service.last_resort_text
        nobody = asking.Exhausted(case.id, service.service, phone, text, skipped)
        return replace(bare, nobody=nobody)
    return bare


def _overdue(case: Case, book: Book, shown: Offer | None) -> list[str]:
    """Every missed deadline but the answer on screen, whose clock says so."""
    found = []
    for deadline in casework.overdue(case, book.now):
        offer = casework.offer_of(case, deadline.offer)
        if deadline.what == "answer" and offer == shown:
            continue
        who = f": {offer.phone} {offer.name}" if offer else ""
        if deadline.service:
            who = f": {deadline.service}"
        found.append(f"{deadline.what} MISSED since {clock(deadline.at, book)}{who}")
    return found
