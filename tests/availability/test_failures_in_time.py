"""Failures count by time as well as by looks: three looks within seconds are one failure."""

import pytest
from msgspec.structs import replace

from dispatch_cli.model.check import Watched

from .looks import SETTINGS, add, look


def seen(*minutes_and_states, settings=SETTINGS):
    """Add looks at minutes after noon; return the hard state and the counted failures."""
    watched = Watched(provider="huber")
    for minutes, state in minutes_and_states:
        watched, _ = add(watched, look(state, minutes), settings, is_closed=False)
    return watched.state, watched.failures


def test_three_looks_within_seconds_are_one_failure():
    """Three failed looks within 20 s count once; three looks 30 s apart are down."""
    assert seen((0, "up"), (5, "down"), (5.1, "down"), (5.3, "down")) == ("up", 1)
    assert seen((0, "up"), (5, "down"), (5.5, "down"), (6, "down")) == ("down", 3)


def test_the_time_is_counted_from_the_last_counted_failure():
    """Looks every 20 s are counted every second time, so that they are down after 80 s."""
    looks = [(n / 3, "down") for n in range(5)]
    assert seen(*looks[:4]) == ("unknown", 2)
    assert seen(*looks) == ("down", 3)


def test_a_success_between_begins_a_new_failure():
    """A failure right after a success is a failure of its own, and the streak begins anew."""
    assert seen((0, "down"), (0.1, "up"), (0.2, "down")) == ("up", 1)


def test_a_clock_set_back_hides_no_failure():
    """A look before the last counted failure counts."""
    assert seen((0, "down"), (-1, "down"), (-2, "down")) == ("down", 3)


@pytest.mark.parametrize(("apart_s", "failures"), [(0, 3), (6, 2), (3600, 1)])
def test_the_file_sets_the_time(apart_s, failures):
    """``apart_s`` is the least time between two failures; 0 counts each."""
    settings = replace(SETTINGS, apart_s=apart_s, failures=9)
    assert seen((0, "down"), (0.1, "down"), (0.15, "down"), settings=settings)[1] == failures


def test_a_repeated_failure_changes_nothing():
    """The same failure leaves history, streak and state as they are."""
    before, _ = add(Watched(provider="huber"), look("down"), SETTINGS, is_closed=False)
    assert add(before, look("down", 0.2), SETTINGS, is_closed=False) == (before, None)
