"""What every verb of a case needs, and how it decides: once, in the store, with its record."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from .. import desk, eligibility
from ..casework.states import Gate
from ..errors import UsageError
from ..model import Availability, Observations, PlanEntry
from ..model.case import Act, Case, CaseService, Engagement

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..store import Reader, Store, Transaction

LIVE_WITHIN = timedelta(minutes=60)
"""Occupied units count only for incidents this near to now: today says nothing of next week."""


class Book(Struct, frozen=True, kw_only=True):
    """The case log at one moment: the store, the provider file, and who is working."""

    store: "Store"
    catalog: "Catalog"
    holidays: desk.HolidayDates
    now: datetime
    operator: str

    def act(self, action: str, case_id: int, **details: str | int | float | bool | None) -> Act:
        """Make the journal's record of an act; nothing personal may be in its details."""
        return Act(
            at=self.now, operator=self.operator, action=action, case_id=case_id, details=details
        )


def existing(reader: "Reader | Transaction", case_id: int) -> Case:
    """The case of that number; raises UsageError where there is none."""
    case = reader.case(case_id)
    if case is None:
        raise UsageError(f"there is no case {case_id}", hint='"dispatch case list" names them')
    return case


def observe(book: Book, reader: "Reader | Transaction", when: datetime) -> Observations:
    """What the log knows for a ranking: who was assigned when, and whose units are taken."""
    availability: dict[str, Availability] = {}
    if abs(when - book.now) <= LIVE_WITHIN:
        for provider_id, engaged in reader.engaged(book.now).items():
            provider = book.catalog.find(provider_id)
            if provider is not None:
                availability[provider_id] = _availability(provider.units, engaged, book.now)
    return Observations(
        availability=availability,
        last_assigned=reader.last_assigned(),
        summaries={(each.provider, each.service): each for each in reader.summaries()},
        as_of=book.now,
    )


def _availability(units: int, engaged: list[Engagement], now: datetime) -> Availability:
    """How many units are free, and how long until the next one is where none is."""
    free = max(0, units - len({engagement.unit for engagement in engaged}))
    if free:
        return Availability(free=free)
    ends = [engagement.until for engagement in engaged if engagement.until is not None]
    wait_min = max(0.0, (min(ends) - now).total_seconds() / 60) if ends else None
    return Availability(state="busy", free=0, wait_min=wait_min)


def gate_now(book: Book, reader: "Reader | Transaction", case: Case, service: CaseService) -> Gate:
    """Look at the gates again, and not at the order, at the moment of the call."""
    from msgspec.structs import replace

    incident = replace(case.incident, when=book.now, asked=())
    entry = PlanEntry(service=service.service, equipment=service.equipment)
    [need] = desk.needs_of(
        book.catalog, incident, [entry], book.holidays, observe(book, reader, book.now)
    )
    ids = [option.provider for option in service.options]
    known = [provider for each in ids if (provider := book.catalog.find(each)) is not None]
    reasons = {out.provider: out.detail for out in eligibility.split(known, need).excluded}
    gone = dict.fromkeys(set(ids) - {provider.id for provider in known}, "no longer in the file")

    def gate(provider_id: str) -> str | None:
        return reasons.get(provider_id) or gone.get(provider_id)

    return gate


def clock(moment: datetime, book: Book) -> str:
    """A moment as it is said: the time of day in the centre's zone."""
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(book.catalog.rules.settings.timezone)):%H:%M}"


def first_open(case: Case, names: Iterable[str]) -> CaseService | None:
    """The first service of a case with one of these names."""
    wanted = set(names)
    return next((each for each in case.services if each.service in wanted), None)
