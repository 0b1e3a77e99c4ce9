"""What every verb of a case needs, and how it decides: once, in the store, with its record."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import UsageError
from ..model.case import Act, Case, CaseService

if TYPE_CHECKING:
    # Not for what only notes an answer, which is hurried: the ranking is a third of all imports.
    from .. import desk
    from ..catalog import Catalog
    from ..store import Reader, Store, Transaction


class Book(Struct, frozen=True, kw_only=True):
    """The case log at one moment: the store, the provider file, and who is working."""

    store: "Store"
    catalog: "Catalog"
    holidays: "desk.HolidayDates"
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


def local(moment: datetime, book: Book) -> datetime:
    """The same moment in the centre's zone, in which every time is shown."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(book.catalog.rules.settings.timezone))


def clock(moment: datetime, book: Book) -> str:
    """A moment as it is said: the time of day in the centre's zone."""
    return f"{local(moment, book):%H:%M}"


def first_open(case: Case, names: Iterable[str]) -> CaseService | None:
    """The first service of a case with one of these names."""
    wanted = set(names)
    return next((each for each in case.services if each.service in wanted), None)
