"""A case log beside its model: acts change both, and after each one they must be equal."""

import shutil
from collections import Counter
from datetime import UTC, datetime
from itertools import count, pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from dispatch_cli import hours, learning
from dispatch_cli.cases import view_case
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model import Phone, Rules
from dispatch_cli.store import open_store

from ..worlds import MemoryCatalog, no_holidays, provider, settings_with
from . import lessons
from .dying import Died, FusedStore, killed_at
from .expected import Desk
from .jobs import FIRMS, MINUTE
from .promised import BUSY, LATE, WRONG, Verdict

# The hour that is shown twice, both times; before the hour that is skipped; an ordinary noon.
STARTS = [
    datetime(2026, 10, 25, 0, 25, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 25, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 50, tzinfo=UTC),
    datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
]


def timetable(text):
    """Return the timetable of these hours, as in the compiled provider file, over both nights."""
    start = datetime(2026, 10, 1, tzinfo=UTC)
    return hours.evaluate_hours(
        hours.parse_hours(text), holidays=(), start=start, days=250, timezone="Europe/Berlin"
    )


def catalog():
    """Return the firms of the model, the nearest first: learned values change no order."""
    office, beds = timetable("06:00-22:00"), timetable("05:00-02:30")
    found = []
    for firm in FIRMS.values():
        facts = {"hours": "05:00-02:30", "timetable": beds} if firm.name == "bert" else {}
        facts["equipment"] = {"anna": ("flatbed",), "bert": ()}.get(firm.name)
        phones = tuple(
            Phone("+49891", name, hours="06:00-22:00", timetable=office)
            if name.endswith("office")
            else Phone("+49892", name)
            for name in firm.numbers
        )
        found.append(
            provider(
                firm.name,
                north_km=firm.km,
                services=firm.services,
                units=firm.units,
                phones=phones,
                **facts,
            )
        )
    return MemoryCatalog(found, Rules(settings=settings_with(1e9, "nearest")))


class ModelledLog(RuleBasedStateMachine):
    """A log, the firms and the model; the acts are rules of a subclass."""

    folder = template = firms = None
    numbers = count()

    def __init__(self):
        super().__init__()
        self.path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copy(self.template, self.path)
        self.now, self.head, self.doom = STARTS[0], None, None
        self.desk, self.abandoned = Desk(), []
        self.store = open_store(self.path, now=self.now)

    def teardown(self):
        self.let_go()
        for path in self.folder.glob(f"{self.path.name}*"):
            path.unlink()

    def book(self, store=None):
        return Book(
            store=store or self.store,
            catalog=self.firms,
            holidays=no_holidays,
            now=self.now,
            operator=self.desk.who,
        )

    # How an act is done, and how the program may die on the way.

    def attempt(self, verdict: Verdict, act):
        """Do an act; returns None if it is refused or the program dies."""
        doom, self.doom = self.doom, None
        given, refused, kinds, is_dead = None, None, (), False
        try:
            if doom is None:
                given = act(self.book())
            else:
                is_dead = self.dies(doom, act)
        except ConflictError as error:
            refused, kinds = error, (LATE, BUSY)
        except UsageError as error:
            refused, kinds = error, (WRONG,)
        if is_dead and not self.has_moved():
            return None
        if refused is not None:
            assert verdict.refused in kinds, refused
            # Of a program of its own only the exit code is heard.
            assert verdict.says in str(refused) or not str(refused)
        elif not is_dead:
            assert not verdict.refused, f"not refused as {verdict.refused}"
        if not verdict.refused:
            verdict.change()
        acts = [*self.desk.gave_way, *verdict.journal]
        self.desk.journal += [(*act, self.desk.who) for act in acts]
        self.desk.gave_way.clear()
        return given

    def dies(self, doom, act):
        """Do an act in a program that may die on the way; the log is opened again afterwards."""
        how, when = doom
        if how == "killed":
            # Nothing of SQLite may be open here: a forked program would take it for its own.
            self.let_go()
            try:
                return killed_at(self.path, self.now, when, lambda store: act(self.book(store)))
            finally:
                self.store = open_store(self.path, now=self.now)
        fused = FusedStore(self.path, self.now, when)
        self.abandoned += [self.store, fused]
        self.store = open_store(self.path, now=self.now)
        try:
            act(self.book(fused))
        except Died:
            return True
        return False

    def let_go(self):
        for store in (self.store, *self.abandoned):
            store.close()
        self.abandoned.clear()

    def has_moved(self):
        """Return whether an act of a dead program is in the log, and then completely."""
        with self.store.reading() as reader:
            return int(reader.head().partition(":")[0]) > len(self.desk.journal)

    # Whom an act is about.

    def calls(self, which=lambda _: True, *, over=False):
        """Return the calls of a kind, the latest of each case first."""
        jobs = [job for job in self.desk.jobs if over or not job.over]
        return [(job, call) for job in jobs for call in reversed(job.calls) if which(call)]

    def some_call(self, which=lambda _: True, *, over=False):
        return st.sampled_from(self.calls(which, over=over))

    def any_job(self):
        return st.sampled_from(self.desk.jobs)

    def idle(self):
        """Return the cases in which a provider can be called."""
        return [job for job in self.desk.jobs if job.case_state() in ("waiting", "exhausted")]

    # What must always hold.

    @invariant()
    def the_log_equals_the_model(self):
        with self.store.reading() as reader:
            found = {case.id: case for case in reader.cases(open_only=False)}
            bookings = reader.bookings()
            # The head of before still stands in the chain: records are only added.
            assert reader.verify(self.head) == []
            self.head = reader.head()
        assert int(self.head.partition(":")[0]) == len(self.desk.journal)
        assert sorted(found) == [job.number for job in self.desk.jobs]
        for job in self.desk.jobs:
            self.is_as_remembered(job, found[job.number])
        booked = {
            (each.case_id, each.offer): (firm, each.unit, (each.begin, each.end))
            for firm, units in bookings.items()
            for each in units
        }
        assert booked == {
            (job.number, call.number): (call.firm, call.unit, call.span)
            for job in self.desk.jobs
            for call in job.calls
            if call.is_live and not job.over
        }
        # The ranking's own minutes: how they come about is for the tests of the ranking. A firm
        # that usually comes early may be there before its wait is over: its way is then 0.
        for job in self.desk.jobs:
            job.ways = {
                (service.service, option.provider): max(0.0, option.arrival_min - option.wait_min)
                * MINUTE
                for service in found[job.number].services
                for option in service.options
            }

    @invariant()
    def the_log_has_learned_what_the_calls_teach(self):
        with self.store.reading() as reader:
            found = {case.id: case for case in reader.cases(open_only=False)}
            summaries = {(each.provider, each.service): each for each in reader.summaries()}
            chances, sums = reader.chance_counts(), reader.chance_sums()
            arrivals = reader.arrival_counts()
        for job in self.desk.jobs:
            lessons.note_forecasts(job, found[job.number])
        prior = learning.PriorValues(0.7, 3.0)
        # No call may lie ahead: a clock that was put back makes nothing heavier.
        moment = max([self.now, *(call.at for job in self.desk.jobs for call in job.calls)])
        expected = lessons.posteriors(self.desk.jobs, (prior.acceptance, prior.answer_min), moment)
        assert summaries.keys() == expected.keys()
        for key, values in expected.items():
            own = learning.learned(prior, summaries[key], moment)
            for name in values.__struct_fields__:
                assert getattr(own, name) == pytest.approx(getattr(values, name), abs=1e-9), key
        counted = Counter()
        for each in chances:
            key = (each.month, each.provider, each.service, each.tenth)
            counted[*key, "asked"], counted[*key, "yes"] = each.asked, each.accepted
        assert +counted == lessons.chances(self.desk.jobs)
        counted = Counter()
        for each in arrivals:
            assert each.travel_source == "crow_fly"
            key = (each.month, each.provider, each.service, each.band_min)
            counted[*key, "arrived"], counted[*key, "minutes"] = each.arrived, each.observed_min
        assert counted == lessons.arrivals(self.desk.jobs)
        counted = Counter()
        for each in sums:
            key = (each.year, each.provider)
            counted[*key, "asked"], counted[*key, "sum"] = each.asked, each.millionths / 1e6
        assert counted == pytest.approx(lessons.sums_of_chances(self.desk.jobs), abs=1e-4)

    def is_as_remembered(self, job, case):
        assert [
            (o.service, o.provider, o.phone, o.state, o.reason, o.override, o.operator)
            for o in case.offers
        ] == [
            (c.service, c.firm, c.phone, c.word, c.reason, c.override, c.placed_by)
            for c in job.calls
        ]
        assert case.keeper == job.keeper
        if not job.is_forgotten:
            assert [
                (o.opened_at, o.answered_at, o.arrived_at, o.ended_at,
                 [promise.there_at for promise in o.promises])
                for o in case.offers
            ] == [(c.at, c.answered, c.there, c.ended, c.promised) for c in job.calls]  # fmt: skip
            assert case.emergency == job.emergency
            assert [(each.opened, each.last_resort_state) for each in case.services] == [
                (each.is_due, each.resort) for each in job.services
            ]
        assert [
            (o.tell_driver_by, o.tell_caller_by, o.call_off_by,
             o.ring_back_by if o.state == "later" else None)
            for o in case.offers
            if not job.over or o.call_off_by
        ] == [
            (c.driver_due, c.caller_due, c.off_due, c.rings_back if c.word == "later" else None)
            for c in job.calls
            if not job.over or c.off_due
        ]  # fmt: skip
        assert (case.emergency_by, case.on_line_since) == (job.emergency_by, job.on_line)
        view = view_case.view(case, self.now)
        due = job.in_order(self.now)
        assert view.state == job.case_state()
        assert view.next_deadline == (due[0][1] if due else None)
        assert view.overdue == any(not is_in_time for is_in_time, *_ in due)
        # A case ends as its last promise: an open one always has a deadline.
        assert job.over or due
        assert [(each.service, each.state, each.due_at) for each in view.services] == [
            (each.name, job.state_word(each), self.due_of(job, each, due)) for each in job.services
        ]

    @staticmethod
    def due_of(job, needed, due):
        """Return the next deadline of a service; those of the case belong to the first one."""
        for _, at, _, number, name in due:
            service = job.calls[number - 1].service if number else name
            if service == needed.name or (needed is job.services[0] and not service):
                return at
        return None

    @invariant()
    def the_audit_names_what_is_overdue(self):
        found = [
            (each.since, each.ref, each.what, each.name, each.phone)
            for each in view_case.audit(self.book()).overdue
        ]
        assert sorted(found) == self.desk.overdue(self.now)

    @invariant()
    def the_list_is_in_order_of_urgency(self):
        found = [each.id for each in view_case.cases(self.book())]
        assert found == self.desk.by_urgency(self.now)
        assert view_case.most_urgent(self.book()) == (found[0] if found else None)

    @invariant()
    def every_deadline_of_the_desk_can_be_met(self):
        """What is due to be done can be recorded now: no deadline stays for ever."""
        for job in self.desk.jobs:
            for call in job.calls:
                assert not call.off_due or call.may("call_off")
                if not job.over:
                    assert not call.driver_due or call.may("tell_driver")
                    assert not call.caller_due or call.may("tell_caller")

    @invariant()
    def at_most_one_acceptance_per_service_and_unit(self):
        coming = [
            (job.number, call.service)
            for job in self.desk.jobs
            for call in job.calls
            if call.is_live
        ]
        assert len(set(coming)) == len(coming)
        for firm in FIRMS:
            spans = sorted((call.unit, *call.span) for call in self.desk.booked(firm))
            for (unit, _, end), (other, begin, _) in pairwise(spans):
                assert unit != other or end <= begin
