"""A shift of two hours with interruptions: no caller is lost, and each promise has a deadline."""

import pytest

from .shift import Shift

SIZES = [pytest.param(8, 3, id="few"), pytest.param(40, 8, id="many", marks=pytest.mark.ci)]


@pytest.mark.parametrize(("calls", "shifts"), SIZES)
def test_every_call_of_a_shift_is_a_case_or_parked_or_discarded(tmp_path, calls, shifts):
    """With dying terminals and firms that ring back, every call and every promise is kept."""
    seen = 0
    for seed in range(shifts):
        shift = Shift(tmp_path / f"{seed}.sqlite3", seed)
        shift.run(calls)
        assert len(shift.callers) == calls
        assert shift.lost == []
        problems = {
            name: shift.seen[name] for name in ("doubled", "forgotten", "without a deadline")
        }
        assert problems == {"doubled": 0, "forgotten": 0, "without a deadline": 0}
        seen += shift.seen["died"]
    assert seen >= shifts  # terminals died


def test_without_drafts_callers_are_lost(tmp_path):
    """Control: calls that are only in the memory of a terminal are lost."""
    shift = Shift(tmp_path / "log.sqlite3", 1, drafts=False)
    shift.run(12)
    assert shift.lost


def test_without_told_states_promises_are_forgotten(tmp_path):
    """Control: if an acceptance counts as told, drivers without an address are in no list."""
    shift = Shift(tmp_path / "log.sqlite3", 1, told=False)
    shift.run(12)
    assert shift.seen["forgotten"]
