"""The case log, the provider file, the clock and the operator, as every verb of a case needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ..errors import no_case
from ..messages import Clock, Message
from ..model.case import OF_NO_CASE, Act, Case
from .unshown_messages import UnshownMessages

if TYPE_CHECKING:
    # Not at run time: an answer is urgent, and the ranking is a third of all imports.
    from ..availability import HolidayDates
    from ..catalog import Catalog
    from ..road_ranking import RoadTables
    from ..store import Reader, Store, Transaction


_TAKEN_BECAUSE = {
    "shift": Message("change of shift"),
    "agreed": Message("agreed"),
    "no-answer": Message("you did not answer"),
    "call": Message("placed a call for it"),
}


class ClockFunctions(Struct, frozen=True):
    """Functions that read the clock and notice its jumps.

    ``written_at`` returns when the files of the case log were written, ``seen_at`` when a run by
    cron last saw the log. They are called only after a suspicious reading of the clock.
    ``record_jump`` records a jump of the clock, before the record of an act.
    """

    read: Callable[[], datetime]
    record_jump: "Callable[[Book, Transaction], None]"
    written_at: Callable[[], datetime | None] = lambda: None
    seen_at: Callable[[], datetime | None] = lambda: None


class Book(Struct, frozen=True, kw_only=True):
    """The case log at one moment: the store, the provider file, and the operator.

    ``unshown`` collects the recorded facts of a command, in case it fails afterwards.
    """

    store: "Store"
    catalog: "Catalog"
    holidays: "HolidayDates"
    now: datetime
    operator: str
    unshown: UnshownMessages = field(default_factory=UnshownMessages)
    watch: ClockFunctions | None = None
    """How to notice a clock that has jumped; None: ``now`` is not checked."""
    roads: "RoadTables | None" = None
    """The travel engine for road minutes; None: estimates as the crow flies."""
    file_problem: Message | str = ""
    """Why the provider file cannot be read; empty if it can. ``catalog`` then has no provider."""

    def renewed(self) -> "Book":
        """Return the same book with the present time, since a question may have taken minutes."""
        return self if self.watch is None else replace(self, now=self.watch.read())

    def act(self, action: str, case_id: int, **details: str | int | float | bool | None) -> Act:
        """Make the journal's record of an act; its details must have no personal data."""
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
        """Write the journal's record of an act, and before it that of a jump of the clock.

        The operator is warned if another one has taken the case over since the last act.
        """
        self.note_clock(tx)
        taken = tx.takeover(case_id, self.operator) if case_id != OF_NO_CASE else None
        if taken is not None:
            self.unshown.warnings.append(takeover_sentence(taken, self))
        tx.append(self.act(action, case_id, **details))

    def note_clock(self, tx: "Transaction") -> None:
        """Record a jump of the clock, before a write that has no record of its own."""
        if self.watch is not None:
            self.watch.record_jump(self, tx)


def takeover_sentence(act: Act, book: Book) -> Message:
    """Word how another operator has taken a case over, or handed it over."""
    at, reason = clock(act.at, book), str(act.details.get("reason"))
    if "to" in act.details:
        return Message(
            "{operator} handed case {case_id} over to {to} at {at}",
            operator=act.operator,
            case_id=act.case_id,
            to=act.details["to"],
            at=at,
        )
    return Message(
        "{operator} took over case {case_id} at {at} ({reason})",
        operator=act.operator,
        case_id=act.case_id,
        at=at,
        reason=_TAKEN_BECAUSE.get(reason, reason),
    )


def require_case(reader: "Reader | Transaction", case_id: int) -> Case:
    """Return the case with a number; raises UsageError if the log has no such case."""
    case = reader.case(case_id)
    if case is None:
        raise no_case(case_id)
    return case


def local(moment: datetime, book: Book) -> datetime:
    """Return a moment in the centre's time zone, in which every time is shown."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(book.catalog.rules.settings.timezone))


def clock(moment: datetime, book: Book) -> Clock:
    """Return a moment relative to now, in the centre's time zone."""
    return Clock(moment, local(book.now, book))


@contextmanager
def refusals_in_local_time(book: Book) -> Iterator[None]:
    """Write the moments of refusals in the centre's time zone, which the core does not know."""
    from .refused_act import RefusedActError
    from .unit_bookings import NoUnitError

    try:
        yield
    except RefusedActError as refused:
        raise refused.worded_at(clock(refused.at, book)) from None
    except NoUnitError as refused:
        if refused.there_at is None:
            raise
        raise refused.worded_at(clock(refused.there_at, book)) from None
