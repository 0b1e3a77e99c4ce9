"""Read cases: the handover list, one case, the missed deadlines, the personal data of a case."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter

from msgspec.structs import replace

from .. import plans
from ..errors import ConflictError
from ..messages import Message
from ..model import LastResort, Rules
from ..model.case import Act, Case, CaseService, Offer, Personal, ref_of
from ..results.case_results import (
    Audit,
    CaseView,
    DeadlineView,
    DraftView,
    EmergencyRecord,
    OfferView,
    Overdue,
    PersonalView,
    ServiceView,
)
from ..results.hand_over_results import CallBackNumber
from . import (
    call_texts,
    case_deadlines,
    case_states,
    contacts,
    planned_calls,
    urgency,
    view_drafts,
)
from .book import Book, local, require_case

LATELY_CLOSED = 50
"""The number of closed cases in the list."""

_TIMES = frozenset({"at", "begin", "call_back_set_at", "called_at", "end", "eta", "last", "until"})
"""The details of a record that are moments."""

PAGE = 500
"""The number of closed cases that are read at a time."""


def view(case: Case, now: datetime, rules: Rules | None = None) -> CaseView:
    """Return the view of a case at a moment; ``rules`` have the plans of the provider file."""
    due, incident = case_deadlines.deadlines(case, now), case.incident
    shown = contacts.deadline_views(case, due, now, rules)
    return CaseView(
        id=case.id,
        kind=incident.kind,
        client=incident.client,
        area=incident.place.postcode,
        opened_at=case.opened_at,
        age_min=max(0.0, (now - case.opened_at).total_seconds() / 60),
        state=case_states.case_state(case),
        operator=case.keeper,
        opened_by=case.operator,
        place=call_texts.rough_area(incident),
        vehicle=incident.vehicle.kind,
        weight_t=incident.vehicle.weight_t,
        injured=incident.injured if case.is_safety_asked else None,
        in_danger=incident.in_danger,
        on_line_since=case.on_line_since,
        appointment=incident.when
        if urgency.urgency_of(case, due, now) is urgency.Urgency.APPOINTMENT
        else None,
        services=tuple(_service_view(case, service, shown) for service in case.services),
        offers=tuple(_offer_view(case, offer) for offer in case.offers),
        next_deadline=due[0].at if due else None,
        due=due[0].what if due else "",
        overdue=any(each.overdue for each in shown),
        merged_into=case.merged_into,
        deadlines=shown,
        emergency_call=EmergencyRecord(case.emergency, case.emergency_caller, case.emergency_at)
        if case.emergency
        else None,
    )


def cases(book: Book, *, closed: int = 0) -> list[CaseView]:
    """Return the open cases and the last ``closed`` closed ones, the most urgent first."""
    return [each for each in listed(book, closed=closed) if isinstance(each, CaseView)]


def listed(book: Book, *, closed: int = 0) -> list[CaseView | DraftView]:
    """Return parked calls, open cases and the last ``closed`` closed ones, the most urgent first.

    One snapshot has both, so that a call that is finished meanwhile stands in it once.
    """
    with book.store.reading() as reader:
        found = reader.cases(open_only=True)
        found += reader.closed_cases(limit=closed) if closed else []
        drafts = reader.drafts()
    now, rules = book.now, book.catalog.rules
    in_order: list[tuple[object, CaseView | DraftView]] = [
        *((urgency.sort_key(case, now), view(case, now, rules)) for case in found),
        *((view_drafts.sort_key(each, now), view_drafts.view(each, now)) for each in drafts),
    ]
    in_order.sort(key=itemgetter(0))
    return [each for _, each in in_order]


def closed_pages(book: Book) -> Iterator[list[CaseView]]:
    """Yield all closed cases by number, PAGE at a time.

    Each page is a read of its own, so that no read transaction stays open during the output.
    """
    last = 0
    while True:
        with book.store.reading() as reader:
            found = reader.closed_cases(limit=PAGE, after=last)
        if not found:
            return
        last = found[-1].id
        yield [view(case, book.now, book.catalog.rules) for case in found]


def show(book: Book, case_id: int) -> CaseView:
    """Return the view of a case with its emergency calls; raises UsageError for other numbers."""
    from .intake_questions import not_asked

    with book.store.reading() as reader:
        case = require_case(reader, case_id)
        merged = tuple(reader.merged_into(case_id))
        planned = planned_calls.planned_calls(book, reader, case)
    calls = plans.emergency_calls(case.incident, book.catalog.rules)
    unasked = not_asked(case.incident, case.answered, book.catalog.rules)
    if case.forgotten_at is not None:
        unasked = [] if case.is_safety_asked else ["injured"]
    shown = view(case, book.now, book.catalog.rules)
    services = []
    for each, service in zip(shown.services, case.services, strict=True):
        by = planned_calls.still_planned(book, case, service, planned.get(service.service))
        services.append(replace(each, planned_provider=by[0], planned=by[1]))
    return replace(
        shown,
        services=tuple(services),
        emergency=calls,
        not_asked=tuple(unasked),
        merged=merged,
    )


def acts(book: Book, case_id: int | None = None) -> list[Act]:
    """Return the journal's records of a case, or all records, in order.

    The times among their details are local; the journal has them in UTC.
    """
    with book.store.reading() as reader:
        return [_with_local_times(each, book) for each in reader.acts(case_id)]


def _with_local_times(act: Act, book: Book) -> Act:
    times = {
        name: local(datetime.fromisoformat(text), book).isoformat()
        for name in _TIMES.intersection(act.details)
        if (text := str(act.details[name] or ""))
    }
    return replace(act, details={**act.details, **times}) if times else act


def personal(book: Book, case_id: int, *, action: str = "personal show") -> PersonalView:
    """Return the motorist's personal data; the journal records this view as ``action``."""
    with book.store.deciding() as tx:
        case = require_case(tx, case_id)
        found = tx.personal(case_id) or Personal()
        texts = tx.texts(case_id)
        book.write(tx, action, case_id)
    incident, place = case.incident, case.incident.place
    return PersonalView(
        case_id=case_id,
        place=place.readback,
        lat=place.lat,
        lon=place.lon,
        where=incident.where or "",
        last_exit=incident.last_exit or "",
        typed_place=found.typed_place,
        caller=found.caller,
        call_back=found.call_back,
        plate=found.plate,
        ref=found.ref,
        to=found.to,
        note=incident.note or found.note,
        language=incident.language or "",
        texts=texts,
    )


def call_back_numbers(book: Book, case_id: int) -> tuple[CallBackNumber, ...]:
    """Return the call-back numbers of a case and of those merged into it; the look is recorded.

    Raises ConflictError if another operator works on the case.
    """
    with book.store.deciding() as tx:
        case = require_case(tx, case_id)
        if case.keeper != book.operator:
            raise ConflictError(
                "{keeper} works on case {case_id}",
                keeper=case.keeper,
                case_id=case_id,
                hint=Message("dispatch case take {case_id} --reason agreed", case_id=case_id),
            )
        found = [(each, tx.personal(each)) for each in (case_id, *tx.merged_into(case_id))]
        book.write(tx, "personal call back", case_id)
    return tuple(
        CallBackNumber(each, personal.call_back)
        for each, personal in found
        if personal is not None and personal.call_back
    )


def audit(book: Book, *, is_by_cron: bool = False) -> Audit:
    """Return the missed deadlines of open cases and parked calls, and a jump of the clock.

    An audit by cron also records a jump of the clock that no act has recorded yet.
    """
    from .clock_watch import jump_in_force, record_now, sentence

    with book.store.reading() as reader:
        open_cases = reader.cases(open_only=True)
        jump = jump_in_force(book, reader)
        drafts = [*reader.drafts(), *reader.drafts_ended(book.now)]
    now, rules = book.now, book.catalog.rules
    in_order: list[tuple[object, Iterable[Overdue]]] = [
        *((urgency.sort_key(case, now), overdue_of(case, now, rules)) for case in open_cases),
        *((view_drafts.sort_key(each, now), view_drafts.overdue_of(each, now)) for each in drafts),
    ]
    in_order.sort(key=itemgetter(0))
    found = tuple(missed for _, all_missed in in_order for missed in all_missed)
    if jump is not None and is_by_cron:
        record_now(book)
    return Audit(found, sentence(jump, book) if jump else "")


def overdue_of(case: Case, now: datetime, rules: Rules | None = None) -> Iterable[Overdue]:
    """Yield the missed deadlines of a case, each with the name and number to call."""
    for deadline in case_deadlines.overdue(case, now):
        contact = contacts.contact_of(case, deadline, rules)
        yield Overdue(
            contact.ref,
            deadline.what,
            deadline.at,
            contact.name or contact.service,
            contact.phone,
            is_ahead=deadline.is_ahead,
            is_broken=deadline.is_broken,
        )


def most_urgent(book: Book) -> int | None:
    """Return the case to work on first; None without a case."""
    found = cases(book)
    return found[0].id if found else None


def _last_resort(service: CaseService) -> Message | str:
    last = LastResort(service.last_resort_phone, service.last_resort_text)
    if isinstance(last.sentence, str):
        return f"{last.phone} {last.text}"
    return Message("{phone} {text}", phone=last.phone, text=last.sentence)


def _service_view(
    case: Case, service: CaseService, deadlines: Iterable[DeadlineView]
) -> ServiceView:
    of_case = {""} if service is case.services[0] else set()
    due = next((each for each in deadlines if each.service in {service.service} | of_case), None)
    offer = case_states.offer_in_hand(case, service)
    if offer is not None and offer.state not in case_states.UNDER_WAY:
        offer = None
    return ServiceView(
        service=service.service,
        state=case_states.service_state(case, service),
        offer=ref_of(case.id, offer.number) if offer else "",
        provider=offer.name if offer else "",
        phone=offer.phone if offer else "",
        there_at=offer.promises[-1].there_at if offer and offer.promises else None,
        last_resort=_last_resort(service),
        due=due.what if due else "",
        due_at=due.at if due else None,
        overdue=due is not None and due.overdue,
        due_ref=due.ref if due else "",
        due_name=due.name if due else "",
        due_phone=due.phone if due else "",
    )


def _offer_view(case: Case, offer: Offer) -> OfferView:
    return OfferView(
        ref=ref_of(case.id, offer.number),
        service=offer.service,
        provider=offer.provider,
        name=offer.name,
        phone=offer.phone,
        state=offer.state,
        reason=offer.reason,
        override=offer.override,
        opened_at=offer.opened_at,
        answered_at=offer.answered_at,
        promised_at=offer.promises[-1].there_at if offer.promises else None,
        arrived_at=offer.arrived_at,
        operator=offer.operator,
        promises=offer.promises,
    )
