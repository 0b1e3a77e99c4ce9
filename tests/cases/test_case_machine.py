"""Cases worked at random on the real log, with crashes, against a model that shares no code."""

import os
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    rule,
    run_state_machine_as_test,
)

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    correct_case,
    emergency_record,
    end_case,
    erase_case,
    keep_case,
    keep_promises,
    merge_cases,
    offer_call,
    open_case,
    take_over,
    view_case,
)
from dispatch_cli.model import Vehicle
from dispatch_cli.model.case import Personal
from dispatch_cli.model.words import DECLINE_REASONS
from dispatch_cli.store import open_store
from tests.english import english

from ..worlds import incident
from .jobs import BERLIN, ENDINGS, FIRMS, MINUTE
from .modelled_log import STARTS, ModelledLog, catalog
from .promised import BUSY, WRONG, Verdict

PASSES = st.sampled_from([0, 0, 1, 2, 4, 7])
KINDS = st.sampled_from(["breakdown", "dead_battery", "tow"])
STATES = st.sampled_from([None, "blocked", "on_side"])
INJURED = st.sampled_from([0, 0, 0, 0, 0, 1, 2])
OPERATORS = st.sampled_from(["MB", "AK"])
SPOTS = st.sampled_from([None, None, None, "shoulder", "lane"])
CALLERS = ["caller", "desk", "on-scene", "other"]
RIGHTS = [
    "accepted", "declined", "no_answer", "unreachable", "wrong_equipment", "failed", "cancelled",
    "open", "not_called",
]  # fmt: skip
ETAS = st.sampled_from([-5, 0, 10, 10, 30, 30, 200])
NOS = ["decline", "no_answer", "no_answer", "unreachable", "wrong_equipment", "cancel", "fail"]
NOTICES = ["later", "call_off", "tell_driver", "tell_caller"]
REASONS = st.sampled_from([*DECLINE_REASONS, "lazy"])
TEXTS = st.sampled_from(["", "text"])
FIRM = st.sampled_from(["", "", "", *FIRMS, "nobody"])
OVERRIDE = st.sampled_from(["wish", "decision"])
SELDOM = st.sampled_from([False, False, False, True])
ACTS = {
    "open_case": 2, "ask": 7, "ask_for": 2, "say_yes": 7, "say_no": 4, "go_on": 8, "call_back": 4,
    "say_late": 2, "correct": 3, "undo": 1, "end": 1, "amend": 2, "remind": 1, "keep": 1, "look": 1,
    "forget": 1, "later": 3, "call_off": 1, "tell": 2, "hold_line": 1, "emergency": 1,
    "last_resort": 2, "take": 1, "hand_over": 1,
    "merge": 1,
}  # fmt: skip
"""How often each act is chosen where it makes sense."""
KILLED = ["killed"] if hasattr(os, "fork") else []
HOW_IT_ENDS = st.sampled_from(["thrown", "thrown", "thrown", "thrown", *KILLED])
EACH = 80  # steps: long enough for queues at the trucks and for both changes of the clock
MOST_CASES = 5


class Casework(ModelledLog):
    """Up to five cases at once; after every act the log must be as the model expects."""

    # The clock and the program.

    @initialize(start=st.sampled_from(STARTS), kinds=st.tuples(KINDS, KINDS))
    def begin(self, start, kinds):
        self.now = start
        for kind in kinds:
            self.open(kind, None, 0, None)

    @rule(data=st.data())
    def work(self, data):
        """Do one of the possible acts, a little later."""
        self.now += data.draw(PASSES) * MINUTE
        self.desk.who = data.draw(OPERATORS)
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
        assert [(act.action, act.case_id, act.operator) for act in acts] == self.desk.journal
        assert self.store.check() == []
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
            "later": rings,
            "call_off": rings or any(call.off_due for _, call in self.calls(over=True)),
            "tell": any(call.driver_due or call.caller_due for call in calls),
            "last_resort": any(job.without_firm() for job in self.desk.jobs),
            "forget": any(job.over for job in self.desk.jobs),
        }
        return [act for act, often in ACTS.items() for _ in range(often * sense.get(act, True))]

    # Opening and asking.

    def open_case(self, draw):
        self.open(draw(KINDS), draw(STATES), draw(INJURED), draw(SPOTS))

    def open(self, kind, state, injured, spot):
        here = incident(
            kind=kind,
            when=self.now.astimezone(BERLIN),
            vehicle=Vehicle(state=state),
            injured=injured,
            spot=spot,
        )
        same = self.desk.likely_same(self.now)
        opened = self.attempt(
            self.desk.open(kind, state, self.now, injured=injured, spot=spot),
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
        elif is_bare and self.desk.may_mean_another(job, call):
            verdict = Verdict(BUSY)
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
        action = draw(st.sampled_from(["accept", "eta", "arrive", *NOTICES, *ENDINGS]))
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
        elif action == "later":
            verdict = self.desk.later(job, call, there, self.now)
            self.attempt(verdict, lambda book: keep_promises.ring_back(book, ref, there))
        elif action == "call_off":
            verdict = self.desk.call_off(job, call, self.now)
            self.attempt(verdict, lambda book: keep_promises.call_off(book, ref))
        elif action in NOTICES:
            person = action.removeprefix("tell_")
            verdict = self.desk.tell(job, call, person)
            self.attempt(verdict, lambda book: keep_promises.tell(book, ref, person))
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
        facts = {"injured": draw(INJURED), "spot": draw(SPOTS)}
        done = self.attempt(
            self.desk.amend(job, state, self.now, **facts),
            lambda book: amend_case.amend(book, job.number, {"state": state, **facts}),
        )
        if done:
            unfit = {each.split()[0] for each in english(done.warnings) if "no longer fit" in each}
            assert unfit == self.desk.unfit_now(job)

    # Promises.

    def later(self, draw):
        """A firm asks its driver and rings back; another firm may be asked meanwhile."""
        job, call = draw(self.some_call(lambda call: call.rings))
        until = self.now + draw(st.sampled_from([-2, 0, 5, 5, 20])) * MINUTE
        verdict = self.desk.later(job, call, until, self.now)
        ref = f"{job.number}.{call.number}"
        self.attempt(verdict, lambda book: keep_promises.ring_back(book, ref, until))

    def call_off(self, draw):
        """Call off a firm that must be, or one that owes an answer; also without naming it."""
        is_due = any(call.off_due for _, call in self.calls(over=True))
        job, call = draw(
            self.some_call(lambda call: call.off_due if is_due else call.rings, over=True)
        )
        is_bare = draw(SELDOM)
        verdict = self.desk.call_off(job, None if is_bare else call, self.now)
        ref = str(job.number) if is_bare else f"{job.number}.{call.number}"
        self.attempt(verdict, lambda book: keep_promises.call_off(book, ref))

    def tell(self, draw):
        job, call = draw(self.some_call(lambda call: call.driver_due or call.caller_due))
        person, is_bare = draw(st.sampled_from(["driver", "caller"])), draw(SELDOM)
        verdict = self.desk.tell(job, None if is_bare else call, person)
        ref = str(job.number) if is_bare else f"{job.number}.{call.number}"
        self.attempt(verdict, lambda book: keep_promises.tell(book, ref, person))

    def hold_line(self, draw):
        job, waits = draw(self.any_job()), draw(st.booleans())
        self.attempt(
            self.desk.line(job, self.now, waits=waits),
            lambda book: keep_promises.hold_line(book, job.number, is_waiting=waits),
        )

    def emergency(self, draw):
        job, at = draw(self.any_job()), self.now + draw(st.sampled_from([-2, 0, 0, 1])) * MINUTE
        state = draw(st.sampled_from(["called", "called", "not_reached", "not_needed"]))
        caller, because = draw(st.sampled_from([*CALLERS, "cat"])), draw(TEXTS)
        caller = caller if state == "called" else ""
        self.attempt(
            self.desk.emergency(job, state, caller, at, self.now, because=because),
            lambda book: emergency_record.record_emergency(
                book, job.number, state, caller=caller, at=at, because=because
            ),
        )

    def last_resort(self, draw):
        """The last resort is called and answers, also for a service that does not need it."""
        job = draw(st.sampled_from([job for job in self.desk.jobs if job.without_firm()]))
        said = draw(st.sampled_from(["called", "called", "takes_over", "does_not"]))
        service = draw(st.sampled_from(["", *(each.name for each in job.services), "taxi"]))
        self.attempt(
            self.desk.last_resort(job, service, said, self.now),
            lambda book: emergency_record.record_last_resort(
                book, job.number, said, caller="desk", service=service
            ),
        )

    # Two operators.

    def take(self, draw):
        job = draw(self.any_job())
        self.attempt(self.desk.take(job), lambda book: take_over.take(book, job.number, "agreed"))

    def hand_over(self, draw):
        to = draw(OPERATORS)
        self.attempt(self.desk.hand_over(to), lambda book: take_over.hand_over(book, to))

    def merge(self, draw):
        """Merge a case into another one, which may have ended, or be the same."""
        stays, other = draw(self.any_job()), draw(self.any_job())
        self.attempt(
            self.desk.merge(stays, other, self.now),
            lambda book: merge_cases.merge(book, stays.number, other.number),
        )

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


@pytest.mark.parametrize("steps", [
    320, pytest.param(6_400, marks=pytest.mark.ci), pytest.param(100_000, marks=pytest.mark.heavy),
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
