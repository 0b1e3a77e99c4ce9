"""When a lasting problem is reported, against a brute force, and when a look is remembered."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.model.clock_jumps import is_seen_anew
from dispatch_cli.reminders import ReportedProblem, news_of
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
