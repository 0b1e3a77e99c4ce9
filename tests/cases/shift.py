"""A simulated shift: callers, firms that ring back, two operators whose terminals die.

The simulation knows what was said on the telephone; the program knows what was recorded.
A terminal may die before a record, in the middle of it, or after it.
"""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from dispatch_cli.cases import (
    answer_call,
    draft_calls,
    end_case,
    keep_promises,
    offer_call,
    open_case,
    view_case,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model.case import Case, Offer, Personal
from dispatch_cli.model.draft import Draft
from dispatch_cli.results.case_results import CaseView, DraftView, Exhausted
from dispatch_cli.store import Store, open_store

from ..worlds import MemoryCatalog, incident, no_holidays, provider
from .dying import Died, FusedStore

START = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRMS = ("anna", "bert", "carl", "dora")
ANSWERS = {"injured": "0", "at": "86150", "call_back": "0821 123456", "kind": "tow"}


class Caller:
    """A caller, and what the caller and the firms have been told on the telephone."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_lost = False
        """The line dropped before anything was written down."""


class Shift:
    """Two operators and their callers over some hours, on a real log."""

    def __init__(self, path: Path, seed: int, *, drafts: bool = True, told: bool = True) -> None:
        self.path, self.random = path, Random(seed)
        self.has_drafts, self.has_told = drafts, told
        self.now, self.store = START, open_store(path, now=START)
        self.catalog = MemoryCatalog(
            [
                provider(name, north_km=2.0 * at, units=3, services=("tow", "roadside_repair"))
                for at, name in enumerate(FIRMS)
            ]
        )
        self.callers: list[Caller] = []
        self.seen: Counter[str] = Counter()
        self.believes: dict[tuple[int, int], str] = {}
        """What the firm of an offer thinks: "comes", "rings back", or "is not needed"."""
        self.knows: set[tuple[int, int, str]] = set()
        """Offers whose driver or caller was told on the telephone."""

    # The two hours.

    def run(self, calls: int) -> None:
        """Let all callers call, and work on until every case is over or waits for a firm."""
        arrivals = sorted(self.random.uniform(0, 3.0 * calls) for _ in range(calls))
        end = START + (3 * calls + 90) * MINUTE
        while self.now < end:
            while arrivals and START + arrivals[0] * MINUTE <= self.now:
                arrivals.pop(0)
                self.take_call(self.random.choice(("anne", "ben")))
            for operator in ("anne", "ben"):
                self.work(operator)
            self.check()
            self.now += self.random.choice((0.5, 1, 1, 2)) * MINUTE

    def book(self, operator: str, store: Store | None = None) -> Book:
        """Return the log as an operator has it now."""
        return Book(
            store=store or self.store,
            catalog=self.catalog,
            holidays=no_holidays,
            now=self.now,
            operator=operator,
        )

    def record(self, operator: str, act) -> object | None:
        """Record an act at a terminal, which may die within it; None if it died or was refused."""
        if self.random.random() < 0.12:
            self.seen["died"] += 1
            self.store.close()
            writes = self.random.choice((0, 1, 2, 9))
            with (
                FusedStore(self.path, self.now, writes) as dying,
                suppress(Died, ConflictError, UsageError),
            ):
                act(self.book(operator, dying))
            self.store = open_store(self.path, now=self.now)
            return None
        try:
            return act(self.book(operator))
        except (ConflictError, UsageError):
            self.seen["refused"] += 1
            return None

    # A new call.

    def take_call(self, operator: str) -> None:
        """Ask a caller; the interview may end before it is finished."""
        caller = Caller(f"caller {len(self.callers) + 1}")
        self.callers.append(caller)
        questions = list(ANSWERS.items())
        last = self.random.choice((1, 2, 3, 4, 4, 4, 4))
        facts = {"caller": caller.name, questions[0][0]: questions[0][1]}
        if not self.has_drafts:
            if last == 4:
                self.open(operator, facts | ANSWERS, None)
            return
        draft = self.record(operator, lambda book: draft_calls.start(book, facts))
        if draft is None:
            # The line is still open: the operator sees at once that nothing is on the screen.
            draft = self.draft_of(caller) or draft_calls.start(self.book(operator), facts)
        for key, value in questions[1:last]:
            facts[key] = value
            draft = self.record(operator, self._saving(draft, dict(facts)))
            if draft is None:
                return  # the terminal died; another operator finds the call in the list
        if last == 4:
            self.open(operator, dict(facts), draft)
        elif self.random.random() < 0.2:
            self.record(operator, self._discarding(draft))

    @staticmethod
    def _saving(draft: Draft, facts: dict[str, str]):
        return lambda book: draft_calls.save(book, draft, facts)

    @staticmethod
    def _discarding(draft: Draft):
        return lambda book: draft_calls.discard(book, draft.id, "wrong number")

    def draft_of(self, caller: Caller) -> Draft | None:
        """Return the parked call of a caller."""
        with self.store.reading() as reader:
            found = [each for each in reader.drafts() if each.facts["caller"] == caller.name]
        return found[0] if found else None

    def open(self, operator: str, facts: dict[str, str], draft: Draft | None) -> None:
        """Open the case of a call."""
        where = incident(when=self.now, kind=self.random.choice(("tow", "breakdown")))
        personal = Personal(caller=facts["caller"], call_back=facts["call_back"])
        self.record(operator, lambda book: open_case.open_case(book, where, personal, draft=draft))

    # The work on parked calls and cases.

    def work(self, operator: str) -> None:
        """Do what is most urgent, as the list says; now and then the operator is away."""
        if self.random.random() < 0.25:
            return
        with self.store.reading() as reader:
            drafts = reader.drafts()
        if drafts and self.random.random() < 0.5:
            draft = self.random.choice(drafts)
            self.open(operator, {**ANSWERS, **draft.facts}, draft)
            return
        for view in view_case.cases(self.book(operator)):
            if self.work_on(operator, self.case(view.id), view.due):
                return

    def case(self, number: int) -> Case:
        """Read a case."""
        with self.store.reading() as reader:
            found = reader.case(number)
        assert found is not None
        return found

    def work_on(self, operator: str, case: Case, due: str) -> bool:
        """Do what is due in a case, or what a firm says by itself; return whether it took time."""
        for offer in case.offers:
            key, ref = (case.id, offer.number), self.ref(case, offer)
            if offer.call_off_by is not None:
                self.believes[key] = "is not needed"
                self.record(operator, partial(keep_promises.call_off, ref=ref))
                return True
            if offer.state == "later" and self.random.random() < 0.5:
                # The next firm is asked while this one still thinks.
                self.record(operator, partial(offer_call.place_call, case_id=case.id))
            elif offer.state == "open" or (
                offer.state == "later" and (self.random.random() < 0.5 or due == "ring back")
            ):
                self.hear(operator, case, offer)
                return True
            if offer.state == "accepted":
                if self.tell(operator, case, offer):
                    return True
                if self.now > offer.promises[-1].there_at:
                    self.record(operator, partial(answer_call.arrive, ref=ref))
                    return True
            if offer.state == "arrived" and due == "closing":
                self.record(operator, partial(end_case.close, case_id=case.id))
                return True
        if due in ("next call", "last resort", "ring back"):
            placed = self.record(operator, lambda book: offer_call.place_call(book, case.id))
            if isinstance(placed, Exhausted):
                self.record(operator, partial(end_case.close, case_id=case.id))
            return placed is not None
        if due == "closing":
            self.record(operator, partial(end_case.close, case_id=case.id))
            return True
        return False

    def hear(self, operator: str, case: Case, offer: Offer) -> None:
        """Hear what a firm says, and record it; the firm remembers what it has said."""
        ref, key = self.ref(case, offer), (case.id, offer.number)
        says = self.random.choice(("yes", "yes", "no", "later", "later", "nothing", "cancel"))
        if says == "yes":
            self.believes[key] = "comes"
            there_at = self.now + self.random.choice((15, 25, 40)) * MINUTE
            self.record(operator, lambda book: self.accepted(book, ref, there_at))
        elif says == "later":
            self.believes[key] = "rings back"
            until = self.now + 5 * MINUTE
            self.record(operator, lambda book: keep_promises.ring_back(book, ref, until))
        elif says == "cancel":
            self.record(operator, partial(end_case.cancel, case_id=case.id))
        else:
            self.believes[key] = "is not needed"
            action = "decline" if says == "no" else "no_answer"
            self.record(operator, lambda book: answer_call.record(book, ref, action))

    def accepted(self, book: Book, ref: str, there_at: datetime) -> object:
        """Record an acceptance; the control forgets that driver and caller must be told."""
        done = answer_call.accept(book, ref, there_at, extra_unit=True)
        if not self.has_told:
            for person in keep_promises.TOLD:
                keep_promises.tell(book, ref, person)
        return done

    def tell(self, operator: str, case: Case, offer: Offer) -> bool:
        """Tell the driver, then the caller, as far as the program says that it is due."""
        ref = self.ref(case, offer)
        for person, by in (("driver", offer.tell_driver_by), ("caller", offer.tell_caller_by)):
            if by is not None:
                self.knows.add((case.id, offer.number, person))
                self.record(operator, lambda book, who=person: keep_promises.tell(book, ref, who))
                return True
        return False

    @staticmethod
    def ref(case: Case, offer: Offer) -> str:
        """Return the number of an offer."""
        return f"{case.id}.{offer.number}"

    # What must hold at every moment.

    def check(self) -> None:
        """Find callers that stand nowhere, and promises without a deadline."""
        book = self.book("anne")
        listed = view_case.listed(book, closed=999)
        views = {each.id: each for each in listed if isinstance(each, CaseView)}
        numbers = {each.number for each in listed if isinstance(each, DraftView)}
        with self.store.reading() as reader:
            parked = {each.facts["caller"] for each in reader.drafts() if each.number in numbers}
            ended = {
                each.facts["caller"]
                for each in reader.drafts_ended(self.now + timedelta(days=9))
                if each.end_reason
            }
            cases = {each.id: each for each in reader.cases(open_only=False)}
            of_cases = Counter(reader.personal(number).caller for number in cases)
        self.seen["without a deadline"] += sum(
            view.next_deadline is None
            for view in views.values()
            if cases[view.id].closed_at is None
        )
        for caller in self.callers:
            places = (caller.name in parked) + (caller.name in ended) + of_cases[caller.name]
            self.seen["doubled"] += places > 1
            caller.is_lost = places == 0
        overdue = {(each.ref, each.what) for each in view_case.audit(book).overdue}
        for case in cases.values():
            for offer in case.offers:
                self.seen["forgotten"] += self.is_forgotten(case, offer, overdue)

    def is_forgotten(self, case: Case, offer: Offer, overdue: set[tuple[str, str]]) -> bool:
        """Return whether a person or firm waits for something that no deadline names."""
        key, belief = (case.id, offer.number), self.believes.get((case.id, offer.number))
        is_over = case.closed_at is not None
        if belief == "comes" and (is_over or offer.state in ("called_off", "cancelled")):
            return offer.call_off_by is None and offer.state not in ("accepted", "arrived")
        if belief == "rings back" and not is_over and offer.state == "later":
            return offer.ring_back_by is None
        if offer.state != "accepted" or is_over:
            return False
        if offer.tell_driver_by is None and (*key, "driver") not in self.knows:
            return True
        if offer.tell_caller_by is None and (*key, "caller") not in self.knows:
            return True
        late = offer.tell_driver_by is not None and offer.tell_driver_by < self.now
        return late and (self.ref(case, offer), "tell driver") not in overdue

    @property
    def lost(self) -> list[str]:
        """The callers that stand nowhere."""
        return [each.name for each in self.callers if each.is_lost]
