"""The exit codes of results, which scripts and cron use."""

from datetime import UTC, datetime

import pytest

from dispatch_cli.errors import ExitCode
from dispatch_cli.results.check_results import CheckReport, CheckRow

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("states", "offline", "code"),
    [
        (["up", "busy", "closed"], "", ExitCode.OK),
        (["up", "down"], "", ExitCode.ATTENTION),
        # An offline observer reports no provider as down, also none that was down before.
        (["down"], "no name can be resolved", ExitCode.UNAVAILABLE),
    ],
)
def test_the_exit_code_of_a_run_of_checks(states, offline, code):
    """The exit code is 7 while any provider is down, 5 if the observer is offline, else 0."""
    rows = tuple(CheckRow(provider=state, name=state, phone="110", state=state) for state in states)
    report = CheckReport(at=NOON, seconds=1.0, checked=1, rows=rows, offline=offline)
    assert report.exit_code == code
