"""Change the hard state of a provider by samples, and decide which changes are reported."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from ..messages import Message
from ..model.check import CheckSettings, Move, Reading, Watched, is_reported_change
from ..model.provider import CheckState
from ..model.stored_sentences import restored_sentence, stored_sentence
from .samples import values_at

WINDOW = 21
"""Number of samples that are searched for flapping, as in Nagios."""

# Nagios weighs each change between two neighbours of the window, the oldest with 0.75 and the
# newest with 1.25, and takes their share of 20. In 76ths the weights are whole: 57, 59, … 95.
_WEIGHTS = tuple(57 + 2 * age for age in reversed(range(WINDOW - 1)))
_STARTS_AT = 456  # 30 % of 20 changes
_ENDS_BELOW = 304  # 20 %
_MOVES_START = 3
_NEWEST = (1 << 10) - 1  # the samples that must be equal before flapping ends
_MASK = (1 << WINDOW) - 1


def advance(
    watched: Watched, sample: Reading, settings: CheckSettings, *, is_closed: bool
) -> tuple[Watched, Move | None]:
    """Add one sample; returns the new state, and the move to report, if any.

    ``sample`` comes from ``samples.combine_readings``, which has checked the age of feeds.
    ``is_closed`` means outside the opening hours, on hold or in maintenance: then only a success
    counts, and all other samples leave the state as it is, so that streaks continue after opening.
    An unknown sample, or one with a fault of the observer, never counts; the reason of an unknown
    one is kept until there is a result. A failure within ``apart_s`` of the last counted one is the
    same failure, so that three looks within seconds are one.
    """
    if watched.state == "unknown" and sample.state == "unknown" and not sample.fault:
        return replace(watched, why=stored_sentence(sample.why)), None
    if sample.fault or sample.state == "unknown" or (is_closed and sample.state != "up"):
        return watched, None
    has_failed = sample.state == "down"
    if has_failed and _is_same_failure(watched, sample, settings):
        return watched, None
    failures = watched.failures + 1 if has_failed else 0
    successes = 0 if has_failed else watched.successes + 1
    same = watched.same + 1 if sample.state == watched.last else 1
    streak = failures if has_failed else successes if watched.state == "down" else same
    state = _hard(watched.state, sample.state, streak, settings)
    is_reported = is_reported_change(watched.state, state)
    history = (watched.history << 1 | has_failed) & _MASK
    samples = min(WINDOW, watched.samples + 1)
    moves = (watched.moves << 1 | is_reported) & _MASK
    is_flapping = _is_flapping(watched.is_flapping, history, samples, moves)
    after = replace(
        watched,
        failures=failures,
        successes=successes,
        last=sample.state,
        same=same,
        history=history,
        samples=samples,
        moves=moves,
        is_flapping=is_flapping,
        failed_at=sample.at if has_failed else watched.failed_at,
        first_at=watched.first_at or sample.at,
        **_confirmed_fields(watched, sample, state, failures),
    )
    if is_flapping == watched.is_flapping and (is_flapping or not is_reported):
        return after, None
    return after, Move(
        provider=after.provider,
        at=sample.at,
        before=watched.state,
        after=state,
        why=restored_sentence(after.why),
        is_flapping=is_flapping,
    )


def _is_same_failure(watched: Watched, sample: Reading, settings: CheckSettings) -> bool:
    """Return whether a failed look follows a failed one too soon to be another failure.

    A clock that was set back does not hide failures.
    """
    if watched.last != "down" or watched.failed_at is None:
        return False
    return timedelta() <= sample.at - watched.failed_at < timedelta(seconds=settings.apart_s)


def _hard(
    state: CheckState, sample: CheckState, streak: int, settings: CheckSettings
) -> CheckState:
    """Return the hard state after a streak of failures, successes or equal samples.

    The first state is unknown, and one success replaces it.
    """
    if sample == "down":
        return sample if streak >= settings.failures else state
    return sample if state == "unknown" or streak >= settings.successes else state


def _confirmed_fields(
    watched: Watched, sample: Reading, state: CheckState, failures: int
) -> dict[str, Any]:
    """Return the fields that a sample updates if it agrees with the hard state.

    The number of free units changes with each sample, without a threshold. A failure that is not
    hard yet updates nothing, so that an older success becomes stale in time.
    """
    has_failed = sample.state == "down"
    if has_failed != (state == "down"):
        return {"why": ""} if state == "unknown" else {}
    facts: dict[str, Any] = {
        "seen_at": sample.at if has_failed else values_at(sample),
        "free": None if has_failed else sample.free,
        "wait_min": None if has_failed else sample.wait_min,
        "valid_until": None if has_failed else sample.valid_until,
    }
    if state != watched.state:
        facts.update(state=state, since=sample.at)
    if sample.state == state:
        counted = Message("{why}, {count} x", why=sample.why, count=failures)
        facts["why"] = stored_sentence(counted if has_failed else sample.why)
    return facts


def _is_flapping(was_flapping: bool, history: int, samples: int, moves: int) -> bool:
    """Return whether a state flaps, by Nagios' share of changes or by moves of the hard state.

    Moves show slow flapping. It ends when the share is low, the state has not moved in the whole
    window, and the newest samples are equal. Without the last condition, one failure in eight
    would cross both thresholds again and again.
    """
    changes = (history ^ history >> 1) & ((1 << (samples - 1)) - 1)
    weight = sum(each for age, each in enumerate(_WEIGHTS) if changes >> age & 1) if changes else 0
    if was_flapping:
        return weight >= _ENDS_BELOW or moves != 0 or changes & _NEWEST != 0
    return weight >= _STARTS_AT or moves.bit_count() >= _MOVES_START
