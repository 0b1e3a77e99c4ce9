"""Detect that the observer is offline, and still find real outages."""

import random

import pytest
from msgspec.structs import replace

from dispatch_cli.availability.hard_states import advance
from dispatch_cli.availability.observer import attributed, observer_fault
from dispatch_cli.availability.samples import combine_readings
from dispatch_cli.model.check import Watched

from .looks import SETTINGS, look

FIRMS = [f"firm{number}" for number in range(12)]


def look_at(firm, state="up", minutes=0.0, **facts):
    """Make a check of a firm's own server."""
    return look(state, minutes, provider=firm, host=f"www.{firm}.example", **facts)


def test_a_reference_target_that_is_down_decides():
    """Without the reference the observer is offline, with any results of the checks."""
    assert "reference" in str(observer_fault([look_at("firm1")], reference_ok=False))
    assert "reference" in str(observer_fault([], reference_ok=False))


@pytest.mark.parametrize("fault", ["resolver", "route"])
def test_faults_in_several_unrelated_providers_are_the_observers(fault):
    """Two names or routes of ten are a fault of the observer, one is the firm's failure."""
    for broken, is_ours in ((0, False), (1, False), (2, True), (10, True)):
        looks = [look_at(firm, "down", fault=fault) for firm in FIRMS[:broken]]
        looks += [look_at(firm) for firm in FIRMS[broken:10]]
        assert bool(observer_fault(looks, reference_ok=None)) is is_ours, broken


def test_few_of_many_are_their_own():
    """Two abandoned domains among sixty firms are failures of these two."""
    looks = [look(provider=f"p{n}", host=f"p{n}.example") for n in range(58)]
    looks += [look_at(firm, "unknown", fault="resolver") for firm in FIRMS[:2]]
    assert observer_fault(looks, reference_ok=None) == ""


def test_a_reference_that_is_reached_decides_the_other_way():
    """If the reference answers, twelve firms that fail together are down."""
    for fault in ("", "route", "resolver"):
        looks = [look_at(firm, "down", fault=fault) for firm in FIRMS]
        assert observer_fault(looks, reference_ok=None)
        assert observer_fault(looks, reference_ok=True) == ""


def test_a_reference_by_address_says_nothing_of_names():
    """If only names cannot be resolved, it is a fault of the observer."""
    looks = [look_at(firm, "down", fault="resolver") for firm in FIRMS]
    assert "names" in str(observer_fault(looks, reference_ok=True, reference_is_named=False))


def test_related_hosts_are_one_cause():
    """Six firms at one portal with a missing name count as one failure."""
    looks = [
        look("down", provider=f"p{n}", host=f"p{n}.portal.example", fault="resolver")
        for n in range(6)
    ]
    assert observer_fault(looks, reference_ok=None) == ""
    for one, other in (("10.0.0.1", "10.0.0.2"), ("a.firm.co.uk", "b.firm.co.uk")):
        pair = [look("down", host=one, fault="route"), look("down", host=other, fault="route")]
        assert observer_fault(pair, reference_ok=None) == ""
    for one, other in (("10.0.0.1", "10.0.1.1"), ("a.co.uk", "b.co.uk"), ("::1", "::2"), ("", "")):
        pair = [
            look("down", provider=provider, host=host, fault="route")
            for provider, host in (("a", one), ("b", other))
        ]
        assert observer_fault(pair, reference_ok=None) != ""


def test_unrelated_providers_that_fail_together():
    """The observer is offline if most providers not yet down, and at least three, fail together."""

    def looks(failing, of):
        return [look_at(firm, "down" if n < failing else "up") for n, firm in enumerate(FIRMS[:of])]

    assert observer_fault(looks(2, 2), reference_ok=None) == ""
    assert "3 of 3" in str(observer_fault(looks(3, 3), reference_ok=None))
    assert observer_fault(looks(6, 12), reference_ok=None) == ""
    assert "7 of 12" in str(observer_fault(looks(7, 12), reference_ok=None))
    assert observer_fault(looks(7, 12), reference_ok=None, known_down=FIRMS[:5]) == ""


def test_one_answer_proves_name_and_way():
    """A host that answers one check does not count as failing."""
    looks = [look_at(firm, "down", fault="route") for firm in FIRMS[:2]]
    looks += [look_at(firm, kind="sip") for firm in FIRMS[:2]]
    assert observer_fault(looks, reference_ok=None) == ""
    assert observer_fault(looks[::-1], reference_ok=None) == ""


def test_commands_and_lag_do_not_count():
    """Commands, and checks that were late, do not show that the observer is offline."""
    looks = [look_at(firm, "down", kind="command") for firm in FIRMS]
    looks += [look_at(firm, "unknown", fault="lag") for firm in FIRMS]
    assert observer_fault(looks, reference_ok=None) == ""
    by_address = [look("down", provider=f, host=f"192.0.{n}.1", fault="") for n, f in
                  enumerate(FIRMS)]  # fmt: skip
    by_address += [look_at("x", "down", fault="resolver"), look_at("y", "down", fault="resolver")]
    assert "names" in str(observer_fault(by_address, reference_ok=None))


def test_blame():
    """Once the observer is online, a missing name or route is a failure of the provider."""
    for fault, state in (("resolver", "down"), ("route", "down"), ("lag", "unknown")):
        reading = look("unknown", fault=fault)
        blamed = attributed(reading)
        assert blamed.state == state
        assert (blamed.fault == "") is (state == "down")
    assert attributed(look("up")) == look("up")


def run_of(firms, minutes, blackout, really_down, rng):
    """Make the checks of one run with some parts of the network cut off."""
    looks = []
    for firm in firms:
        if blackout == "resolver":
            looks.append(look_at(firm, "unknown", minutes, fault="resolver"))
        elif blackout == "route":
            looks.append(look_at(firm, "down", minutes, fault="route"))
        elif blackout == "both":
            fault = rng.choice(["resolver", "route"])
            looks.append(look_at(firm, "down", minutes, fault=fault))
        elif blackout == "silence":
            looks.append(look_at(firm, "down", minutes, why="timed out"))
        else:
            looks.append(look_at(firm, "down" if firm in really_down else "up", minutes))
    return looks


@pytest.mark.parametrize("reference_ok", [None, False])
@pytest.mark.parametrize("runs", [20, pytest.param(200, marks=pytest.mark.ci)])
def test_blackout(reference_ok, runs):
    """A blackout of name, route or both changes no state; a real outage is found afterwards.

    The outage begins in the middle of the blackout; its third run after that finds it, and it
    alone. Without the guard all providers would be down (the negative control).
    """
    rng = random.Random(7)
    states = {firm: Watched(provider=firm) for firm in FIRMS}
    unguarded = dict(states)
    moves, unguarded_moves = [], []

    def check(number, blackout, really_down=()):
        looks = run_of(FIRMS, 5 * number, blackout, really_down, rng)
        down = [firm for firm, each in states.items() if each.state == "down"]
        offline = observer_fault(
            looks, reference_ok=reference_ok if blackout else True, known_down=down
        )
        assert bool(offline) is bool(blackout), (number, blackout)
        for each in looks:
            sample = combine_readings([attributed(each)], SETTINGS)
            after, move = advance(unguarded[each.provider], sample, SETTINGS, is_closed=False)
            unguarded[each.provider] = after
            unguarded_moves.extend([move] if move else [])
            if not offline:
                after, move = advance(states[each.provider], sample, SETTINGS, is_closed=False)
                states[each.provider] = after
                moves.extend([move] if move else [])

    for number in range(30):
        check(number, "")
    before = dict(states)
    for number in range(30, 30 + runs):
        check(number, rng.choice(["resolver", "route", "both", "silence"]))
    assert (states, moves) == (before, [])
    for number in range(30 + runs, 33 + runs):
        check(number, "", {"firm3"})
    assert [(move.provider, move.after) for move in moves] == [("firm3", "down")]
    assert {each.state for firm, each in states.items() if firm != "firm3"} == {"up"}
    assert len(unguarded_moves) >= len(FIRMS)


def test_an_outage_that_begins_in_a_flickering_blackout_is_found():
    """With every second run offline, a firm that fails all others is down at the third."""
    states = {firm: replace(Watched(provider=firm), state="up") for firm in FIRMS}
    found = []
    for number in range(6):
        looks = run_of(FIRMS, 5 * number, "route" if number % 2 else "", {"firm3"}, random)
        if observer_fault(looks, reference_ok=None):
            continue
        for each in looks:
            states[each.provider], move = advance(
                states[each.provider], attributed(each), SETTINGS, is_closed=False
            )
            found += [(number, move.provider, move.after)] if move else []
    assert found == [(4, "firm3", "down")]
