"""Cases worked at random on the real log, with crashes, against a model that shares no code."""

import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from dispatch_cli import hours
from dispatch_cli.casebook import answering, asking, keeping, mending, opening, viewing
from dispatch_cli.casebook.book import Book
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model import Phone, Rules, Vehicle
from dispatch_cli.model.case import Personal
from dispatch_cli.model.words import DECLINE_REASONS
from dispatch_cli.store import open_store

from ..worlds import MemoryCatalog, incident, no_holidays, provider, settings_with
from .dying import DONE, LATE, Died, FusedStore, killed_at
from .expected import BUSY, WRONG, Desk, Verdict
from .expected import LATE as TOO_LATE
from .jobs import BERLIN, ENDINGS, FIRMS, MINUTE

# The nights of 25 October 2026 and 28 March 2027, and an ordinary noon.
STARTS = [
    datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 10, tzinfo=UTC),
    datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
]
KINDS = ["breakdown", "dead_battery", "tow"]
STATES = [None, "blocked", "on_side"]
RIGHTS = [
    "accepted", "declined", "no_answer", "unreachable", "wrong_equipment", "failed", "cancelled",
    "open", "not_called",
]  # fmt: skip
SERVICES = ["roadside_repair", "jump_start", "battery_replacement", "tow", "recovery", "taxi"]
ETAS = [-5, 0, 10, 30, 200]
MOST_CASES = 4
PICK = st.integers(0, 7)


def timetable(text):
    """What the compiled provider file holds for these hours, over both nights."""
    start = datetime(2026, 10, 1, tzinfo=UTC)
    return hours.timetable(
        hours.parse_hours(text), holidays=(), start=start, days=250, timezone="Europe/Berlin"
    )


def catalog():
    """The firms of the model; the nearest is asked first, so that nothing learned matters."""
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
    """Up to four cases side by side; after every act the log says what the model expects."""

    folder = template = firms = None
    numbers = count()

    def __init__(self):
        super().__init__()
        self.path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copy(self.template, self.path)
        self.now, self.head, self.doom = STARTS[0], None, None
        self.desk = Desk()
        self.store = open_store(self.path, now=self.now)

    def teardown(self):
        self.store.close()
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
        """Do an act; what it gives, or None where it is refused, or nobody lived to see it."""
        doom, self.doom = self.doom, None
        refused, kinds = None, ()
        try:
            if doom is None:
                given = act(self.book())
            else:
                given = None
                if self.dies(doom, act) and not self.has_moved():
                    return None
        except ConflictError as error:
            refused, kinds = error, (TOO_LATE, BUSY)
        except UsageError as error:
            refused, kinds = error, (WRONG,)
        if refused is not None:
            assert verdict.refused in kinds, refused
            assert verdict.says in str(refused)
            given = None
        else:
            assert not verdict.refused, f"not refused as {verdict.refused}"
            verdict.change()
        self.desk.journal += verdict.journal
        return given

    def dies(self, doom, act):
        """Do an act in a program that may die on the way; the log is opened again afterwards."""
        how, when = doom
        died = False
        if how == "killed":
            self.store.close()
            code = killed_at(self.path, self.now, when, lambda store: act(self.book(store)))
            self.store = open_store(self.path, now=self.now)
            if code not in (None, DONE):
                raise ConflictError if code == LATE else UsageError if code == 2 else AssertionError
            return code is None
        fused = FusedStore(self.path, self.now, when)
        try:
            act(self.book(fused))
        except Died:
            died = True
        finally:
            # Abandoned as it is: neither closed nor asked for anything again.
            self.abandoned, self.store = self.store, open_store(self.path, now=self.now)
        return died

    def has_moved(self):
        """Whether an act that nobody lived to acknowledge is in the log: then all of it is."""
        with self.store.reading() as reader:
            return int(reader.head().partition(":")[0]) > len(self.desk.journal)

    # Whom an act is about.

    def job(self, pick):
        return self.desk.jobs[-1 - pick % len(self.desk.jobs)]

    def call(self, pick):
        """One of the calls, the last of each case first; None before the first."""
        jobs = self.desk.jobs[pick % 2 :] or self.desk.jobs
        calls = [(job, call) for job in jobs for call in job.calls[-3:]]
        return calls[-1 - pick % len(calls)] if calls else (None, None)

    # The clock and the program.

    @initialize(start=st.sampled_from(STARTS), kind=st.sampled_from(KINDS))
    def begin(self, start, kind):
        self.now = start
        self.open(kind, None)

    @rule(start=st.sampled_from(STARTS))
    def another_night(self, start):
        """The clock may jump to another night, also backwards."""
        self.now = start

    @rule(minutes=st.sampled_from([-45, -1, 1, 2, 4, 6, 15, 40, 90]))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE

    @rule(how=st.sampled_from(["thrown", "killed"]), when=st.integers(0, 30))
    def crash(self, how, when):
        """The next act is begun by a program that dies: after some writes, or at a statement."""
        self.doom = (how, when % 4 if how == "thrown" else when + 1)

    @rule()
    def restart(self):
        """The program ends and begins again; the journal still holds every act in order."""
        self.store.close()
        self.store = open_store(self.path, now=self.now)
        acts = viewing.acts(self.book())
        assert [(act.action, act.case_id) for act in acts] == self.desk.journal
        assert self.store.check() == []

    # Opening and asking.

    @precondition(lambda self: len(self.desk.jobs) < MOST_CASES)
    @rule(kind=st.sampled_from(KINDS), state=st.sampled_from(STATES))
    def open(self, kind, state):
        here = incident(kind=kind, when=self.now.astimezone(BERLIN), vehicle=Vehicle(state=state))
        same = self.desk.likely_same(self.now)
        opened = self.attempt(
            self.desk.open(kind, state, self.now),
            lambda book: opening.open_case(book, here, Personal()),
        )
        if opened:
            found = {each for each in opened.warnings if each.startswith("perhaps")}
            found = {int(each.split()[-1]) for each in found}
            forgotten = {job.number for job in self.desk.jobs if job.is_forgotten}
            assert found - forgotten == same

    def ask(self, pick, service=None, **override):
        if not self.desk.jobs:
            return
        job = self.job(pick)
        verdict, whom = self.desk.ask(job, service, self.now, **override)
        how = {"provider": override["firm"], "override": override["override"],
               "because": "because"} if override else {}  # fmt: skip
        card = self.attempt(
            verdict, lambda book: asking.place_call(book, job.number, service=service, **how)
        )
        if isinstance(card, asking.Exhausted):
            assert (card.phone, whom.firm, card.skipped) == ("110", "", whom.skipped)
        elif card:
            assert (card.provider, card.phone, card.skipped) == (
                whom.firm, whom.phone, whom.skipped,
            )  # fmt: skip

    @rule(pick=PICK)
    def ask_next(self, pick):
        self.ask(pick)

    @rule(pick=PICK)
    def ask_the_next(self, pick):
        self.ask(pick)

    @rule(pick=PICK, service=st.sampled_from(SERVICES))
    def ask_for(self, pick, service):
        self.ask(pick, service)

    @rule(
        pick=PICK,
        firm=st.sampled_from([*FIRMS, "nobody"]),
        service=st.sampled_from([None, "tow"]),
        override=st.sampled_from(["wish", "decision"]),
    )
    def ask_out_of_order(self, pick, firm, service, override):
        self.ask(pick, service, firm=firm, override=override)

    # Answering.

    @rule(pick=PICK, minutes=st.sampled_from(ETAS), extra=st.integers(0, 4))
    def accept(self, pick, minutes, extra):
        job, call = self.call(pick)
        if call is None:
            return
        there, extra = self.now + minutes * MINUTE, not extra
        done = self.attempt(
            self.desk.accept(job, call, there, self.now, extra=extra),
            lambda book: answering.accept(
                book, f"{job.number}.{call.number}", there, extra_unit=extra
            ),
        )
        assert done is None or done.state == call.word == "accepted"

    @rule(
        pick=PICK,
        action=st.sampled_from(list(ENDINGS)),
        reason=st.sampled_from([*DECLINE_REASONS, "lazy"]),
        text=st.sampled_from(["", "text"]),
        is_bare=st.booleans(),
    )
    def answer(self, pick, action, reason, text, is_bare):
        job, call = self.call(pick)
        if call is None:
            return
        ref = f"{job.number}.{call.number}"
        if is_bare:
            ringing = [each for each in job.calls if each.rings]
            call, ref = ringing[0] if ringing else call, str(job.number)
        if action != "decline":
            reason = ""
        verdict = self.desk.answer(job, call, action, self.now, reason=reason, text=text)
        if is_bare and len(ringing) != 1:
            verdict = Verdict(WRONG)
        done = self.attempt(
            verdict, lambda book: answering.record(book, ref, action, reason=reason, text=text)
        )
        assert done is None or done.state == call.word

    @rule(pick=PICK, minutes=st.sampled_from(ETAS))
    def promise(self, pick, minutes):
        job, call = self.call(pick)
        if call is not None:
            there, ref = self.now + minutes * MINUTE, f"{job.number}.{call.number}"
            verdict = self.desk.promise(job, call, there, self.now)
            self.attempt(verdict, lambda book: answering.promise(book, ref, there))

    @rule(pick=PICK)
    def arrive(self, pick):
        job, call = self.call(pick)
        if call is not None:
            ref = f"{job.number}.{call.number}"
            verdict = self.desk.arrive(job, call, self.now)
            self.attempt(verdict, lambda book: answering.arrive(book, ref))

    # Mending and ending.

    @rule(
        pick=PICK,
        right=st.sampled_from(RIGHTS),
        minutes=st.sampled_from(ETAS),
        extra=st.integers(0, 4),
    )
    def correct(self, pick, right, minutes, extra):
        job, call = self.call(pick)
        if call is None:
            return
        there, extra = self.now + minutes * MINUTE, not extra
        self.attempt(
            self.desk.correct(job, call, right, there, self.now, extra=extra),
            lambda book: mending.correct(
                book,
                f"{job.number}.{call.number}",
                right,
                "because",
                there_at=there if right == "accepted" else None,
                extra_unit=extra,
            ),
        )

    @rule(pick=PICK)
    def undo(self, pick):
        """As the guided loop undoes an answer: the call is running again."""
        self.correct(pick, "open", 0, 1)

    @rule(pick=PICK, end=st.sampled_from(["close", "cancel"]), really=st.integers(0, 3))
    def end(self, pick, end, really):
        if self.desk.jobs and not really:
            job = self.job(pick)
            act = {"close": mending.close, "cancel": mending.cancel}[end]
            self.attempt(self.desk.end(job, end, self.now), lambda book: act(book, job.number))

    @rule(pick=PICK, state=st.sampled_from(STATES))
    def amend(self, pick, state):
        if not self.desk.jobs:
            return
        job = self.job(pick)
        with self.store.reading() as reader:
            before = reader.case(job.number).incident
        when = max(before.when, self.now.astimezone(BERLIN))
        facts = opening.changed(replace(before, when=when), {"state": state})
        done = self.attempt(
            self.desk.amend(job, state, self.now),
            lambda book: opening.amend(book, job.number, facts),
        )
        if done:
            unfit = {each.split()[0] for each in done.warnings if "no longer fit" in each}
            assert unfit == self.desk.unfit_now(job)

    # Keeping.

    @rule(pick=PICK, minutes=st.sampled_from([-1, 0, 10, 60, None]))
    def remind(self, pick, minutes):
        if self.desk.jobs:
            job, at = self.job(pick), None if minutes is None else self.now + minutes * MINUTE
            verdict = self.desk.remind(job, at, self.now)
            self.attempt(verdict, lambda book: keeping.remind(book, job.number, at))

    @rule(pick=PICK, text=st.sampled_from(["one", "two"]))
    def note(self, pick, text):
        if self.desk.jobs:
            job = self.job(pick)
            self.attempt(
                self.desk.note(job, text), lambda book: keeping.note(book, job.number, text)
            )

    @rule(pick=PICK)
    def look(self, pick):
        """Notes and texts are as they were said, and the look is written down."""
        if self.desk.jobs:
            job = self.job(pick)
            verdict = Verdict(journal=(("personal show", job.number),))
            found = self.attempt(verdict, lambda book: viewing.personal(book, job.number))
            if found:
                assert (found.note, found.texts) == ("\n".join(job.notes), job.texts)

    @rule(pick=PICK, days=st.sampled_from([1, 60]))
    def hold(self, pick, days):
        if self.desk.jobs:
            job, until = self.job(pick), self.now + timedelta(days=days)
            verdict = self.desk.hold(job, until)
            self.attempt(verdict, lambda book: keeping.hold(book, job.number, until))

    @rule()
    def forget(self):
        self.doom = None
        verdict = self.desk.forget(self.now)
        done = self.attempt(
            verdict, lambda book: keeping.forget(book, older_than_days=30, dry_run=False)
        )
        assert done.cases == tuple(number for _, number in verdict.journal)

    # What must always hold.

    @invariant()
    def the_log_says_what_the_model_says(self):
        with self.store.reading() as reader:
            found = {case.id: case for case in reader.cases(open_only=False)}
            engaged = reader.engaged(self.now)
            # The head of before still stands in the chain: records are only added.
            assert reader.verify(self.head) == []
            self.head = reader.head()
        assert int(self.head.partition(":")[0]) == len(self.desk.journal)
        assert sorted(found) == [job.number for job in self.desk.jobs]
        for job in self.desk.jobs:
            self.is_as_remembered(job, found[job.number])
        taken = {
            (firm, each.unit, each.slot): (each.case_id, each.offer)
            for firm, units in engaged.items()
            for each in units
        }
        assert taken == {
            (firm, *unit): (job.number, call.number)
            for firm in FIRMS
            for unit, (job, call) in self.desk.out(firm).items()
        }

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
        view = viewing.view(case, self.now)
        due = sorted(job.deadlines())
        assert view.state == job.whole()
        assert view.next_deadline == (due[0][0] if due else None)
        assert view.overdue == bool(due and due[0][0] < self.now)
        assert [(each.service, each.state) for each in view.services] == [
            (each.name, job.standing(each)) for each in job.services
        ]

    @invariant()
    def the_audit_names_what_is_overdue(self):
        found = [
            (each.since, each.ref, each.what, each.name, each.phone)
            for each in viewing.audit(self.book())
        ]
        assert sorted(found) == self.desk.overdue(self.now)

    @invariant()
    def at_most_one_acceptance_per_service_and_unit(self):
        coming = [
            (job.number, call.service)
            for job in self.desk.jobs
            for call in job.calls
            if call.stands
        ]
        assert len(set(coming)) == len(coming)
        trucks = [
            (call.firm, call.unit)
            for job in self.desk.jobs
            for call in job.calls
            if call.stands and not job.over
        ]
        assert len(set(trucks)) == len(trucks)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(2_000),
        pytest.param(10_000, marks=pytest.mark.ci),
        pytest.param(100_000, marks=pytest.mark.heavy),
    ],
)
def test_working_cases_obeys_an_independent_model(tmp_path, steps):
    """Whatever is done in whatever order, and whenever the program dies, the log is as expected."""
    template = tmp_path / "template.sqlite3"
    with open_store(template, now=STARTS[0]) as store, store.deciding():
        pass

    class Here(Casework):
        folder = tmp_path

    Here.template, Here.firms = template, catalog()
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=steps // 50,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
