"""Samples change the hard state: thresholds, kinds of success, closing, and reports."""

import pytest
from msgspec.structs import replace

from dispatch_cli.model.check import CheckSettings, Watched
from dispatch_cli.model.stored_sentences import restored_sentence

from .looks import MINUTE, NOON, SETTINGS, add, after, look, shortened


def test_down_after_three_failures_and_up_after_two_successes():
    """The third failure makes a provider hard down from then on; the reason counts the failures."""
    watched, moves = after(["up", "down", "down"])
    assert (watched.state, moves) == ("up", [])
    watched, moves = after(["down"], watched, from_min=15)
    assert (watched.state, watched.since) == ("down", NOON + 15 * MINUTE)
    assert str(restored_sentence(watched.why)) == "connection refused, 3 x"
    assert shortened(moves) == ["up-down"]
    watched, moves = after(["up", "down", "up"], watched, from_min=20)
    assert (watched.state, moves) == ("down", [])
    watched, moves = after(["up"], watched, from_min=35)
    assert (watched.state, watched.why, shortened(moves)) == ("up", "", ["down-up"])


def test_a_first_success_is_up_and_no_news():
    """The first success of a provider sets its state and is not reported."""
    for state in ("up", "busy"):
        watched, moves = after([state])
        assert (watched.state, moves) == (state, [])
    watched, moves = after(["degraded"])
    assert (watched.state, shortened(moves)) == ("degraded", ["unknown-degraded"])
    watched, moves = after(["down"] * 3)
    assert (watched.state, shortened(moves)) == ("down", ["unknown-down"])


def test_the_colour_of_a_success_needs_two_equal_samples():
    """One busy or degraded sample changes no state; two in a row do."""
    watched, moves = after(["up", "degraded", "up", "degraded", "up"])
    assert (watched.state, watched.why, moves) == ("up", "", [])
    watched, moves = after(["degraded", "degraded"], watched)
    assert (watched.state, shortened(moves)) == ("degraded", ["up-degraded"])
    watched, moves = after(["busy"], watched)
    assert watched.state == "degraded"
    watched, moves = after(["busy"], watched)
    assert (watched.state, watched.why, shortened(moves)) == (
        "busy",
        "0 free",
        ["degraded-busy"],
    )


def test_that_units_come_and_go_is_no_news():
    """A change from up to busy and back is not reported."""
    watched, moves = after(["up", "busy", "busy"])
    assert (watched.state, watched.since) == ("busy", NOON + 10 * MINUTE)
    watched, more = after(["up", "up"], watched)
    assert (watched.state, moves + more) == ("up", [])


def test_recovery_takes_the_newest_colour():
    """Two successes of any kind end a hard down."""
    watched, moves = after(["down", "down", "down", "up", "degraded"])
    assert (watched.state, shortened(moves)) == ("degraded", ["unknown-down", "down-degraded"])


def test_units_count_at_once_and_stay_through_a_failure_that_is_not_hard():
    """Free units follow each sample; a hard down has none."""
    watched, _ = after(["up"])
    feed = look("up", 5, free=2, wait_min=None, valid_until=NOON + 20 * MINUTE)
    watched, _ = add(watched, feed, SETTINGS, is_closed=False)
    assert (watched.free, watched.valid_until) == (2, NOON + 20 * MINUTE)
    watched, _ = add(watched, look("busy", 10, free=0, wait_min=12), SETTINGS, is_closed=False)
    assert (watched.state, watched.free, watched.wait_min) == ("up", 0, 12)
    failing, _ = after(["down", "down"], watched, from_min=15)
    assert (failing.free, failing.seen_at) == (0, NOON + 10 * MINUTE)
    failing, _ = after(["down"], failing, from_min=25)
    assert (failing.state, failing.free, failing.wait_min) == ("down", None, None)


def test_one_success_does_not_keep_a_hard_down_fresh():
    """The age of a state is that of the last sample that agrees with it."""
    watched, _ = after(["down"] * 3)
    watched, _ = after(["up"], watched, from_min=20)
    assert watched.seen_at == NOON + 10 * MINUTE


@pytest.mark.parametrize("state", ["up", "down", "busy", "degraded", "unknown"])
@pytest.mark.parametrize("fault", ["resolver", "route", "lag", "internal"])
def test_a_fault_of_the_observer_says_nothing(state, fault):
    """A sample with a fault of the observer changes nothing."""
    before, _ = after(["up", "down", "down"])
    faulty = look(state, 15, fault=fault)
    assert add(before, faulty, SETTINGS, is_closed=False) == (before, None)


def test_unknown_says_nothing_and_breaks_no_streak():
    """Two failures, an unknown sample and a failure make a hard down."""
    watched, moves = after(["up", "down", "down", "unknown", "down"])
    assert (watched.state, shortened(moves)) == ("down", ["up-down"])


def test_streaks_resume_at_opening():
    """Failures while closed change nothing; the earlier streak continues after opening."""
    before, _ = after(["up", "down", "down"])
    closed, moves = after(["down"] * 50, before, is_closed=True, from_min=15)
    assert (closed, moves) == (before, [])
    opened, moves = after(["down"], closed, from_min=900)
    assert (opened.state, shortened(moves)) == ("down", ["up-down"])


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "sip", "command"])
@pytest.mark.parametrize("state", ["down", "busy", "degraded", "unknown"])
@pytest.mark.parametrize("before", [["up"], ["down"] * 3, ["busy"], ["degraded"], []])
def test_outside_hours_on_hold_or_in_maintenance_no_kind_changes_anything(kind, state, before):
    """While closed only a success counts, in every state."""
    start, _ = after(before)
    for minutes in range(30, 150, 5):
        reading = look(state, minutes, kind=kind)
        assert add(start, reading, SETTINGS, is_closed=True) == (start, None)
    up = look("up", 150, kind=kind)
    assert add(start, up, SETTINGS, is_closed=True)[0] != start


def test_thresholds_are_settings():
    """One failure and one success suffice if the file says so."""
    hasty = CheckSettings(failures=1, successes=1)
    assert shortened(after(["up", "down", "up", "degraded"], settings=hasty)[1]) == [
        "up-down", "down-up", "up-degraded flapping",
    ]  # fmt: skip


def test_flapping_is_reported_once_when_it_begins_and_once_when_it_is_over():
    """During flapping the state moves without reports; the end reports the state."""
    watched, moves = after(["up"] * 21)
    flapping, moves = after((["down"] * 3 + ["up"] * 2) * 20, watched)
    assert shortened(moves) == ["up-down", "down-up", "up-down flapping"]
    assert flapping.is_flapping
    calm, moves = after(["up"] * 20, flapping)
    assert (moves, calm.is_flapping) == ([], True)
    calm, moves = after(["up"] * 2, calm)
    assert shortened(moves) == ["up-up"]
    assert (calm.is_flapping, moves[0].is_flapping) == (False, False)


def test_the_weights_are_those_of_nagios():
    """Of 20 changes the oldest weighs 0.75 and the newest 1.25; 30 % begin and 20 % end it."""
    from dispatch_cli.availability import hard_states

    for age in range(20):
        assert hard_states._WEIGHTS[age] / 76 == pytest.approx(1.25 - age * 0.5 / 19)
    assert sum(hard_states._WEIGHTS) == 20 * 76
    assert (hard_states._STARTS_AT / 1520, hard_states._ENDS_BELOW / 1520) == (0.3, 0.2)


def test_slow_flapping_shows_in_the_hard_state():
    """Twenty minutes down and twenty up are below 30 %, but the third move is reported."""
    _, moves = after(["up"] + (["down"] * 4 + ["up"] * 4) * 20)
    assert shortened(moves) == ["up-down", "down-up", "up-down flapping"]


def test_a_clock_that_goes_back_leaves_the_newest_look():
    """A check with an earlier time than the last one is still the newest."""
    watched, _ = after(["up", "up"], from_min=600)
    watched, _ = add(watched, look("up", 0), SETTINGS, is_closed=False)
    assert watched.seen_at == NOON


def test_history_is_no_longer_than_the_window():
    """After any number of samples 21 bits are kept."""
    watched, _ = after(["down"] * 100, Watched(provider="huber"))
    assert watched.samples == 21
    assert watched.history == 2**21 - 1
    assert replace(watched, moves=0) == watched
