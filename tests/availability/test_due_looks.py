"""Checks with an interval: when they are due, and what holds until then."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.availability.due_looks import (
    due_probes,
    kept_readings,
    key_of,
    keys_of,
    looks_to_keep,
)
from dispatch_cli.model.check import Probe

from .looks import NOON, look

PORT = Probe(kind="tcp", host="huber.example", port=443, is_trusted=True)
DAILY = Probe(kind="tls", host="huber.example", port=443, every_min=1440, is_trusted=True)
PROBES = {"huber": (DAILY, PORT)}
KEY = key_of("huber", DAILY)


@pytest.mark.parametrize(
    ("age", "is_due"),
    [
        (None, True), (timedelta(0), False), (timedelta(hours=23), False),
        (timedelta(hours=24, seconds=-29), True), (timedelta(hours=24, seconds=-31), False),
        (timedelta(days=3), True), (timedelta(hours=-1), True),
    ],
)  # fmt: skip
def test_a_look_is_due_after_its_interval(age, is_due: bool) -> None:
    """It is due from half a minute before, without a last look, and after a clock set back."""
    last = {} if age is None else {KEY: replace(look(), at=NOON - age)}
    due = due_probes(PROBES, last, NOON)
    assert due == {"huber": (DAILY, PORT) if is_due else (PORT,)}


def test_a_provider_without_a_due_check_is_left_out() -> None:
    """It has no sample in this run."""
    assert due_probes({"huber": (DAILY,)}, {KEY: look()}, NOON) == {}


def test_a_changed_check_is_due_and_another_interval_is_not() -> None:
    """The key depends on what is looked at, not on the interval or on the trust."""
    assert key_of("huber", replace(DAILY, every_min=5.0, is_trusted=False)) == KEY
    others = [replace(DAILY, port=8443), replace(DAILY, certificate_days=3)]
    assert len({KEY, key_of("ilm", DAILY), *(key_of("huber", each) for each in others)}) == 4


def test_the_last_result_holds_as_of_this_run() -> None:
    """The kept reading has the time of the run, so that it does not make the sample stale."""
    old = look("degraded", -600, kind="tls")
    now = look("up", 0)
    due = {"huber": (PORT,)}
    assert kept_readings(PROBES, due, {KEY: old}, [now]) == [replace(old, at=now.at)]
    assert kept_readings(PROBES, due, {KEY: old}, []) == []
    assert kept_readings(PROBES, PROBES, {KEY: old}, [old, now]) == []


@pytest.mark.parametrize("state", ["down", "unknown"])
def test_a_look_without_an_answer_is_repeated_by_the_next_run(state: str) -> None:
    """One failure of a daily check, or a secret that was not set, does not hold for a day."""
    due = due_probes(PROBES, {KEY: replace(look(state), at=NOON)}, NOON + timedelta(minutes=5))
    assert due == PROBES


@pytest.mark.parametrize("now", [look("down", 0), look("unknown", 0), look("up", 0, fault="lag")])
def test_a_kept_result_does_not_count_without_an_answer_in_this_run(now) -> None:
    """This morning's certificate does not keep a provider from being down, or up to date."""
    assert kept_readings(PROBES, {"huber": (PORT,)}, {KEY: look("up", -600)}, [now]) == []


def test_only_looks_with_an_interval_are_kept_each_under_its_check() -> None:
    """Of two readings that of the daily check is kept; one of our own fault, or a part, is not."""
    tls, tcp = look("up", kind="tls"), look("down", kind="tcp")
    assert looks_to_keep(PROBES, [tls, tcp], ()) == {KEY: tls}
    assert looks_to_keep(PROBES, [tls, tcp], ("huber",)) == {}
    assert looks_to_keep(PROBES, [replace(tls, fault="lag"), tcp], ()) == {}
    assert list(looks_to_keep(PROBES, [replace(tls, fault="route"), tcp], ())) == [KEY]
    refused = replace(DAILY, allow_private=True, is_trusted=False)
    probes = {"huber": (refused, replace(DAILY, is_trusted=False))}
    # The reading of a refused check comes last.
    assert looks_to_keep(probes, [tls, look("unknown", kind="tls")], ()) == {KEY: tls}


def test_the_keys_of_a_file_are_those_with_an_interval() -> None:
    """A check of every run has no stored look."""
    assert keys_of(PROBES) == {KEY}
