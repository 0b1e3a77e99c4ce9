"""Each act that keeps a promise is recorded whole or not at all, wherever the program is killed."""

import os
import shutil
from datetime import timedelta

import pytest

from dispatch_cli.cases import (
    answer_call,
    apply_plan,
    correct_case,
    emergency_record,
    end_case,
    keep_promises,
    offer_call,
    open_case,
    open_demands,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.model.case import Personal
from dispatch_cli.store import open_store

from ..worlds import incident, no_holidays
from .conftest import NOON
from .dying import killed_at

SOON = NOON + timedelta(minutes=20)

ACTS = {
    "later": lambda book: keep_promises.ring_back(book, "1.2", SOON),
    "accept, another rings back": lambda book: answer_call.accept(
        book, "1.2", SOON, is_compared=True
    ),
    "correct an acceptance": lambda book: correct_case.correct(
        book, "2.1", "no_answer", "misheard"
    ),
    "cancel a case": lambda book: end_case.cancel(book, 1),
    "called off": lambda book: keep_promises.call_off(book, "1.1"),
    "told driver": lambda book: keep_promises.tell(book, "2.1", "driver"),
    "told caller": lambda book: keep_promises.tell(book, "2", "caller"),
    "line": lambda book: keep_promises.hold_line(book, 1, is_waiting=True),
    "emergency": lambda book: emergency_record.record_emergency(
        book, 1, "not_needed", because="a scratch"
    ),
    "last resort": lambda book: emergency_record.record_last_resort(
        book, 3, "called", caller="desk"
    ),
    "open early": lambda book: offer_call.place_call(book, 1, services=["tow"]),
    "plan of many cases": lambda book: apply_plan.apply_plan(
        book,
        read := open_demands.read_demands(book),
        [
            apply_plan.Proposal(case_id=each.case.id, service=each.service, provider=None)
            for each in read.demands
            if not each.is_asked
        ],
    ),
}
"""Each act by its name, on the cases of ``prepare``."""

ALWAYS = ("accept, another rings back", "emergency", "open early", "plan of many cases")
"""The acts that every run of the tests kills: they write the most different rows."""


def prepare(book):
    """Open a case with two firms asked, one with an acceptance, one that is exhausted."""
    facts = {"kind": "breakdown", "when": NOON}
    open_case.open_case(book, incident(injured=1, **facts), Personal())
    first = offer_call.place_call(book, 1)
    keep_promises.ring_back(book, first.ref, SOON)
    offer_call.place_call(book, 1)
    open_case.open_case(book, incident(**facts), Personal())
    answer_call.accept(
        book,
        offer_call.place_call(book, 2, services=["tow"], provider="carl", because="near").ref,
        SOON,
        is_compared=True,
    )
    open_case.open_case(book, incident(kind="lockout", when=NOON), Personal())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize(
    ("act", "every"),
    [
        *(pytest.param(ACTS[name], 3, id=f"{name}, every third") for name in ALWAYS),
        *(pytest.param(act, 1, id=name, marks=pytest.mark.ci) for name, act in ACTS.items()),
    ],
)
def test_an_act_is_recorded_whole_or_not_at_all(tmp_path, catalog, act, every):
    """The program is killed at each statement, in the plain tier at each third, until it ends."""

    def book(store):
        return Book(store=store, catalog=catalog, holidays=no_holidays, now=NOON, operator="desk")

    def content(path):
        with open_store(path, now=NOON) as store:
            assert store.check() == []
            with store.reading() as reader:
                assert reader.verify(None) == []
                cases = reader.cases(open_only=False)
                return cases, [reader.texts(case.id) for case in cases], list(reader.acts(None))

    template = tmp_path / "template.sqlite3"
    with open_store(template, now=NOON) as store:
        prepare(book(store))
    done = tmp_path / "done.sqlite3"
    shutil.copy(template, done)
    with open_store(done, now=NOON) as store:
        act(book(store))
    before, after = content(template), content(done)
    assert before != after
    kept = []
    for statement in range(1, 500, every):
        path = tmp_path / f"{statement}.sqlite3"
        shutil.copy(template, path)
        is_killed = killed_at(path, NOON, statement, lambda store: act(book(store)))
        found = content(path)
        assert found in (before, after), statement
        kept.append(found == after)
        if not is_killed:
            break
    assert kept[-1]
    assert kept == sorted(kept)
    assert kept.count(False) > 3
