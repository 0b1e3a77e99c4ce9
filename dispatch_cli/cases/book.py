"""What every verb of a case needs: the log, the provider file, the clock, the operator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ..errors import UsageError
from ..messages import Clock
from ..model.case import Act, Case
from .told import Told

if TYPE_CHECKING:
    # Not for what only notes an answer, which is hurried: the ranking is a third of all imports.
    from ..availability import HolidayDates
    from ..catalog import Catalog
    from ..store import Reader, Store, Transaction


class ClockWatch(Struct, frozen=True):
    """How to read the clock now, and when the files of the case log were written.

    ``seen_at`` finds out when a run by cron last saw the log. Both are asked only in doubt.
    ``record_jump`` writes that the clock has jumped, before the record of an act.
    """

    read: Callable[[], datetime]
    record_jump: "Callable[[Book, Transaction], None]"
    written_at: Callable[[], datetime | None] = lambda: None
    seen_at: Callable[[], datetime | None] = lambda: None


class Book(Struct, frozen=True, kw_only=True):
    """The case log at one moment: the store, the provider file, and who is working.

    ``told`` collects what a command has recorded, for the case that it fails afterwards.
    """

    store: "Store"
    catalog: "Catalog"
    holidays: "HolidayDates"
    now: datetime
    operator: str
    told: Told = field(default_factory=Told)
    watch: ClockWatch | None = None
    """How to notice a clock that has jumped; None: ``now`` is taken as it is."""
    file_problem: str = ""
    """Why the provider file cannot be read, so that ``catalog`` has no provider; else empty."""

    def renewed(self) -> "Book":
        """Return the same book as of now, since a question may have taken minutes."""
        return self if self.watch is None else replace(self, now=self.watch.read())

    def act(self, action: str, case_id: int, **details: str | int | float | bool | None) -> Act:
        """Make the journal's record of an act; nothing personal may be in its details."""
        return Act(
            at=self.now, operator=self.operator, action=action, case_id=case_id, details=details
        )

    def write(
        self,
        tx: "Transaction",
        action: str,
        case_id: int,
        **details: str | int | float | bool | None,
    ) -> None:
        """Write the journal's record of an act, after that of a jump of the clock before it."""
        if self.watch is not None:
            self.watch.record_jump(self, tx)
        tx.append(self.act(action, case_id, **details))


def existing(reader: "Reader | Transaction", case_id: int) -> Case:
    """The case of that number; raises UsageError where there is none."""
    case = reader.case(case_id)
    if case is None:
        raise UsageError(
            "there is no case {case_id}", case_id=case_id, hint='"dispatch case list" names them'
        )
    return case


def local(moment: datetime, book: Book) -> datetime:
    """The same moment in the centre's zone, in which every time is shown."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(book.catalog.rules.settings.timezone))


def clock(moment: datetime, book: Book) -> Clock:
    """Return a moment as it is said now, in the centre's zone."""
    return Clock(moment, local(book.now, book))


@contextmanager
def said_locally(book: Book) -> Iterator[None]:
    """Say the moments of refusals in the centre's zone, which the core does not know."""
    from .offer_changes import RefusedError
    from .unit_bookings import NoUnitError

    try:
        yield
    except RefusedError as refused:
        raise refused.said(clock(refused.at, book)) from None
    except NoUnitError as refused:
        if refused.there_at is None:
            raise
        raise refused.said(clock(refused.there_at, book)) from None
