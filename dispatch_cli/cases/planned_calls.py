"""The provider that a joint plan of many cases proposes for a service, and its place in the calls.

A plan changes no case: the journal has one record of it for each case. The newest one counts until
it is as old as the longest wait of the service, or until the cascades are ranked again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message, Plural, joined
from ..model.case import Act, Case, CaseService, Option
from ..model.case_parts import PLAN
from ..model.clock_jumps import TOLERANCE
from . import case_states
from .book import Book, clock

if TYPE_CHECKING:
    from ..store import Reader, Transaction

BEHIND = "_behind"
"""The ending of the key of a plan's record with the providers to call last, by service."""
_RANKS_AGAIN = "amend"
"""The action after which a plan no longer counts: it was made for other facts."""

_MINUTE = timedelta(minutes=1)


class PlannedCall(Struct, frozen=True, kw_only=True):
    """What a plan proposes for a service: a provider, "" for the last resort, None for no firm yet.

    ``wait_min`` is the wait for a free unit, from ``at`` on; ``others`` is the number of the other
    cases of the plan. The units of the providers in ``behind`` are planned for these.
    """

    provider: str | None
    wait_min: float
    at: datetime
    others: int
    behind: tuple[str, ...] = ()

    def sentence(self, book: Book) -> Message:
        """Word when the plan was made, for how many other cases, and when its unit is free."""
        if self.provider is None:
            return Message("planned for others at {at}", at=clock(self.at, book))
        if self.wait_min < 1:
            return self._made(book)
        free_at = clock(self.at + self.wait_min * _MINUTE, book)
        return Message(
            "{planned}, the unit is free from {at}", planned=self._made(book), at=free_at
        )

    def _made(self, book: Book) -> Message:
        at = clock(self.at, book)
        if not self.others:
            return Message("planned at {at}", at=at)
        return Plural(
            "planned at {at} with {count} other case",
            "planned at {at} with {count} other cases",
            self.others,
            at=at,
        )


def planned_calls(book: Book, reader: "Reader | Transaction", case: Case) -> dict[str, PlannedCall]:
    """Read what the newest plan that counts proposes for a case, by service."""
    for _, act in reader.standing_acts(case.id):
        if act.action == _RANKS_AGAIN:
            return {}
        if act.action == PLAN:
            return dict(_calls_of(book, case, act))
    return {}


def planned_call(
    book: Book, reader: "Reader | Transaction", case: Case, service: CaseService
) -> PlannedCall | None:
    """Read what the newest plan that counts proposes for one service; None without a proposal."""
    return planned_calls(book, reader, case).get(service.service)


def in_call_order(case: Case, service: CaseService, planned: PlannedCall | None) -> CaseService:
    """Return a service with the planned provider of its cascade first; the others keep their order.

    Providers whose units are planned for other cases come last, and can still be called.
    The plan knows the wait of its provider, so that this wait counts and not that of the ranking.
    Like that one it counts from the time of the incident.
    """
    if planned is not None and planned.behind:
        last = [each.provider in planned.behind for each in service.options]
        order = sorted(zip(last, service.options, strict=True), key=itemgetter(0))
        return replace(service, options=tuple(each for _, each in order))
    first = service.option_of(planned.provider) if planned and planned.provider else None
    if planned is None or first is None:
        return service
    wait_min = 0.0
    if planned.wait_min:
        wait_min = max(0.0, planned.wait_min + (planned.at - case.incident.when) / _MINUTE)
    rest = (each for each in service.options if each is not first)
    return replace(service, options=(_after_wait(first, wait_min), *rest))


def with_planned_first(
    book: Book, reader: "Reader | Transaction", case: Case, services: Sequence[CaseService]
) -> list[CaseService]:
    """Return the services of one call, the first of them in the order of the calls of now.

    The first one decides the order of the providers of a call.
    """
    planned = planned_call(book, reader, case, services[0])
    return [in_call_order(case, services[0], planned), *services[1:]]


def still_planned(
    book: Book, case: Case, service: CaseService, planned: PlannedCall | None
) -> tuple[str, Message | str]:
    """Return the provider that a plan proposes and can still be asked, with the sentence of why.

    Both are empty without one. For the last resort the first is empty.
    """
    state = case_states.service_state(case, service)
    if planned is None or planned.provider is None:
        return "", ""
    if state not in ("waiting", "asking", "exhausted"):
        return "", ""
    if not planned.provider:
        return "", joined((Message("last resort"), planned.sentence(book)), ": ")
    option = service.option_of(planned.provider)
    offers = list(case_states.offers_for(case, service.service))
    if option is None or not case_states.next_phone(option, option.phones, offers)[0]:
        return "", ""
    return option.provider, joined((option.name, planned.sentence(book)), ": ")


def _after_wait(option: Option, wait_min: float) -> Option:
    """Return an option whose minutes have another wait for a free unit."""
    more_min = wait_min - option.wait_min
    return replace(
        option,
        wait_min=wait_min,
        arrival_min=option.arrival_min + more_min,
        index_min=option.index_min + more_min,
        base_min=None if option.base_min is None else option.base_min + more_min,
    )


def _calls_of(book: Book, case: Case, act: Act) -> Iterator[tuple[str, PlannedCall]]:
    """Read the calls of the record of a plan, without those that are too old."""
    settings, details = book.catalog.rules.settings, act.details
    for each in case.services:
        provider, behind = details.get(each.service), details.get(f"{each.service}{BEHIND}")
        longest = timedelta(minutes=settings.of(each.service).fallback_min)
        if not -TOLERANCE <= book.now - act.at < longest:
            continue
        if isinstance(provider, str):
            wait_min = float(details.get(f"{each.service}_wait_min") or 0.0)
            others = max(0, int(details.get("cases") or 1) - 1)
            call = PlannedCall(provider=provider, wait_min=wait_min, at=act.at, others=others)
            yield each.service, call
        elif isinstance(behind, str) and behind:
            names = tuple(behind.split(","))
            yield (
                each.service,
                PlannedCall(provider=None, wait_min=0.0, at=act.at, others=0, behind=names),
            )
