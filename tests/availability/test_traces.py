"""Thousands of samples against a reference of thirty lines, with the number of reports."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch_cli.availability.hard_states import advance
from dispatch_cli.model.check import Watched

from .looks import SETTINGS, look

SAMPLES = 10_000
# All looks have the same time here, and each failure counts.
EACH_COUNTS = replace(SETTINGS, apart_s=0.0)
LOOKS = {state: look(state) for state in ("up", "busy", "degraded", "down")}
PATTERNS = [(1, 1), (2, 1), (1, 2), (3, 2), (3, 3), (4, 4), (5, 3), (7, 7), (10, 10)]


WEIGHTS = [0.75 + 0.5 * age / 19 for age in range(20)]


def reference(samples, *, is_damped=True):
    """Return hard state, flapping and reports after each sample, by the docs."""
    state, is_flapping, failures, news, found = "unknown", False, [], [], []
    for place, sample in enumerate(samples):
        before, last = state, samples[max(0, place - 2) : place]
        if sample == "down":
            state = "down" if last == ["down", "down"] else state
        elif state == "unknown":
            state = sample
        elif state == "down":
            state = sample if last[-1] != "down" else state
        elif last[-1] == sample:
            state = sample
        is_news = before != state and not {before, state} <= {"up", "busy", "unknown"}
        failures, news = [*failures[-20:], sample == "down"], [*news[-20:], is_news]
        pairs = zip(WEIGHTS[21 - len(failures) :], pairwise(failures), strict=True)
        share = round(sum([weight for weight, (one, other) in pairs if one != other]), 9)
        was_flapping = is_flapping
        if is_flapping:
            is_flapping = share >= 4 or any(news) or len(set(failures[-11:])) > 1
        else:
            is_flapping = is_damped and (share >= 6 or sum(news) >= 3)
        is_told = is_flapping != was_flapping or (is_news and not is_flapping)
        found.append((state, is_flapping, is_told))
    return found


def advanced(samples):
    """Return the same from the program."""
    watched, found = Watched(provider="huber"), []
    for sample in samples:
        watched, move = advance(watched, LOOKS[sample], EACH_COUNTS, is_closed=False)
        found.append((watched.state, watched.is_flapping, move is not None))
    return found


def calm(rng):
    """Make hours of successes with single failures at most."""
    length = rng.randrange(45, 200)
    samples = ["up"] * length
    if rng.random() < 0.5:
        samples[rng.randrange(25, length - 15)] = "down"
    return samples


def flapping(rng):
    """Make alternating successes and failures, by a pattern or at random."""
    length = rng.randrange(200, 900)
    if rng.random() < 0.4:
        down, up = rng.choice(PATTERNS)
        return ((["down"] * down + ["up"] * up) * length)[:length]
    chance, state, samples = rng.uniform(0.3, 0.95), "down", []
    for _ in range(length):
        if rng.random() < chance:
            state = "up" if state == "down" else "down"
        samples.append(state)
    return samples


def trace(rng):
    """Make phases one after another, each with its name: calm, a true failure, calm, flapping, …"""
    phases, length = [("calm", ["up"] * 30)], 30
    while length < SAMPLES:
        for name, samples in (
            ("failure", ["down"] * rng.randrange(3, 80)),
            ("calm", calm(rng)),
            ("flapping", flapping(rng)),
            ("calm", calm(rng)),
        ):
            phases.append((name, samples))
            length += len(samples)
    return phases


def flips_of(samples):
    """Count the changes between success and failure."""
    return sum(one != other for one, other in pairwise(samples))


@pytest.mark.parametrize(
    "seeds", [range(8), *(pytest.param(range(n, n + 50), marks=pytest.mark.ci)
                          for n in range(0, 1000, 50))]
)  # fmt: skip
def test_traces(seeds):
    """The states equal the reference; a true failure is hard at its third sample.

    A true failure that follows calm is reported once, and so is its end. A phase of flapping has
    reports for at most a tenth of its flips, up to the next true failure.
    """
    undamped = flips = 0
    for number, seed in enumerate(seeds):
        phases = trace(random.Random(seed))
        samples = [sample for _, phase in phases for sample in phase]
        found = advanced(samples)
        assert found == reference(samples)
        raw = reference(samples, is_damped=False) if number % 8 == 0 else None
        place, moves, most = 0, 0, 0
        for (name, phase), (following, _) in pairwise([*phases, ("end", [])]):
            end = place + len(phase)
            if name == "failure":
                assert found[place + 2][0] == "down"
                assert [each[2] for each in found[place:end]] == [n == 2 for n in range(len(phase))]
            elif following == "flapping":
                assert sum(each[2] for each in found[place:end]) == 1  # up again
            elif name == "flapping":
                start = place
            elif place and following in ("failure", "end"):
                moves += sum(each[2] for each in found[start:end])
                most += flips_of(samples[start - 1 : place])
                if raw:
                    undamped += sum(each[2] for each in raw[start:end])
            place = end
        assert moves * 10 <= most, seed
        flips += most if raw else 0
    assert undamped * 10 > flips  # the negative control: without damping it does not hold


@pytest.mark.parametrize("down", range(1, 11))
@pytest.mark.parametrize("up", range(1, 11))
def test_every_pattern_of_short_phases_is_damped(down, up):
    """Alternating phases of up to ten samples give reports for a tenth of the flips at most."""
    samples = ["up"] * 30 + (["down"] * down + ["up"] * up) * 60
    moves = sum(each[2] for each in advanced(samples))
    assert moves * 10 <= flips_of(samples)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(LOOKS)), st.integers(1, 12)).map(lambda p: [p[0]] * p[1]),
        max_size=40,
    ).map(lambda runs: [sample for run in runs for sample in run])
)
def test_any_samples_of_all_colours_equal_the_reference(samples):
    """Hard state, flapping and reports of any samples equal the reference."""
    assert advanced(samples) == reference(samples)
