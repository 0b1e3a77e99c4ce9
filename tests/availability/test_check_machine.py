"""Random checks, closings, reports and clock jumps, against a model with simple lists."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from dispatch_cli.availability import ASKED_AGAIN, reachability_at
from dispatch_cli.availability.samples import combine_readings
from dispatch_cli.model import Known
from dispatch_cli.model.check import PhoneReport, Watched
from dispatch_cli.model.stored_sentences import stored_sentence

from .looks import MINUTE, NOON, SETTINGS, add, look

STALE = timedelta(minutes=30)
STATES = st.sampled_from(["up", "up", "busy", "degraded", "down", "down", "unknown"])


class Watching(RuleBasedStateMachine):
    """A provider with random checks and reports; the model stores no derived state."""

    def __init__(self):
        super().__init__()
        self.now = NOON
        self.watched = Watched(provider="huber")
        self.report = None
        self.counted: list[str] = []
        self.counted_at = self.now
        self.successes: list[tuple] = []  # moment spoken of, end
        self.hard_down_at = None
        self.failed_at = None

    @rule(
        state=STATES,
        fault=st.sampled_from(["", "", "", "", "lag", "resolver"]),
        is_closed=st.sampled_from([False, False, False, True]),
        age_min=st.sampled_from([None, None, 0, 10, 29, 31, 500, -1, -10]),
        left_min=st.sampled_from([None, None, 0, 3, 20, 900, -5]),
    )
    def looked_at(self, state, fault, is_closed, age_min, left_min):
        as_of = None if age_min is None else self.now - age_min * MINUTE
        until = None if left_min is None else self.now + left_min * MINUTE
        reading = look(state, at=self.now, fault=fault, as_of=as_of, valid_until=until)
        before = self.watched
        self.watched, move = add(before, reading, SETTINGS, is_closed=is_closed)
        is_bad_feed = (age_min is not None and not -2 <= age_min <= 30) or (
            left_min is not None and left_min <= 0
        )
        has_no_result = not fault and (state == "unknown" or is_bad_feed)
        if has_no_result and before.state == "unknown":  # only the reason is kept
            why = stored_sentence(combine_readings([reading], SETTINGS).why)
            assert (self.watched, move) == (replace(before, why=why), None)
            return
        if fault or has_no_result or (is_closed and state != "up"):
            assert (self.watched, move) == (before, None)
            return
        is_same = timedelta() <= self.now - self.counted_at < timedelta(seconds=30)
        if self.counted[-1:] == ["down"] == [state] and is_same:
            assert (self.watched, move) == (before, None)
            return
        self.counted.append(state)
        self.counted_at = self.now
        if state == "down":
            if self.hard_down_at is None and self.counted[-3:] == ["down"] * 3:
                self.hard_down_at = self.now
            if self.hard_down_at is not None:  # each further failure bears it out
                self.failed_at = self.now
        else:
            values_at = self.now if as_of is None else min(as_of, self.now)
            self.successes.append((values_at, until))
            if self.hard_down_at and "down" not in self.counted[-2:]:
                self.hard_down_at = None
        if move is not None and not (move.is_flapping or before.is_flapping):
            assert before.state == move.before != move.after == self.watched.state
        if before.is_flapping and self.watched.is_flapping:
            assert move is None

    @rule(minutes=st.sampled_from([1, 5, 5, 5, 31, 600]))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE

    @rule(minutes=st.sampled_from([-600, -10, -1, 60 * 24 * 365]))
    def the_clock_jumps(self, minutes):
        self.now += minutes * MINUTE

    @rule(
        state=st.sampled_from(["up", "busy", "down"]),
        free=st.sampled_from([None, 1, 3]),
        minutes=st.sampled_from([10, 60, 600]),
    )
    def phoned(self, state, free, minutes):
        self.report = PhoneReport(
            provider="huber",
            at=self.now,
            until=self.now + minutes * MINUTE,
            state=state,
            free=free if state == "up" else None,
        )

    @invariant()
    def hard_down_is_three_failures_and_not_two_successes_since(self):
        assert (self.watched.state == "down") == (self.hard_down_at is not None)

    @invariant()
    def nobody_is_up_without_a_fresh_word(self):
        of = Known(watched=self.watched, report=self.report)
        known = reachability_at(of, self.now, self.now, SETTINGS)
        said = self.report
        holds = bool(said) and said.at <= self.now + 2 * MINUTE and self.now < said.until
        fresh = [
            values_at
            for values_at, until in self.successes[-1:]
            if values_at - 2 * MINUTE <= self.now < values_at + STALE
            and (until is None or self.now < until)
        ]
        if known.state in ("up", "busy", "degraded"):
            assert (holds and said.state != "down") or fresh
        if known.state == "down":
            is_fresh = (
                self.hard_down_at is not None
                and self.failed_at - 2 * MINUTE <= self.now < self.failed_at + STALE
            )
            assert (holds and said.state == "down") or is_fresh
        if holds and said.state == "up" and said.free is not None:
            assert known.state == "up" or (known.state == "down" and self.hard_down_at > said.at)
        if said and self.now >= said.until + ASKED_AGAIN:
            looked = Known(watched=self.watched)
            alone = reachability_at(looked, self.now, self.now, SETTINGS)
            assert known == alone


@pytest.mark.parametrize("examples", [60, pytest.param(1_000, marks=pytest.mark.ci)])
def test_watching(examples):
    """In any order: hard down after three failures, never up without a fresh success."""
    run_state_machine_as_test(
        Watching,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
