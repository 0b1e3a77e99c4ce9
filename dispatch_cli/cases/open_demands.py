"""Read what the open cases still need, all in one reading, as a joint plan is made of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..model import Incident, Observations
from ..model.case import Case, CaseService
from . import case_states
from .book import Book
from .case_deadlines import APPOINTMENT_AFTER
from .gates_now import entry_of, needs_now, numbers_at
from .observe_log import observe
from .planned_calls import planned_calls

if TYPE_CHECKING:
    from ..store import Reader

_MINUTE = timedelta(minutes=1)
_IN_NEED = ("waiting", "asking", "exhausted")
"""States of a service for which a plan can find help; the others have help, or need none yet."""


class OpenDemand(Struct, frozen=True, kw_only=True):
    """One service that an open case still needs.

    ``incident`` is ranked as the cascade of the case is now: its ``asked`` are the providers that
    cannot be asked for the service any more. ``can_ask`` are those of its cascade that can still be
    asked, in its order; no other provider can be planned. ``is_asked``: a provider is being asked,
    so that nothing is planned for the service. ``planned`` is the provider of the last plan: ""
    for the last resort, None without a plan that counts.
    """

    case: Case
    service: str
    incident: Incident
    waiting_min: float
    can_ask: tuple[str, ...]
    is_asked: bool = False
    planned: str | None = None


class DemandsRead(Struct, frozen=True, kw_only=True):
    """The needs of all open cases, with what the log has of the providers, at one moment.

    ``emergencies`` are the open cases whose emergency call is due, also those without a need.
    ``head`` is the head of the journal, from which a plan finds what was recorded since.
    """

    at: datetime
    demands: tuple[OpenDemand, ...]
    emergencies: tuple[Case, ...]
    observations: Observations
    head: str


def read_demands(book: Book) -> DemandsRead:
    """Read the needs of all open cases in one snapshot of the log, by case and in plan order.

    An appointment is not waiting yet, and a service that is planned after another one is not
    needed yet.
    """
    with book.store.reading() as reader:
        observed = observe(book.catalog, reader, book.now)
        cases = sorted(reader.cases(open_only=True), key=lambda each: each.id)
        demands = [each for case in cases for each in _demands_of(book, reader, case, observed)]
        return DemandsRead(
            at=book.now,
            demands=tuple(demands),
            emergencies=tuple(each for each in cases if each.emergency_by is not None),
            observations=observed,
            head=reader.head(),
        )


def _in_need(case: Case, book: Book) -> list[CaseService]:
    """Return the services of a case that need help now, in the order of its plan."""
    if case.incident.when - book.now > APPOINTMENT_AFTER:
        return []
    return [each for each in case.services if case_states.service_state(case, each) in _IN_NEED]


def _waits_from(case: Case) -> datetime:
    return max(case.opened_at, case.incident.when)


def _demands_of(
    book: Book, reader: "Reader", case: Case, observed: Observations
) -> Iterator[OpenDemand]:
    """Yield what a case needs now; its journal is read only if it needs something."""
    in_need = _in_need(case, book)
    planned = planned_calls(book, reader, case) if in_need else {}
    for service in in_need:
        called, needed = needs_now(book, reader, case, entry_of(service), observed=observed)
        listed = [option.provider for option in service.options]
        offered = {offer.provider for offer in case_states.offers_for(case, service.service)}
        can_ask, known = tuple(listed), offered.union(listed)
        if offered:
            numbers = numbers_at(book, called)
            turns = case_states.still_to_ask(case, service, lambda _: None, numbers)
            can_ask = tuple(option.provider for option, _ in turns)
        call = planned.get(service.service)
        yield OpenDemand(
            case=case,
            service=service.service,
            incident=replace(needed.incident, asked=tuple(sorted(known.difference(can_ask)))),
            # An appointment does not wait before its time.
            waiting_min=max(0.0, (book.now - _waits_from(case)) / _MINUTE),
            can_ask=can_ask,
            is_asked=case_states.service_state(case, service) == "asking",
            planned=None if call is None else call.provider,
        )
