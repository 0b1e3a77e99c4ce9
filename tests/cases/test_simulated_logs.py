"""In logs simulated by the real verbs, the intervals of the forecast report hold the truth."""

from pathlib import Path

import pytest

from benchmarks.reliability import PAGE, SimulatedDesk, held_by, simulate, table

LOGS, CASES = 12, 250


@pytest.mark.parametrize(
    ("logs", "cases"), [(1, 120), pytest.param(LOGS, CASES, marks=pytest.mark.ci)]
)
def test_the_intervals_hold_the_truth(tmp_path: Path, logs: int, cases: int) -> None:
    """In at least 90 % of the tenths that are judged, before and after all cases are erased.

    The figures of all logs are those of the page, to the last digit.
    """
    found = simulate(logs, cases, tmp_path)
    for each in found:
        assert each.intervals >= 2 * logs
        # Of so few intervals as one log has, one may miss.
        assert each.held >= min(0.9 * each.intervals, each.intervals - 1)
    if logs == LOGS:
        assert table(LOGS, CASES, *found) in PAGE.read_text(encoding="utf-8")


def test_erasure_in_between_changes_neither_rankings_nor_the_report(tmp_path: Path) -> None:
    """A desk that erases all motorists halfway asks the same firms as its twin that erases none.

    Its report is the same at the end, and no exact forecast of an erased case is left.
    """
    kept, erased = (SimulatedDesk(tmp_path / f"{name}.sqlite3", seed=5) for name in "ab")
    for desk in (kept, erased):
        desk.work(35)
    kept.rest()
    erased.forget_all()
    assert kept.true_shares()
    assert not erased.true_shares()
    for desk in (kept, erased):
        desk.work(35)
    assert erased.turns() == kept.turns()
    assert erased.report() == kept.report()
    assert kept.report().asked > 70
    kept.close()
    erased.close()


def test_an_interval_that_misses_is_counted_as_missed(tmp_path: Path) -> None:
    """The control: a truth that is a quarter lower than what happened lies in hardly any."""
    desk = SimulatedDesk(tmp_path / "cases.sqlite3", seed=1)
    desk.work(70)
    truth, report = desk.true_shares(), desk.report()
    desk.close()
    held = held_by(report, {tenth: share - 0.25 for tenth, share in truth.items()})
    assert held.intervals >= 2
    assert held.held == 0
    assert held_by(report, truth) != held


def test_a_drop_in_acceptances_is_visible_in_the_report(tmp_path: Path) -> None:
    """If every firm accepts a quarter as often as before, some verdicts are "less_than_said".

    Learned values follow the firms, so that a change by half is hardly visible after these few
    cases.
    """
    desk = SimulatedDesk(tmp_path / "cases.sqlite3", seed=2)
    for firm, true in desk.truth.items():
        desk.truth[firm] = type(true)(true.acceptance / 4, true.late_min)
    desk.work(60)
    verdicts = [row.verdict for row in desk.report().rows]
    desk.close()
    assert "less_than_said" in verdicts
    assert "more_than_said" not in verdicts
