"""When a lasting problem is reported, against a brute force, and when a look is remembered."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.model.clock_jumps import is_seen_anew
from dispatch_cli.reminders import (
    ReportedProblem,
    news_of,
    problems_of_audit,
    problems_of_run,
)
from dispatch_cli.results.case_results import Audit, Overdue
from dispatch_cli.results.check_results import CheckReport
from dispatch_cli.results.lasting_problem import LastingProblem

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


@given(
    st.lists(st.tuples(st.integers(0, 5), st.frozensets(st.sampled_from("abc"))), max_size=30),
    st.integers(0, 12),
)
@settings(max_examples=60, deadline=None)
def test_news_are_those_of_a_brute_force(steps, again):
    """Each beginning, end and reminder of a problem is one line; there are no other lines."""
    now, notices, said = NOW, {}, {}
    for minutes, names in steps:
        now += minutes * MINUTE
        lasting = {each: LastingProblem(f"{each} lasts") for each in sorted(names)}
        news, notices = news_of(notices, lasting, now, again_after=again * MINUTE, zone=BERLIN)
        lines = list(map(str, news))
        expected = []
        for each in sorted(names):
            if each not in said:
                expected.append(f"{each} lasts")
            elif now - said[each] >= again * MINUTE:
                expected.append(f"still: {each} lasts")
            else:
                continue
            said[each] = now
        ended = {each for each in said if each not in names}
        for each in ended:
            del said[each]
        begun = [line for line in lines if not line.startswith("over: ")]
        assert begun == expected
        assert {line.split()[1] for line in lines if line.startswith("over: ")} == ended


def test_a_problem_that_was_not_looked_for_is_kept_without_a_line():
    """It is neither over nor reminded of, and its next report is the reminder that is due."""
    before = {"a": ReportedProblem(NOW, NOW), "b": ReportedProblem(NOW, NOW)}
    later, again = NOW + 90 * MINUTE, 60 * MINUTE
    lines, after = news_of(
        before, {}, later, again_after=again, zone=BERLIN, is_over=lambda name: name == "b"
    )
    assert [str(line).partition(" (")[0] for line in lines] == ["over: b"]
    assert after == {"a": before["a"]}
    lines, _ = news_of(
        after, {"a": LastingProblem("a lasts")}, later, again_after=again, zone=BERLIN
    )
    assert list(map(str, lines)) == ["still: a lasts"]


def test_a_clock_set_back_does_not_silence_the_reminder():
    """A problem whose last reminder is in the future is reminded of at once."""
    before = {"a": ReportedProblem(NOW + 60 * MINUTE, NOW + 60 * MINUTE)}
    lines, _ = news_of(
        before, {"a": LastingProblem("a lasts")}, NOW, again_after=60 * MINUTE, zone=BERLIN
    )
    assert list(map(str, lines)) == ["still: a lasts"]


@pytest.mark.parametrize(
    ("minutes", "is_new"), [(59, False), (60, True), (-59, False), (-60, True)]
)
def test_a_look_is_remembered_once_an_hour(minutes, is_new):
    """The first look is remembered, then one an hour, in both directions of the clock."""
    assert is_seen_anew(None, NOW)
    assert is_seen_anew(NOW, NOW + minutes * MINUTE) is is_new


def test_the_problems_of_an_audit():
    """Each missed deadline has its own key, its beginning, and the line with the number to call."""
    missed = (
        Overdue("17.2", "answer", NOW, "Huber", "089 99998-207"),
        Overdue("17", "next call", NOW, "tow", ""),
        Overdue("18", "call back", NOW - MINUTE, "", "", is_ahead=True),
    )
    found = problems_of_audit(Audit(missed, "the clock has jumped"), NOW, "no such file")
    since = NOW.isoformat()
    assert {key: (str(each.line), each.since) for key, each in found.items()} == {
        "clock": ("the clock has jumped", ""),
        "provider file": ("the provider file cannot be read: no such file", ""),
        "case 17.2 answer": (
            "case 17.2   answer overdue since 12:00   089 99998-207  Huber", since,
        ),
        "case 17 next call tow": ("case 17   next call overdue since 12:00     tow", since),
        "case 18 call back": (
            "case 18   call back due now: a clock that was ahead has set it to 11:59",
            (NOW - MINUTE).isoformat(),
        ),
    }  # fmt: skip
    assert problems_of_audit(Audit((), ""), NOW, "") == {}


def test_the_problem_of_a_run_of_checks():
    """Only an offline observer is a lasting problem of a run; changes are reported by the run."""
    report = CheckReport(at=NOW, seconds=1.0, checked=0, rows=(), offline="no route")
    found = problems_of_run(report)
    line = "observer offline: no route; no state was changed"
    assert {key: str(each.line) for key, each in found.items()} == {"observer offline": line}
    assert problems_of_run(CheckReport(at=NOW, seconds=1.0, checked=0, rows=())) == {}
