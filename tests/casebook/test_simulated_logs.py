"""Desks simulated by the real verbs: the forecast report's intervals hold what is true."""

import re
from pathlib import Path

import pytest

from benchmarks.reliability import MARKS, PAGE, Held, SimulatedDesk, held_by, simulate

LOGS, CASES = 12, 250


@pytest.mark.parametrize("logs", [1, pytest.param(LOGS, marks=pytest.mark.ci)])
def test_the_intervals_hold_the_truth(tmp_path: Path, logs: int) -> None:
    """In at least 90 % of the tenths that are judged, before and after all cases are erased."""
    before, after = simulate(logs, CASES, tmp_path)
    assert before == after
    assert before.intervals >= 2 * logs
    # Of so few intervals as one log has, one may miss.
    assert before.held >= min(0.9 * before.intervals, before.intervals - 1)


def test_an_interval_that_misses_is_counted_as_missed(tmp_path: Path) -> None:
    """The control: a truth that is a quarter lower than what happened lies in hardly any."""
    desk = SimulatedDesk(tmp_path / "cases.sqlite3", seed=1)
    desk.work(150)
    truth, report = desk.true_shares(), desk.report()
    desk.close()
    held = held_by(report, {tenth: share - 0.25 for tenth, share in truth.items()})
    assert held.intervals >= 2
    assert held.held == 0
    assert held_by(report, truth) != held


def test_firms_that_lose_heart_are_found_out(tmp_path: Path) -> None:
    """If every firm accepts half as often from one day on, the report says less than said."""
    desk = SimulatedDesk(tmp_path / "cases.sqlite3", seed=2)
    for firm, true in desk.truth.items():
        desk.truth[firm] = type(true)(true.acceptance / 2, true.late_min)
    desk.work(60)
    verdicts = [row.verdict for row in desk.report().rows]
    desk.close()
    assert "less_than_said" in verdicts
    assert "more_than_said" not in verdicts


def test_the_page_shows_what_the_simulation_shows() -> None:
    """The page names the logs of this test, and figures of 90 % and more."""
    text = PAGE.read_text(encoding="utf-8").split(MARKS[0])[1].split(MARKS[1])[0]
    assert f"{LOGS} logs of {CASES} cases" in text
    shares = [float(each) for each in re.findall(r"([0-9.]+)%", text)]
    assert len(shares) == len(Held.__struct_fields__) - 1
    assert min(shares) >= 90
