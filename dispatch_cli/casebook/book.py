"""What every verb of a case needs, and how it decides: once, in the store, with its record."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from .. import desk, eligibility
from ..casework.states import Gate
from ..errors import UsageError
from ..model import PlanEntry
from ..model.case import Act, Case, CaseService
from .observing import observe

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..store import Reader, Store, Transaction


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


def gate_now(book: Book, reader: "Reader | Transaction", case: Case, service: CaseService) -> Gate:
    """Look at the gates again, and not at the order, at the moment of the call."""
    from msgspec.structs import replace

    incident = replace(case.incident, when=book.now, asked=())
    entry = PlanEntry(service=service.service, equipment=service.equipment)
    observed = observe(book.catalog, reader, book.now, book.now)
    [need] = desk.needs_of(book.catalog, incident, [entry], book.holidays, observed)
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
