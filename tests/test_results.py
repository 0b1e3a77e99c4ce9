"""The exit codes and states of results, which scripts, cron and monitors use."""

from datetime import UTC, datetime

import pytest

from dispatch_cli.errors import ExitCode
from dispatch_cli.results.check_results import CheckReport, CheckRow
from dispatch_cli.results.result_status import status_of

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


@pytest.mark.parametrize(
    ("states", "changes", "severity"),
    [
        (["up", "busy", "closed"], {}, "ok"),
        (["up", "degraded"], {}, "warning"),
        (["unknown"], {}, "warning"),
        (["up"], {"left_out": 1}, "warning"),
        (["degraded", "down"], {"left_out": 1}, "critical"),
        (["down"], {"offline": "no name can be resolved"}, "unknown"),
    ],
)
def test_the_severity_of_a_run_of_checks(states, changes, severity):
    """A provider that is down is critical; a busy one gives no warning."""
    rows = tuple(CheckRow(provider=state, name=state, phone="110", state=state) for state in states)
    report = CheckReport(at=NOON, seconds=1.0, checked=1, rows=rows, **changes)
    assert report.severity == severity


@pytest.mark.parametrize(
    ("exit_code", "served", "emergency", "status"),
    [
        (0, True, False, "success"),
        (0, False, True, "success"),
        (3, True, False, "partial"),
        (3, False, True, "error"),
        (4, False, True, "partial"),
        (4, False, False, "error"),
        (6, True, False, "partial"),
        (6, False, False, "partial"),
        (1, True, True, "error"),
        (2, False, True, "error"),
        (5, False, True, "error"),
        (7, True, True, "error"),
        (8, True, False, "error"),
    ],
)
def test_status(exit_code, served, emergency, status):
    """The word follows from the exit code and from what is left of the answer."""
    assert status_of(exit_code, served=served, emergency=emergency) == status
