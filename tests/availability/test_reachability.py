"""Combine checks and reports at a moment: staleness, precedence, and the ranking."""

from datetime import timedelta

import pytest

from dispatch_cli.availability import ASKED_AGAIN, Reachability, fresh_at, reachability_at
from dispatch_cli.model import Known
from dispatch_cli.model.check import (
    BY_PHONE,
    Checking,
    CheckSettings,
    Maintenance,
    PhoneReport,
    Watched,
)

from .. import worlds
from .looks import MINUTE, NOON, SETTINGS, add, after, look

YEAR = timedelta(days=365)


def seen(state="up", minutes=0, **facts):
    """Make the state of a provider after one check, or three failures."""
    watched = Watched(provider="huber")
    if state == "down":
        watched, _ = after(["down"] * 2, from_min=minutes - 10)
    return add(watched, look(state, minutes, **facts), SETTINGS, is_closed=False)[0]


def said(minutes=0, until=60, **facts):
    """Make a report some minutes after noon."""
    return PhoneReport(
        **{
            "provider": "huber",
            "at": NOON + minutes * MINUTE,
            "until": NOON + until * MINUTE,
            "free": 2,
            **facts,
        }
    )


def at(minutes, watched=None, report=None, settings=SETTINGS):
    """Return the reachability some minutes after noon, at that moment."""
    return of(minutes, minutes, watched, report, settings)


def of(moment, now, watched=None, report=None, settings=SETTINGS):
    """Return the reachability at one moment as known at another, in minutes after noon."""
    known = Known(watched=watched, report=report)
    return reachability_at(known, NOON + moment * MINUTE, NOON + now * MINUTE, settings)


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "sip", "command"])
@pytest.mark.parametrize("state", ["up", "busy", "degraded", "down"])
@pytest.mark.parametrize(
    ("facts", "holds_min"),
    [
        ({}, 30),
        ({"as_of": NOON - 20 * MINUTE}, 10),
        ({"as_of": NOON + MINUTE}, 30),
        ({"valid_until": NOON + 4 * MINUTE}, 4),
        ({"valid_until": NOON + YEAR}, 30),
        ({"as_of": NOON - 29 * MINUTE, "valid_until": NOON + 20 * MINUTE}, 1),
    ],
)
def test_every_kind_is_unknown_once_its_time_is_over(kind, state, facts, holds_min):
    """A state from noon is valid until its end, and unknown at any moment after it.

    This includes moments before the look, after the clock was set back. A failure ends only by its
    age.
    """
    watched = seen(state, kind=kind, free=2 if kind == "http" else None, **facts)
    if state == "down":
        holds_min = 30
    holds = [at(minutes, watched).state for minutes in range(holds_min)]
    shown = "up" if state == "busy" and kind == "http" else state  # two units are free, after all
    assert holds == [shown] * holds_min
    spoken_min = (watched.seen_at - NOON) / MINUTE
    for minutes in (*range(holds_min, 200), 1e4, 1e6, spoken_min - 3, -60, -1e6):
        assert at(minutes, watched).state == "unknown", minutes


def test_a_stale_state_says_since_when():
    """A stale state is unknown since the moment at which the last check ended."""
    assert at(40, seen()).since == NOON + 30 * MINUTE
    ended = at(40, seen(valid_until=NOON + 4 * MINUTE))
    assert (ended.state, ended.since) == ("unknown", NOON + 4 * MINUTE)
    assert at(0, Watched(provider="huber")).state == "unknown"


@pytest.mark.parametrize("ahead", [3, 60, 1e6])
def test_a_feed_from_the_future_keeps_no_provider_up(ahead):
    """A feed whose clock is ahead becomes unknown once the last valid one has ended."""
    watched = seen()
    for minutes in range(5, 60, 5):
        feed = look("up", minutes, free=1, as_of=NOON + (minutes + ahead) * MINUTE)
        watched, _ = add(watched, feed, SETTINGS, is_closed=False)
        assert at(minutes, watched).state == ("up" if minutes < 30 else "unknown")


def test_a_frozen_feed_that_is_still_served():
    """A feed that still serves its values of noon is unknown from half past on."""
    watched = Watched(provider="huber")
    for minutes in range(0, 120, 5):
        feed = look("up", minutes, free=1, as_of=NOON)
        watched, _ = add(watched, feed, SETTINGS, is_closed=False)
        assert at(minutes, watched).state == ("up" if minutes < 30 else "unknown")


def test_a_report_holds_until_its_end_and_is_unknown_for_a_day():
    """A report of 2 free until 13:00 then shows "report ended", and is ignored a day later."""
    report = said()
    assert at(59, report=report) == Reachability(
        state="up", free=2, since=NOON, why=BY_PHONE, source="phone"
    )
    for minutes in (60, 61, 600, 60 + ASKED_AGAIN / MINUTE - 1):
        ended = at(minutes, report=report)
        assert (ended.state, ended.since) == ("unknown", NOON + 60 * MINUTE)
    assert at(60 + ASKED_AGAIN / MINUTE, report=report) is None
    assert at(-3, report=report).state == "unknown"  # the clock has gone back
    assert at(-1, report=report).state == "up"


def test_a_report_of_no_free_unit_is_a_wait_until_its_end():
    """At 12:20 a report of 0 free until 13:00 is a wait of 40 minutes, not "no unit"."""
    for report in (said(free=0, state="busy"), said(free=None, state="busy")):
        found = at(20, report=report)
        assert (found.state, found.free, found.wait_min) == ("busy", 0, 40.0)


def test_what_was_said_wins_until_it_ends():
    """A report overrides the checks before and after it."""
    report = said()
    for state in ("up", "busy", "degraded"):
        for minutes in (-5, 5):
            assert at(10, seen(state, minutes, free=0), report).free == 2
    assert at(10, seen("down", -5), report).state == "up"
    assert at(10, seen("up", 5), said(free=None, state="down")).state == "down"
    assert at(70, seen("down", 65), report).state == "down"
    assert at(70, seen("up", 65), report).state == "up"
    assert at(150, seen("up", 65), report).state == "unknown"
    assert at(50, seen("up", 0), report).state == "up"  # the look is stale, the word is not


def test_a_hard_down_after_the_report_wins():
    """A report of noon is overridden at 12:15 by the third failure in a row."""
    assert at(16, seen("down", 15), said()).state == "down"


def test_who_names_no_units_has_those_of_the_feed():
    """A report without a number keeps the units of the feed."""
    found = at(10, seen("up", 5, free=3), said(free=None))
    assert (found.state, found.free, str(found.why)) == ("up", 3, "reported by phone")
    found = at(10, seen("busy", 5, free=0, wait_min=25.0), said(free=None))
    assert (found.state, found.wait_min) == ("busy", 20.0)  # 25 minutes from the look


def test_units_for_the_ranking():
    """No free unit without a known end is only "busy", and the file's busy_wait_min is the wait.

    A known wait is counted from the look.
    """
    assert at(1, seen("busy")) == Reachability(state="busy", since=NOON, why="0 free")
    found = at(1, seen("busy", free=0))
    assert (found.state, found.free, found.wait_min) == ("busy", None, None)
    found = at(1, seen("busy", wait_min=20.0))
    assert (found.state, found.free, found.wait_min) == ("busy", 0, 19.0)
    found = at(1, seen("up", free=0, wait_min=20.0))
    assert (found.state, found.free, found.wait_min) == ("busy", 0, 19.0)
    found = at(25, seen("busy", wait_min=20.0))
    assert (found.state, found.free, found.wait_min) == ("busy", 0, 0.0)
    found = at(1, seen("busy", free=2))
    assert (found.state, found.free) == ("up", 2)
    assert at(1, seen("degraded", free=2)).state == "degraded"


def test_states_count_only_for_incidents_near_to_now():
    """Today's outage does not exclude a firm next week; "near" is a setting."""

    def is_down(minutes, settings=SETTINGS):
        return of(minutes, 0, seen("down"), settings=settings) is not None

    assert all(map(is_down, (0, 59.9, -60)))
    assert not any(map(is_down, (60, 7 * 24 * 60, -60.1)))
    assert is_down(90, CheckSettings(near_min=120))


@pytest.mark.parametrize("near_min", [1, 600])
def test_a_known_end_counts_for_every_incident_before_it(near_min):
    """Busy until 13:00: the wait counts from the incident on, and ends at 13:00."""
    settings = CheckSettings(near_min=near_min)

    def waits(minutes):
        watched, report = seen("busy", wait_min=60.0), said(free=0, state="busy")
        found = [
            of(minutes, 0, watched, settings=settings),
            of(minutes, 0, report=report, settings=settings),
        ]
        return [one.wait_min for one in found if one and one.wait_min]

    assert waits(0) == [60.0, 60.0]
    assert waits(15) == [45.0, 45.0]
    assert waits(58.5) == [1.5, 1.5]
    assert waits(60) == waits(61) == []


@pytest.mark.parametrize("minutes", [29.9, 30, 30.1, -1.9, -2, -2.1])
def test_fresh_is_what_is_not_stale(minutes):
    """A check is fresh at exactly the moments at which it is not unknown."""
    first, last = fresh_at(NOON + minutes * MINUTE, SETTINGS)
    assert (first <= NOON <= last) == (at(minutes, seen()).state == "up")


def test_an_ended_report_says_nothing_of_tomorrow():
    """An ended report makes a firm unknown near to now, and is ignored further ahead."""
    assert of(70, 70, report=said()).state == "unknown"
    assert of(70 + 1440, 70, report=said()) is None


@pytest.mark.parametrize(
    ("minutes", "name", "covered"),
    [
        (-1, "huber", False),
        (0, "huber", True),
        (59, "huber", True),
        (60, "huber", False),
        (0, "night", True),
        (0, "maier", False),
        (0, None, True),
    ],
)
def test_a_maintenance_covers_its_providers_from_its_beginning_to_its_end(minutes, name, covered):
    """A maintenance includes its start and not its end; without names it covers all providers."""
    provider = worlds.provider("huber", tags=frozenset({"night"}))
    window = Maintenance(
        start=NOON, until=NOON + 60 * MINUTE, providers=() if name is None else (name,)
    )
    found = Checking(maintenance=(window,)).maintenance_of(provider, NOON + minutes * MINUTE)
    assert found == (window if covered else None)


def test_only_up_is_believed_during_a_maintenance():
    """During maintenance only a successful look and a report count."""
    window = Maintenance(start=NOON, until=NOON + 60 * MINUTE)
    for state in ("down", "degraded", "busy"):
        known = Known(watched=seen(state), maintenance=window)
        found = reachability_at(known, NOON, NOON, SETTINGS)
        assert (found.state, str(found.why), found.since) == ("unknown", "maintenance", NOON)
        later = NOON + timedelta(days=1)
        assert reachability_at(known, later, NOON, SETTINGS) is None
    up = Known(watched=seen("up"), maintenance=window)
    assert reachability_at(up, NOON, NOON, SETTINGS).state == "up"
    stale = reachability_at(up, NOON + 40 * MINUTE, NOON + 40 * MINUTE, SETTINGS)
    assert (stale.state, str(stale.why)) == ("unknown", "maintenance")
    known = Known(watched=seen("down"), maintenance=window, report=said())
    assert reachability_at(known, NOON, NOON, SETTINGS).free == 2
