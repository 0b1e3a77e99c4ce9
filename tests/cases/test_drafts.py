"""Calls that are not finished, with two operators and kills, against a model of its own."""

import os
import shutil
import subprocess
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dispatch_cli.cases import draft_calls, erase_case, open_case, view_case
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model.case import Personal
from dispatch_cli.results.case_results import DraftView
from dispatch_cli.store import open_store

from ..worlds import MemoryCatalog, incident, no_holidays, provider
from .dying import Died, FusedStore, killed_at

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPERATORS = st.sampled_from(["anna", "bert"])
PICK = st.integers(0, 30)
PASSES = st.sampled_from([0, 0, 0, 1, 1, 3, 11, 700, 800])
ANSWERS = st.sampled_from(
    [
        {"injured": "0"},
        {"injured": "1"},
        {"spot": "lane"},
        {"at": "86150"},
        {"call_back": "0821 1"},
        {"kind": "tow"},
        {"trailer": "no"},
    ]
)
ENDS = st.sampled_from([None] * 5 + [("thrown", 0), ("thrown", 1), ("thrown", 2)] + (
    [("killed", 2), ("killed", 4), ("killed", 5), ("killed", 7)] if hasattr(os, "fork") else []
))  # fmt: skip
"""How the program ends within an act: not at all, before a write, or killed at a statement."""


class Refused(Exception):
    """The model refuses an act."""


class Model:
    """What a dispatch desk expects of its half-taken calls; it shares no code with the program."""

    def __init__(self):
        self.calls: dict[int, dict] = {}
        self.numbers = 0
        self.cases: list[str] = []
        """The caller of each case, in order."""

    def live(self, number):
        call = self.calls.get(number)
        if call is None or call["end"]:
            raise Refused
        return call

    def free(self, number, process, take):
        call = self.live(number)
        if call["held"] not in (None, process) and not take:
            raise Refused
        return call

    def start(self, operator, caller, process, now):
        self.numbers += 1
        number = self.numbers
        self.calls[number] = {
            "operator": operator, "facts": {"caller": caller}, "held": process, "since": now,
            "line": False, "end": "", "ended": None,
        }  # fmt: skip
        return number

    def save(self, number, operator, process, answer, now):
        call = self.live(number)
        if (call["operator"], call["held"]) != (operator, process):
            raise Refused
        call["facts"] |= answer
        call["since"] = now

    def resume(self, number, operator, process, take, now):
        call = self.free(number, process, take)
        call |= {"operator": operator, "held": process, "since": now}

    def park(self, number, operator, line, now):
        call = self.free(number, None, False)
        line = call["line"] if line is None else line
        if not line and "call_back" not in call["facts"]:
            raise Refused
        call |= {"operator": operator, "held": None, "since": now, "line": line}

    def discard(self, number, operator, take, now):
        call = self.free(number, None, take)
        call |= {"operator": operator, "held": None, "end": "discarded", "ended": now}

    def finish(self, number, operator, now):
        call = self.live(number)
        self.cases.append(call["facts"]["caller"])
        call |= {
            "operator": operator, "held": None, "end": f"case {len(self.cases)}", "ended": now,
        }  # fmt: skip

    def forget(self, now):
        day = timedelta(days=1)
        for number in [n for n, call in self.calls.items() if call["end"]]:
            if self.calls[number]["ended"] + day <= now:
                del self.calls[number]

    def overdue(self, now):
        found = []
        for number, call in self.calls.items():
            if call["end"]:
                due = call["ended"] + timedelta(days=1)
            else:
                facts, minutes = call["facts"], 10
                if "injured" not in facts:
                    minutes = 2
                if facts.get("injured") == "1" or "spot" in facts:
                    minutes = 1
                due = call["since"] + minutes * MINUTE
            if due < now:
                found.append(f"G{number}")
        return sorted(found)


class HalfTakenCalls(RuleBasedStateMachine):
    """Two operators, each with a program that asks questions; both may be killed at any moment."""

    folder = template = processes = None
    numbers = count()
    seen = None
    ends_drafts = True

    def __init__(self):
        super().__init__()
        self.path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copy(self.template, self.path)
        self.now = NOON
        self.model = Model()
        self.callers = count(1)
        self.asked: set[str] = set()
        self.store = open_store(self.path, now=self.now)

    def teardown(self):
        self.store.close()
        for path in self.folder.glob(f"{self.path.name}*"):
            path.unlink()

    def book(self, operator, store=None):
        return Book(
            store=store or self.store,
            catalog=MemoryCatalog([provider("anna", services=("tow",))]),
            holidays=no_holidays,
            now=self.now,
            operator=operator,
        )

    def do(self, operator, expect, act, end):
        """Do an act in the model and in the log; the program may end within it."""
        after = deepcopy(self.model)
        try:
            expect(after)
        except Refused:
            with pytest.raises((ConflictError, UsageError)):
                act(self.book(operator))
            self.seen["refused"] += 1
            return
        if end is None:
            act(self.book(operator))
            self.model = after
            self.seen["done"] += 1
            return
        how, when = end
        self.store.close()
        if how == "killed":
            killed_at(self.path, self.now, when, lambda store: act(self.book(operator, store)))
        else:
            with FusedStore(self.path, self.now, when) as store, suppress(Died):
                act(self.book(operator, store))
        self.store = open_store(self.path, now=self.now)
        # The act is in the log, or it is not: nothing in between.
        found = self.found()
        assert found in (self.state(self.model), self.state(after))
        is_done = found == self.state(after)
        self.seen[f"{how}, {'done' if is_done else 'undone'}"] += 1
        if is_done:
            self.model = after

    def found(self):
        """Read drafts and cases from the log."""
        with self.store.reading() as reader:
            drafts = [*reader.drafts(), *reader.drafts_ended(self.now + timedelta(days=9))]
            cases = sorted(reader.cases(open_only=False), key=lambda case: case.id)
            callers = [reader.personal(case.id).caller for case in cases]
        shown = {
            draft.id: (
                draft.operator,
                draft.facts,
                draft.holder or None,
                draft.parked_at if draft.ended_at is None else draft.ended_at,
                draft.on_line,
                _end_of(draft),
            )
            for draft in drafts
        }
        return shown, callers

    @staticmethod
    def state(model):
        """Return the model's calls in the form of ``found``."""
        shown = {
            number: (
                call["operator"],
                call["facts"],
                call["held"],
                call["ended"] or call["since"],
                call["line"],
                call["end"],
            )
            for number, call in model.calls.items()
        }
        return shown, model.cases

    def pick(self, place):
        """Choose a number, mostly of a call that there is."""
        numbers = [*self.model.calls, 99]
        return numbers[place % len(numbers)]

    def stored(self, number):
        """Read a draft, as the program of an operator has it in memory."""
        with self.store.reading() as reader:
            return reader.draft(number)

    @rule(operator=OPERATORS, is_asking=st.booleans(), passes=PASSES, end=ENDS)
    def start(self, operator, is_asking, passes, end):
        """A caller says the first thing."""
        self.now += passes * MINUTE
        caller = f"caller {next(self.callers)}"
        process = self.processes[operator] if is_asking else None
        before = self.model
        self.do(
            operator,
            lambda model: model.start(operator, caller, process, self.now),
            lambda book: draft_calls.start(book, {"caller": caller}, holder=process or 0),
            end,
        )
        if self.model is not before:
            self.asked.add(caller)

    @rule(operator=OPERATORS, place=PICK, answer=ANSWERS, passes=PASSES, end=ENDS)
    def answer(self, operator, place, answer, passes, end):
        """A program keeps one more answer of the call that it asks for."""
        self.now += passes * MINUTE
        number, process = self.pick(place), self.processes[operator]
        draft = self.stored(number)
        if draft is None:
            return
        draft = type(draft)(**{**_fields(draft), "operator": operator, "holder": process})
        self.do(
            operator,
            lambda model: model.save(number, operator, process, answer, self.now),
            lambda book: draft_calls.save(book, draft, {**draft.facts, **answer}),
            end,
        )

    @rule(operator=OPERATORS, place=PICK, take=st.booleans(), passes=PASSES, end=ENDS)
    def resume(self, operator, place, take, passes, end):
        """An operator takes a parked call, or takes it away from the other one."""
        self.now += passes * MINUTE
        number, process = self.pick(place), self.processes[operator]
        self.do(
            operator,
            lambda model: model.resume(number, operator, process, take, self.now),
            lambda book: draft_calls.resume(book, number, holder=process, take=take),
            end,
        )

    @rule(operator=OPERATORS, place=PICK, line=st.sampled_from([None, True, False]), end=ENDS)
    def park(self, operator, place, line, end):
        """An operator sets a call aside."""
        number = self.pick(place)
        self.do(
            operator,
            lambda model: model.park(number, operator, line, self.now),
            lambda book: draft_calls.park(book, number, on_line=line),
            end,
        )

    @rule(operator=OPERATORS, place=PICK, take=st.booleans(), end=ENDS)
    def discard(self, operator, place, take, end):
        """An operator ends a call that becomes no case."""
        number = self.pick(place)
        self.do(
            operator,
            lambda model: model.discard(number, operator, take, self.now),
            lambda book: draft_calls.discard(book, number, "wrong number", take=take),
            end,
        )

    @rule(operator=OPERATORS, place=PICK, passes=PASSES, end=ENDS)
    def finish(self, operator, place, passes, end):
        """A call becomes a case."""
        self.now += passes * MINUTE
        draft = self.stored(self.pick(place))
        if draft is None:
            return
        self.do(
            operator,
            lambda model: model.finish(draft.id, operator, self.now),
            lambda book: open_case.open_case(
                book,
                incident(when=self.now),
                Personal(caller=draft.facts["caller"]),
                draft=draft if self.ends_drafts else None,
            ),
            end,
        )

    @rule(end=ENDS, passes=PASSES)
    def forget(self, end, passes):
        """The nightly erasure, which may be killed as well."""
        self.now += passes * MINUTE
        self.do(
            "cron",
            lambda model: model.forget(self.now),
            lambda book: erase_case.forget(book, older_than_days=9999, dry_run=False),
            end,
        )

    @invariant()
    def the_log_is_as_expected(self):
        """Each caller who was written down is parked, discarded, or exactly one case."""
        shown, callers = self.found()
        assert (shown, callers) == self.state(self.model)
        assert len(callers) == len(set(callers))
        assert set(callers) <= self.asked
        waiting = [each[1]["caller"] for each in shown.values() if not each[-1]]
        assert not set(waiting) & set(callers)
        with self.store.reading() as reader:
            assert reader.verify() == []
            assert {act.action for act in reader.acts()} <= {"open"}

    @invariant()
    def the_deadlines_are_shown(self):
        """The list and the audit name exactly the calls for which something is overdue."""
        book = self.book("anna")
        found = [each.ref for each in view_case.audit(book).overdue if each.ref.startswith("G")]
        assert sorted(found) == self.model.overdue(self.now)
        listed = {
            each.number: each.overdue
            for each in view_case.listed(book)
            if isinstance(each, DraftView)
        }
        live = {f"G{n}" for n, call in self.model.calls.items() if not call["end"]}
        assert set(listed) == live
        assert {number for number, is_due in listed.items() if is_due} == live & set(found)


def _end_of(draft):
    if draft.case_id:
        return f"case {draft.case_id}"
    return "discarded" if draft.end_reason else ""


def _fields(draft):
    return {name: getattr(draft, name) for name in draft.__struct_fields__}


@pytest.fixture
def machine(tmp_path):
    """Make the state machine with a log of its own and a living process for each operator."""
    template = tmp_path / "template.sqlite3"
    with open_store(template, now=NOON) as store, store.deciding():
        pass
    processes = {name: subprocess.Popen(["sleep", "900"]) for name in ("anna", "bert")}
    try:
        yield type(
            "Calls",
            (HalfTakenCalls,),
            {
                "folder": tmp_path,
                "template": template,
                "seen": Counter(),
                "processes": {name: each.pid for name, each in processes.items()},
            },
        )
    finally:
        for each in processes.values():
            each.kill()
            each.wait()


def _run(machine, examples, **more):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
            **more,
        ),
    )


@pytest.mark.parametrize("examples", [15, pytest.param(300, marks=pytest.mark.ci)])
def test_no_call_is_lost_or_doubled(machine, examples):
    """The log has each call once, after any acts of two operators, kills and erasures."""
    _run(machine, examples)
    wanted = ["done", "refused", "thrown, done", "thrown, undone"]
    if hasattr(os, "fork"):
        wanted += ["killed, done", "killed, undone"]
    assert all(machine.seen[each] for each in wanted), machine.seen


def test_the_model_notices_a_draft_that_does_not_end(machine):
    """Control: if opening a case leaves its draft, the call is there twice, and the test fails."""
    machine.ends_drafts = False
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        _run(machine, 100, phases=(Phase.generate,))
