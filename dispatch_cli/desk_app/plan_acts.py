"""The plan of all open cases at the desk: made in the background, shown, and recorded."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..cases.apply_plan import apply_plan
from ..cases.open_demands import DemandsRead, read_demands
from ..errors import UsageError
from ..messages import Message, Plural
from ..render.plan_screen import PlanPage
from ..storm.extra import AGAIN_S, require_extra
from .desk_tools import Desk, Question
from .log_watch import LogWatch

if TYPE_CHECKING:
    from ..cases.book import Book
    from ..results.storm_results import StormDemand, StormPlan
    from ..storm.watched_plan import Planner


class PlanActs:
    """The acts on the plan. It stays in memory while it is not shown, so that proposals last.

    Making it raises UnavailableError without the extra ``storm``, whose libraries are imported
    with the first plan.
    """

    def __init__(self, desk: Desk) -> None:
        require_extra()
        self._desk = desk
        self._planner: Planner | None = None
        self._watch = LogWatch(desk.book.store.path)
        self._read: DemandsRead | None = None
        self._plan: StormPlan | None = None
        self._tried_at: datetime | None = None
        self._is_planning = False
        self._selected = ("", "")
        self.is_open = False

    def open(self) -> None:
        """Show the plan, and plan again if it is old."""
        self.is_open = True
        self.refresh()

    def page(self) -> PlanPage:
        """Return what is drawn."""
        return PlanPage(plan=self._plan, selected=self._index, is_planning=self._is_planning)

    def refresh(self) -> None:
        """Plan in the background if the log has changed, or if callers have waited for long.

        The log is read here: its connection belongs to this thread. A plan that a question is
        about is not exchanged.
        """
        book = self._desk.book
        if self._is_planning or self._desk.asked is not None or not self._is_due(book.now):
            return
        self._watch.look()
        self._tried_at = book.now
        read = read_demands(book)
        self._is_planning = True
        self._desk.in_background(lambda: self._planned(read, book))

    def _is_due(self, now: datetime) -> bool:
        """Return whether the log was written since the plan, or the plan is old."""
        if self._tried_at is None or self._watch.has_changed():
            self._tried_at = None
            return True
        return not timedelta(0) <= now - self._tried_at < timedelta(seconds=AGAIN_S)

    def _planned(self, read: DemandsRead, book: "Book") -> Callable[[], None]:
        """Plan, in any thread; returns the function that shows the plan or says what has failed."""
        try:
            plan = self._make(read, book)
        except Exception as error:
            failed = error
            return lambda: self._failed(failed)
        return lambda: self._take(read, plan)

    def _make(self, read: DemandsRead, book: "Book") -> "StormPlan":
        from ..storm.waiting import StormSettings
        from ..storm.watched_plan import Planner

        if self._planner is None:
            self._planner = Planner(StormSettings(operators=self._desk.tools.operators))
        return self._planner.plan_read(read, book.catalog, book.holidays)

    def _take(self, read: DemandsRead, plan: "StormPlan") -> None:
        """Show a plan that was made; while a question is open it is kept off the screen."""
        self._is_planning = False
        if self._desk.asked is not None and self._plan is not None:
            self._tried_at = None
            return
        self._read, self._plan = read, plan

    def _failed(self, error: Exception) -> None:
        self._is_planning = False

        def fail() -> None:
            raise error

        if self.is_open:
            self._desk.attempt(fail)

    @property
    def _demands(self) -> "tuple[StormDemand, ...]":
        return () if self._plan is None else self._plan.demands

    @property
    def _index(self) -> int:
        """The place of the selected demand; it keeps its case when a new plan comes."""
        keys = [(each.ref, each.service) for each in self._demands]
        return keys.index(self._selected) if self._selected in keys else 0

    @property
    def case_id(self) -> int:
        """The case of the selected line; 0 without one."""
        return int(self._demands[self._index].ref) if self._demands else 0

    def move(self, by: int) -> None:
        """Select a line further down or up."""
        if self._demands:
            self.select(min(max(self._index + by, 0), len(self._demands) - 1))

    def select_case(self, number: str) -> bool:
        """Select the first line of a case; False if the plan has none."""
        refs = [each.ref for each in self._demands]
        if number in refs:
            self.select(refs.index(number))
        return number in refs

    def select(self, at: int) -> None:
        """Select a line by its place."""
        self._selected = (self._demands[at].ref, self._demands[at].service)

    def open_case(self) -> None:
        """Show the card of the selected line, at the service that the line is about."""
        if not self._demands:
            raise UsageError("no case is selected")
        self.select(self._index)
        demand = self._demands[self._index]
        self._desk.show_case(int(demand.ref), demand.service)

    def record(self) -> None:
        """Ask whether to record the plan that is on the screen, and record it."""
        from ..storm.open_cases import proposals_of

        if self._read is None or self._plan is None:
            raise UsageError("the plan is not made yet")
        if not self._plan.demands:
            raise UsageError("no incident waits for help")
        read, proposals = self._read, list(proposals_of(self._plan))

        def decided(_: str) -> None:
            done = apply_plan(self._desk.book, read, proposals)
            self._desk.tell(done)
            self._desk.reload(is_own=True)
            self.refresh()

        text = Plural(
            "record the plan for {count} case: its firm is then called first?",
            "record the plan for {count} cases: its firms are then called first?",
            len({each.case_id for each in proposals if not each.waits}),
        )
        choices = (("1", Message("record it")),)
        self._desk.ask(Question(text=text, choices=choices, then=decided))
