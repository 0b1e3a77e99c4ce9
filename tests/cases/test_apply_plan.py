"""A joint plan is recorded for all cases or for none, and only on the log that it was made on."""

import os
import signal
from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    answer_call,
    end_case,
    keep_case,
    offer_call,
    undo_acts,
    view_case,
)
from dispatch_cli.cases.apply_plan import Proposal, apply_plan
from dispatch_cli.cases.book import Book
from dispatch_cli.cases.open_demands import read_demands
from dispatch_cli.errors import ConflictError, ExitCode
from dispatch_cli.store import open_store

from .conftest import NOON
from .planning import book_at, content, opened, plan, refused


def proposed(case_id, name, **minutes):
    """Propose a tow."""
    return Proposal(case_id=case_id, service="tow", provider=name, **minutes)


def test_each_case_gets_one_record_with_its_minutes_and_nobody_s_data(desk):
    """The details are the provider and the minutes of each service, and the number of cases."""
    for _ in range(3):
        opened(desk(0))
    before = content(desk(0).store.path)
    said = apply_plan(
        desk(3, "lead"),
        read_demands(desk(3, "lead")),
        [proposed(1, "carl", slot_wait_min=12.5, line_price=0.25, scarcity_min=4.0),
         proposed(2, None)],
    )  # fmt: skip
    assert str(said) == "planned 2 cases"
    after = content(desk(0).store.path)
    # Neither a case nor a booking has changed: the plan is in the journal alone.
    assert [*after[:2], after[3]] == [*before[:2], before[3]]
    new = after[2][len(before[2]) :]
    assert [(each.case_id, each.action, each.operator, each.at) for each in new] == [
        (number, "plan", "lead", NOON + timedelta(minutes=3)) for number in (1, 2, 3)
    ]
    none = {"tow_wait_min": 0.0, "tow_line_price": 0.0, "tow_scarcity_min": 0.0}
    assert [each.details for each in new] == [
        {"cases": 2, "tow": "carl", "tow_wait_min": 12.5, "tow_line_price": 0.25,
         "tow_scarcity_min": 4.0},
        {"cases": 2, "tow": "", **none},
        {"cases": 2},
    ]  # fmt: skip


def accept(desk, case_id, operator):
    """Let the next firm of a case accept."""
    ref = offer_call.place_call(desk(3, operator), case_id).ref
    answer_call.accept(desk(4, operator), ref, NOON + timedelta(minutes=40), is_compared=True)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda desk: end_case.close(desk(4, "MB"), 1), "case 1: MB recorded close at 13:04"),
        (lambda desk: end_case.cancel(desk(4, "MB"), 1), "case 1: MB recorded cancel at 13:04"),
        (lambda desk: accept(desk, 2, "AK"), "case 2: AK recorded accept of 2.1 at 13:04"),
        (lambda desk: offer_call.place_call(desk(4, "AK"), 2),
         "case 2: AK recorded offer of 2.1 at 13:04"),
        (lambda desk: plan(desk(4, "MB"), (1, "anna")), "MB applied another plan at 13:04"),
        (lambda desk: [end_case.close(desk(4, "MB"), 1), accept(desk, 2, "AK")],
         "case 1: MB recorded close at 13:04\ncase 2: AK recorded accept of 2.1 at 13:04"),
    ],
)  # fmt: skip
def test_a_plan_on_an_older_log_is_refused_with_the_name(desk, act, said):
    """A case that was closed, cancelled, asked, accepted or planned since: nothing is recorded."""
    for _ in range(3):
        opened(desk(0))
    read = read_demands(desk(2, "lead"))
    act(desk)
    before = content(desk(0).store.path)
    lead = desk(5, "lead")
    assert refused(lambda: apply_plan(lead, read, [proposed(3, "bert")])) == said
    assert content(desk(0).store.path) == before
    # The control: on the newest log the same plan is recorded.
    apply_plan(lead, read_demands(lead), [proposed(3, "bert")])


def test_a_refusal_names_five_cases_and_counts_the_others(desk):
    """Seven cases were closed since."""
    for _ in range(8):
        opened(desk(0))
    read = read_demands(desk(1))
    for number in range(1, 8):
        end_case.close(desk(2, "MB"), number)
    lines = refused(lambda: apply_plan(desk(3), read, [])).split("\n")
    assert lines[0] == "case 1: MB recorded close at 13:02"
    assert lines[5:] == ["2 more cases have changed"]


def test_new_cases_views_and_refused_acts_are_no_conflict(desk):
    """They change nothing of what the plan was made on."""
    opened(desk(0))
    read = read_demands(desk(1))
    opened(desk(2, "MB"))
    view_case.personal(desk(2, "MB"), 1)
    with pytest.raises(ConflictError):
        undo_acts.undo(desk(2, "MB"), 1)
    apply_plan(desk(3), read, [proposed(1, "bert")])
    with desk(3).store.reading() as reader:
        assert reader.last_act(2, "plan") is None
        assert reader.last_act(1, "plan") is not None


def test_the_last_act_before_a_view_is_named(desk):
    """A view after the change is not the reason."""
    opened(desk(0))
    read = read_demands(desk(1))
    keep_case.remind(desk(2, "MB"), 1, NOON + timedelta(minutes=9))
    view_case.personal(desk(3, "AK"), 1)
    assert refused(lambda: apply_plan(desk(4), read, [])) == (
        "case 1: MB recorded callback at 13:02"
    )


def test_a_change_without_a_record_is_a_conflict_as_well(desk):
    """A program that has saved a case without a record is not named, and the plan is refused."""
    opened(desk(0))
    read = read_demands(desk(1))
    with desk(2).store.deciding() as tx:
        case = tx.case(1)
        tx.save(case, replace(case, call_back_at=NOON))
    assert refused(lambda: apply_plan(desk(3), read, [proposed(1, "bert")])) == (
        "case 1 was changed by another program"
    )


def test_proposals_that_no_case_needs_are_a_fault_of_the_plan(desk):
    """An unknown case, a second proposal, a firm that cannot be asked, a case that is asked."""
    opened(desk(0))
    opened(desk(0))
    offer_call.place_call(desk(0), 2)
    read = read_demands(desk(1))
    before = content(desk(0).store.path)
    for wrong in (
        [proposed(9, "anna")],
        [proposed(1, "anna"), proposed(1, "bert")],
        [proposed(1, "nobody")],
        [proposed(2, "carl")],
        [Proposal(case_id=1, service="taxi", provider=None)],
    ):
        with pytest.raises(ValueError, match="case"):
            apply_plan(desk(1), read, wrong)
    assert content(desk(0).store.path) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_of_two_leads_at_once_exactly_one_is_told(tmp_path, catalog):
    """Both read the same log, and apply at the same moment, in two processes, 12 times."""
    path = tmp_path / "log.sqlite3"
    book = book_at(path, catalog)
    for _ in range(6):
        opened(book)
    book.store.close()
    winners = set()
    for time in range(1, 13):
        ends = _race(path, catalog, time)
        assert sorted(code for code, _ in ends.values()) == [ExitCode.OK, ExitCode.CONFLICT]
        [winner] = [name for name, (code, _) in ends.items() if code == ExitCode.OK]
        [loser] = ends.keys() - {winner}
        assert ends[loser][1].startswith(f"{winner} applied another plan at 13:")
        with open_store(path, now=NOON) as store, store.reading() as reader:
            plans = [each for each in reader.acts() if each.action == "plan"]
            assert len(plans) == 6 * time
            assert {each.operator for each in plans[-6:]} == {winner}
            assert {each.details["tow"] for each in plans[-6:]} == {_CHOICE[winner]}
        winners.add(winner)
    assert content(path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("written", [1, 3, 6])
def test_a_lead_that_is_killed_leaves_no_half_plan(tmp_path, catalog, written: int):
    """kill -9 after the first, a middle, and the last record: the log has none of them."""
    path = tmp_path / "log.sqlite3"
    book = book_at(path, catalog)
    for _ in range(6):
        opened(book)
    book.store.close()
    child = os.fork()
    if not child:
        try:
            _die_after(written, book_at(path, catalog, 1))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with open_store(path, now=NOON) as store, store.reading() as reader:
        assert "plan" not in {each.action for each in reader.acts()}
    plan(book_at(path, catalog, 2), *((number, "carl") for number in range(1, 7)))
    with open_store(path, now=NOON) as store, store.reading() as reader:
        assert [each.action for each in reader.acts()].count("plan") == 6


def _die_after(written: int, book: Book) -> None:
    """Apply a plan in a process that is killed after some of its records."""
    left, write = [written], Book.write

    def writes(*values, **details) -> None:
        write(*values, **details)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    Book.write = writes
    plan(book, *((number, "anna") for number in range(1, 7)))


_CHOICE = {"lead-a": "anna", "lead-b": "carl"}


def _race(path, catalog, minute):
    """Let two processes apply a plan each; return the exit code and the text of each."""
    start_reading, start = os.pipe()
    children = {}
    ready_reading, ready = os.pipe()
    for name, choice in _CHOICE.items():
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(start)
            code = 1
            try:
                book = book_at(path, catalog, minute, name)
                read = read_demands(book)
                plans = [proposed(each.case.id, choice) for each in read.demands]
                os.write(ready, b".")
                os.read(start_reading, 1)  # until both have read and the other end is closed
                apply_plan(book, read, plans)
                code = 0
            except ConflictError as error:
                os.write(writing, str(error).encode())
                code = error.exit_code
            finally:
                os._exit(code)
        os.close(writing)
        children[child] = name, reading
    assert len(os.read(ready_reading, 1) + os.read(ready_reading, 1)) == 2
    for pipe in (start_reading, start, ready_reading, ready):
        os.close(pipe)
    ends = {}
    for child, (name, reading) in children.items():
        status = os.waitpid(child, 0)[1]
        with os.fdopen(reading) as pipe:
            ends[name] = os.waitstatus_to_exitcode(status), pipe.read()
    return ends
