"""Implausible clocks are noticed, and deadlines that they have set are due at once."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import case_deadlines, case_ends, offer_changes, offer_notices
from dispatch_cli.model.clock_jumps import ClockJump, is_ahead, jump_between

from .sample_cases import JOB, MINUTE, NOON, case, fleet, option, service

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "now", "written", "is_back"),
    [
        (None, 0 * HOUR, None, None),
        (0 * HOUR, 0 * HOUR, None, None),
        (MINUTE, 0 * HOUR, None, None),
        (2 * MINUTE, 0 * HOUR, None, True),
        (2 * MINUTE, 0 * HOUR, 0 * HOUR, True),
        (0 * HOUR, DAY, None, None),
        (0 * HOUR, DAY + MINUTE, None, False),
        (0 * HOUR, DAY + MINUTE, 2 * MINUTE, None),
        (0 * HOUR, 30 * DAY, 2 * MINUTE, False),
    ],
)
def test_which_jump_is_implausible(last, now, written, is_back):
    """Only a time before the last record, or a day after it and the files, is implausible."""
    found = jump_between(
        None if last is None else NOON + last,
        NOON + now,
        None if written is None else NOON + written,
    )
    assert (None if found is None else found.is_back) == is_back


def test_only_a_clock_set_back_catches_up():
    """After the time of the last record nothing lies in the future; a clock ahead stays so."""
    back, ahead = ClockJump(NOON, NOON + HOUR), ClockJump(NOON + 30 * DAY, NOON)
    assert [back.is_over(NOON + each * MINUTE) for each in (0, 59, 60)] == [False, False, True]
    assert not ahead.is_over(NOON + 60 * DAY)


def stages(at):
    """Make a case at each state that has a deadline, as a clock that shows ``at`` makes it."""
    waiting = replace(case(service("tow", option("anna"))), opened_at=at)
    waiting = replace(waiting, incident=replace(waiting.incident, when=at))
    tow = waiting.services[0]
    asking = offer_changes.ask(
        waiting, tow, tow.options[0], phone="anna 1", now=at, operator="desk"
    )
    silent = offer_changes.answer(asking, 1, "no_answer", now=at)
    accepted = offer_changes.accept(
        asking, 1, there_at=at + 20 * MINUTE, now=at, fleet=fleet(asking, "anna", now=at),
        minutes=JOB,
    )  # fmt: skip
    told = offer_notices.tell(offer_notices.tell(accepted, 1, "tell_driver"), 1, "tell_caller")
    untold_caller = offer_notices.tell(accepted, 1, "tell_driver")
    arrived, _ = offer_changes.arrive(
        accepted, 1, now=at, fleet=fleet(accepted, "anna", but=1, now=at), job_min=45.0
    )
    return {
        "next call": waiting,
        "answer": asking,
        "last resort": silent,
        "arrival": told,
        "tell driver": offer_notices.tell(accepted, 1, "tell_caller"),
        "tell caller": untold_caller,
        "call off": offer_changes.answer(told, 1, "cancel", now=at),
        "closing": arrived,
    }


@pytest.mark.parametrize("what", stages(NOON))
@pytest.mark.parametrize("ahead", [2 * MINUTE, HOUR, 365 * DAY])
def test_a_deadline_of_a_clock_that_was_ahead_is_due(what, ahead):
    """A deadline set by a clock that was ahead is due at once; by the right clock it is not."""
    found = case_deadlines.overdue(stages(NOON + ahead)[what], NOON)
    assert what in {due.what for due in found}
    assert all(due.is_ahead for due in found)
    assert case_deadlines.overdue(stages(NOON)[what], NOON) == []
    assert not any(
        each.is_ahead for each in case_deadlines.deadlines(stages(NOON)[what], NOON - MINUTE)
    )


def test_a_reminder_of_a_clock_that_was_ahead_is_due():
    """The moment at which a call back was set shows which clock has set it."""
    of = stages(NOON)["arrival"]
    for set_at in (NOON + 2 * MINUTE, NOON + HOUR):
        ahead = replace(of, call_back_at=set_at + HOUR, call_back_set_at=set_at)
        assert case_deadlines.overdue(ahead, NOON) == [
            case_deadlines.Deadline(set_at + HOUR, "call back", is_ahead=True)
        ]
    for set_at in (NOON + MINUTE, None):
        right = replace(of, call_back_at=NOON + HOUR, call_back_set_at=set_at)
        assert case_deadlines.overdue(right, NOON) == []
    for end in (case_ends.close, case_ends.cancel):
        over = end(ahead, now=NOON)
        assert (over.call_back_at, over.call_back_set_at) == (None, None)


def test_records_of_the_right_clock_count_again():
    """After an answer by the right clock the next call has three minutes."""
    of = stages(NOON + HOUR)["answer"]
    of = offer_changes.answer(of, 1, "unreachable", now=NOON)
    assert case_deadlines.overdue(of, NOON + 3 * MINUTE) == []
    [due] = case_deadlines.overdue(of, NOON + 4 * MINUTE)
    assert (due.at, due.is_ahead) == (NOON + 3 * MINUTE, False)


def test_an_appointment_is_no_clock():
    """A case for Christmas is not due today, also if a clock ahead has opened it."""
    for opened in (NOON, NOON + HOUR):
        of = stages(opened)["next call"]
        of = replace(of, incident=replace(of.incident, when=NOON + 26 * DAY))
        assert case_deadlines.overdue(of, NOON) == []


def test_a_new_time_books_from_now():
    """After the clock was set right, a new time books the unit from the right time on."""
    of = stages(NOON + HOUR)["arrival"]
    at = NOON + 5 * MINUTE
    _, placed = offer_changes.promise(
        of, 1, there_at=NOON + 40 * MINUTE, now=at, speaker="provider",
        fleet=fleet(of, "anna", but=1, now=at), minutes=JOB,
    )  # fmt: skip
    assert (placed.begin, placed.end) == (NOON + 20 * MINUTE, NOON + 85 * MINUTE)


def test_a_little_is_no_jump():
    """A record a minute ahead is a clock that was read a little late."""
    assert [is_ahead(NOON + each * MINUTE, NOON) for each in (-5, 0, 1, 2)] == [False] * 3 + [True]
