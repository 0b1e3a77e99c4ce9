"""Cases worked at random on the real log, with crashes, against a model that shares no code."""

import os
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dispatch_cli import hours, learning
from dispatch_cli.cases import (
    amend_case,
    answer_call,
    correct_case,
    end_case,
    erase_case,
    keep_case,
    offer_call,
    open_case,
    view_case,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model import Phone, Rules, Vehicle
from dispatch_cli.model.case import Personal
from dispatch_cli.model.words import DECLINE_REASONS
from dispatch_cli.store import open_store
from tests.english import english

from ..worlds import MemoryCatalog, incident, no_holidays, provider, settings_with
from . import lessons
from .dying import Died, FusedStore, killed_at
from .expected import BUSY, LATE, WRONG, Desk, Verdict
from .jobs import BERLIN, ENDINGS, FIRMS, MINUTE

# The hour that is shown twice, both times; before the hour that is skipped; an ordinary noon.
STARTS = [
    datetime(2026, 10, 25, 0, 25, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 25, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 50, tzinfo=UTC),
    datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
]
PASSES = st.sampled_from([0, 0, 1, 2, 4, 7])
KINDS = st.sampled_from(["breakdown", "dead_battery", "tow"])
STATES = st.sampled_from([None, "blocked", "on_side"])
RIGHTS = [
    "accepted", "declined", "no_answer", "unreachable", "wrong_equipment", "failed", "cancelled",
    "open", "not_called",
]  # fmt: skip
ETAS = st.sampled_from([-5, 0, 10, 10, 30, 30, 200])
NOS = ["decline", "no_answer", "no_answer", "unreachable", "wrong_equipment", "cancel", "fail"]
REASONS = st.sampled_from([*DECLINE_REASONS, "lazy"])
TEXTS = st.sampled_from(["", "text"])
FIRM = st.sampled_from(["", "", "", *FIRMS, "nobody"])
OVERRIDE = st.sampled_from(["wish", "decision"])
SELDOM = st.sampled_from([False, False, False, True])
ACTS = {
    "open_case": 2, "ask": 7, "ask_for": 1, "say_yes": 5, "say_no": 4, "go_on": 5, "call_back": 4,
    "say_late": 2, "correct": 3, "undo": 1, "end": 1, "amend": 2, "remind": 1, "keep": 1, "look": 1,
    "forget": 1,
}  # fmt: skip
"""How often each act is chosen where it makes sense."""
KILLED = ["killed"] if hasattr(os, "fork") else []
HOW_IT_ENDS = st.sampled_from(["thrown", "thrown", "thrown", "thrown", *KILLED])
EACH = 80  # steps: long enough for queues at the trucks and for both changes of the clock
MOST_CASES = 5


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


class Casework(RuleBasedStateMachine):
    """Up to five cases at once; after every act the log must be as the model expects."""

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
            operator="desk",
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
        self.desk.journal += [*self.desk.gave_way, *verdict.journal]
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

    # The clock and the program.

    @initialize(start=st.sampled_from(STARTS), kinds=st.tuples(KINDS, KINDS))
    def begin(self, start, kinds):
        self.now = start
        for kind in kinds:
            self.open(kind, None)

    @rule(data=st.data())
    def work(self, data):
        """Do one of the possible acts, a little later."""
        self.now += data.draw(PASSES) * MINUTE
        act = data.draw(st.sampled_from(self.sensible()))
        getattr(self, act)(data.draw)
        self.doom = None

    @rule(data=st.data(), jump=st.sampled_from([-45, -1, 15, 40, 90, *STARTS]))
    def clock(self, data, jump):
        """Time passes, or the clock jumps, also backwards and to another night."""
        self.now = self.now + jump * MINUTE if isinstance(jump, int) else jump
        self.work(data)

    @rule(data=st.data(), how=HOW_IT_ENDS, when=st.integers(0, 50))
    def crash(self, data, how, when):
        """The program dies in the midst of an act: after some writes, or at a statement."""
        self.doom = (how, when % 4 if how == "thrown" else when + 1)
        self.work(data)

    @rule(data=st.data())
    def restart(self, data):
        """The program ends and begins again; the journal still holds every act in order."""
        self.store.close()
        self.store = open_store(self.path, now=self.now)
        acts = view_case.acts(self.book())
        assert [(act.action, act.case_id) for act in acts] == self.desk.journal
        assert self.store.check() == []
        found = view_case.cases(self.book())
        overdue = [each.id for each in found if each.overdue]
        assert overdue == [each.id for each in found][: len(overdue)]
        assert not overdue or view_case.most_urgent(self.book()) == overdue[0]
        self.work(data)

    def sensible(self):
        """Return the possible acts, each as often as its weight."""
        calls = [call for _, call in self.calls()]
        rings, stands = any(call.rings for call in calls), any(call.is_live for call in calls)
        is_late = any(job.calls for job in self.desk.jobs)
        sense = {
            "open_case": len(self.desk.jobs) < MOST_CASES,
            "ask": bool(self.idle()),
            "say_yes": rings,
            "say_no": rings,
            "go_on": stands,
            "call_back": any(call.word == "no_answer" for call in calls),
            "say_late": is_late,
            "correct": is_late,
            "undo": any(not call.rings for call in calls),
            "forget": any(job.over for job in self.desk.jobs),
        }
        return [act for act, often in ACTS.items() for _ in range(often * sense.get(act, True))]

    # Opening and asking.

    def open_case(self, draw):
        self.open(draw(KINDS), draw(STATES))

    def open(self, kind, state):
        here = incident(kind=kind, when=self.now.astimezone(BERLIN), vehicle=Vehicle(state=state))
        same = self.desk.likely_same(self.now)
        opened = self.attempt(
            self.desk.open(kind, state, self.now),
            lambda book: open_case.open_case(book, here, Personal()),
        )
        if opened:
            found = {
                each for each in english(opened.warnings) if each.startswith("may be a duplicate")
            }
            found = {int(each.split()[-1]) for each in found}
            forgotten = {job.number for job in self.desk.jobs if job.is_forgotten}
            assert found - forgotten == same

    def place_call(self, job, service=None, firm="", override=""):
        verdict, whom = self.desk.ask(job, service, self.now, firm=firm, override=override)
        how = {"provider": firm, "override": override, "because": "because"} if firm else {}
        services = [service] if service else []
        card = self.attempt(
            verdict, lambda book: offer_call.place_call(book, job.number, services=services, **how)
        )
        if isinstance(card, offer_call.Exhausted):
            assert (card.phone, whom.firm, english(card.skipped)) == ("110", "", whom.skipped)
        elif card:
            is_warned, by = bool(card.in_spite_of), card.answer_by.astimezone(UTC)
            assert (card.provider, card.phone, english(card.skipped), is_warned, by) == (
                whom.firm, whom.phone, whom.skipped, whom.is_warned, self.now + 3 * MINUTE,
            )  # fmt: skip

    def ask(self, draw):
        self.place_call(draw(st.sampled_from(self.idle())))

    def ask_for(self, draw):
        """Name a service, or a firm out of order, whether that makes sense or not."""
        job = draw(self.any_job())
        service = draw(st.sampled_from([None, *(each.name for each in job.services), "taxi"]))
        firm = draw(FIRM)
        self.place_call(job, service, firm, draw(OVERRIDE) if firm else "")

    # Answering.

    def accept(self, job, call, minutes, *, extra):
        there = self.now + minutes * MINUTE
        done = self.attempt(
            self.desk.accept(job, call, there, self.now, extra=extra),
            lambda book: answer_call.accept(
                book, f"{job.number}.{call.number}", there, extra_unit=extra
            ),
        )
        assert done is None or done.state == call.word == "accepted"

    def answer(self, job, call, action, reason="", text="", *, is_bare=False):
        ref = str(job.number) if is_bare else f"{job.number}.{call.number}"
        ringing = [each for each in job.calls if each.rings]
        if is_bare and len(ringing) == 1:
            call = ringing[0]
        reason = reason if action == "decline" else ""
        verdict = self.desk.answer(job, call, action, self.now, reason=reason, text=text)
        if is_bare and len(ringing) != 1:
            verdict = Verdict(WRONG)
        done = self.attempt(
            verdict, lambda book: answer_call.record(book, ref, action, reason=reason, text=text)
        )
        assert done is None or done.state == call.word

    def say_yes(self, draw):
        job, call = draw(self.some_call(lambda call: call.rings))
        self.accept(job, call, draw(ETAS), extra=draw(SELDOM))

    def say_no(self, draw):
        job, call = draw(self.some_call(lambda call: call.rings))
        self.answer(job, call, draw(st.sampled_from(NOS)), draw(REASONS), draw(TEXTS))

    def go_on(self, draw):
        """Record an act after an acceptance."""
        job, call = draw(self.some_call(lambda call: call.is_live))
        self.say(job, call, draw(st.sampled_from(["eta", "arrive", *ENDINGS])), draw(ETAS))

    def call_back(self, draw):
        """Accept on a call back of a firm that did not answer."""
        job, call = draw(self.some_call(lambda call: call.word == "no_answer"))
        self.accept(job, call, draw(ETAS), extra=False)

    def say_late(self, draw):
        """Record an answer to any call, also to one that is over."""
        job, call = draw(self.some_call(over=True))
        action = draw(st.sampled_from(["accept", "eta", "arrive", *ENDINGS]))
        self.say(job, call, action, 20, is_bare=draw(SELDOM))

    def say(self, job, call, action, minutes, *, is_bare=False):
        there, ref = self.now + minutes * MINUTE, f"{job.number}.{call.number}"
        if action == "accept":
            self.accept(job, call, minutes, extra=False)
        elif action == "eta":
            verdict = self.desk.promise(job, call, there, self.now)
            self.attempt(verdict, lambda book: answer_call.promise(book, ref, there))
        elif action == "arrive":
            verdict = self.desk.arrive(job, call, self.now)
            self.attempt(verdict, lambda book: answer_call.arrive(book, ref))
        else:
            self.answer(job, call, action, "weather", is_bare=is_bare)

    # Mending and ending.

    def correct(self, draw):
        job, call = draw(self.some_call(over=True))
        self.supersede(job, call, draw(st.sampled_from(RIGHTS)), draw(ETAS), extra=draw(SELDOM))

    def undo(self, draw):
        """Undo an answer as the guided loop does, so that the call is open again."""
        job, call = draw(self.some_call(lambda call: not call.rings))
        self.supersede(job, call, "open", 0, extra=False)

    def supersede(self, job, call, right, minutes, *, extra):
        there = self.now + minutes * MINUTE
        self.attempt(
            self.desk.correct(job, call, right, there, self.now, extra=extra),
            lambda book: correct_case.correct(
                book,
                f"{job.number}.{call.number}",
                right,
                "because",
                there_at=there if right == "accepted" else None,
                extra_unit=extra,
            ),
        )

    def end(self, draw):
        job, end = draw(self.any_job()), draw(st.sampled_from(["close", "cancel"]))
        act = {"close": end_case.close, "cancel": end_case.cancel}[end]
        self.attempt(self.desk.end(job, end, self.now), lambda book: act(book, job.number))

    def amend(self, draw):
        job, state = draw(self.any_job()), draw(STATES)
        done = self.attempt(
            self.desk.amend(job, state, self.now),
            lambda book: amend_case.amend(book, job.number, {"state": state}),
        )
        if done:
            unfit = {each.split()[0] for each in english(done.warnings) if "no longer fit" in each}
            assert unfit == self.desk.unfit_now(job)

    # Keeping.

    def remind(self, draw):
        job, minutes = draw(self.any_job()), draw(st.sampled_from([-1, 0, 10, 60, None]))
        at = None if minutes is None else self.now + minutes * MINUTE
        verdict = self.desk.remind(job, at, self.now)
        self.attempt(verdict, lambda book: keep_case.remind(book, job.number, at))

    def keep(self, draw):
        job = draw(self.any_job())
        if draw(st.booleans()):
            self.attempt(
                self.desk.note(job, "note"), lambda book: keep_case.note(book, job.number, "note")
            )
        else:
            until = self.now + timedelta(days=draw(st.sampled_from([1, 60, 200])))
            verdict = self.desk.hold(job, until)
            self.attempt(verdict, lambda book: keep_case.hold(book, job.number, until))

    def look(self, draw):
        """Compare notes and texts with those entered, and check that the view is recorded."""
        job = draw(self.any_job())
        verdict = Verdict(journal=(("personal show", job.number),))
        found = self.attempt(verdict, lambda book: view_case.personal(book, job.number))
        if found:
            assert (found.note, found.texts) == ("\n".join(job.notes), job.texts)

    def forget(self, _):
        """Erase in a program that is never killed; test_erasure kills between its decisions."""
        self.doom = None
        verdict = self.desk.forget(self.now)
        done = self.attempt(
            verdict, lambda book: erase_case.forget(book, older_than_days=30, dry_run=False)
        )
        assert done.cases == tuple(number for _, number in verdict.journal)

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
            (each.service, each.provider, each.phone, each.state, each.reason, each.override)
            for each in case.offers
        ] == [
            (each.service, each.firm, each.phone, each.word, each.reason, each.override)
            for each in job.calls
        ]
        if not job.is_forgotten:
            assert [
                (o.opened_at, o.answered_at, o.arrived_at, o.ended_at,
                 [promise.there_at for promise in o.promises])
                for o in case.offers
            ] == [(c.at, c.answered, c.there, c.ended, c.promised) for c in job.calls]  # fmt: skip
        view = view_case.view(case, self.now)
        due = sorted(job.deadlines(self.now))
        assert view.state == job.case_state()
        assert view.next_deadline == (due[0][1] if due else None)
        assert view.overdue == bool(due and not due[0][0])
        assert [(each.service, each.state, each.due_at) for each in view.services] == [
            (each.name, job.state_word(each), self.due_of(job, each, due)) for each in job.services
        ]

    @staticmethod
    def due_of(job, needed, due):
        """Return the next deadline of a service; the call back belongs to the first one."""
        for _, at, what, number, name in due:
            is_call_back = what == "call back" and needed is job.services[0]
            service = job.calls[number - 1].service if number else name
            if is_call_back or service == needed.name:
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


@pytest.mark.parametrize("steps", [
    640, pytest.param(6_400, marks=pytest.mark.ci), pytest.param(100_000, marks=pytest.mark.heavy),
])  # fmt: skip
def test_working_cases_obeys_an_independent_model(tmp_path, steps):
    """After acts in any order, and kills at any moment, the log is what the model expects."""
    template = tmp_path / "template.sqlite3"
    with open_store(template, now=STARTS[0]) as store, store.deciding():
        pass

    class Here(Casework):
        folder = tmp_path

    Here.template, Here.firms = template, catalog()
    walks = settings(
        max_examples=steps // EACH,
        stateful_step_count=EACH,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Here, settings=walks)
