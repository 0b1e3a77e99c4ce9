"""Combine several checks into one sample, with the age of feeds."""

from zoneinfo import ZoneInfo

import pytest

from dispatch_cli.availability.samples import combine_readings, mark_stale
from dispatch_cli.model.check import CheckSettings

from .looks import MINUTE, NOON, SETTINGS, look


def test_one_look_is_its_own_sample():
    """A single check is the sample."""
    for state in ("up", "busy", "degraded", "down", "unknown"):
        assert combine_readings([look(state)], SETTINGS) == look(state)


def test_a_provider_that_fails_every_look_is_down():
    """One answer makes a provider degraded, and the reason names the failures."""
    both = combine_readings([look("down"), look("down", kind="sip", why="no answer")], SETTINGS)
    assert (both.state, str(both.why)) == ("down", "tcp: connection refused; sip: no answer")
    one = combine_readings([look("down"), look("up", kind="sip")], SETTINGS)
    assert (one.state, str(one.why)) == ("degraded", "connection refused")
    busy = combine_readings([look("down"), look("busy", kind="sip", why="486")], SETTINGS)
    assert (busy.state, str(busy.why)) == ("busy", "tcp: connection refused; sip: 486")
    old = combine_readings([look("degraded", why="9 d left"), look("up", kind="sip")], SETTINGS)
    assert (old.state, str(old.why)) == ("degraded", "9 d left")


def test_unknown_checks_and_faults_of_the_observer_do_not_count():
    """A fault of the observer or an unknown check is ignored beside another check."""
    found = combine_readings([look("down", fault="lag"), look("unknown"), look("up")], SETTINGS)
    assert found.state == "up"
    assert (
        combine_readings([look("down", fault="lag"), look("unknown")], SETTINGS).state == "unknown"
    )
    assert combine_readings([look("down", fault="lag")], SETTINGS).fault == "lag"


def test_the_fewest_units_and_the_earliest_end_count():
    """Of two feeds the smaller number, longer wait, older moment and earlier end count."""
    one = look("up", free=3, as_of=NOON - 4 * MINUTE, valid_until=NOON + 9 * MINUTE)
    other = look("busy", 1, kind="http", free=0, wait_min=20.0, valid_until=NOON + 5 * MINUTE)
    both = combine_readings([one, other], SETTINGS)
    assert (both.state, both.free, both.wait_min) == ("busy", 0, 20.0)
    assert (both.at, both.as_of, both.valid_until) == (
        NOON + MINUTE, NOON - 4 * MINUTE, NOON + 5 * MINUTE,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["up", "busy", "degraded"])
@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"as_of": NOON + 3 * MINUTE}, "its time is 3 minutes ahead of ours"),
        ({"as_of": NOON + 59.98 * MINUTE}, "its time is 60 minutes ahead of ours"),
        ({"as_of": NOON + 60 * MINUTE}, "its time is 60 minutes ahead of ours"),
        ({"as_of": NOON + 2879 * MINUTE}, "its time is 2879 minutes ahead of ours"),
        ({"as_of": NOON + 2880 * MINUTE}, "its time is 2 days ahead of ours"),
        ({"as_of": NOON - 31 * MINUTE}, "its data are 31 minutes old (as of 12:29)"),
        ({"as_of": NOON - 60 * MINUTE}, "its data are 60 minutes old (as of 12:00)"),
        ({"as_of": NOON - 840 * MINUTE}, "its data are 840 minutes old (as of Thu 23:00)"),
        ({"as_of": NOON - 30_000 * MINUTE}, "its data are 20 days old (as of Fri 06 Nov 17:00)"),
        ({"valid_until": NOON}, "its data ended at 13:00 (valid_until)"),
        ({"valid_until": NOON - MINUTE}, "its data ended at 12:59 (valid_until)"),
        (
            {"as_of": NOON - 31 * MINUTE, "valid_until": NOON + 60 * MINUTE},
            "its data are 31 minutes old (as of 12:29)",
        ),
    ],
)
def test_a_feed_that_is_old_ended_or_ahead_of_time_is_unknown(state, facts, why):
    """The times in a feed count, not the time of the fetch; the reason has the centre's time."""
    found = mark_stale(look(state, free=2, **facts), SETTINGS, ZoneInfo("Europe/Berlin"))
    assert (found.state, found.free) == ("unknown", None)
    assert str(found.why) == why


def test_a_feed_within_its_time_holds():
    """Clocks may differ by two minutes, and an age of stale_min is not stale yet."""
    for as_of in (NOON + 2 * MINUTE, NOON, NOON - 30 * MINUTE):
        reading = look("up", free=2, as_of=as_of, valid_until=NOON + MINUTE)
        assert mark_stale(reading, SETTINGS) == reading
    assert (
        mark_stale(look("up", as_of=NOON - 31 * MINUTE), CheckSettings(stale_min=40)).state == "up"
    )


def test_a_stale_feed_beside_an_answering_phone_line():
    """The phone line shows that the provider can be reached; stale units do not count."""
    feed = look("up", kind="http", free=2, as_of=NOON - 60 * MINUTE)
    both = combine_readings([feed, look("up", kind="sip")], SETTINGS)
    assert (both.state, both.free) == ("up", None)
