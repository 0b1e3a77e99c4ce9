"""What has failed in a run of checks beside the checks themselves, and its exit code."""

from collections.abc import Sequence

from msgspec import Struct

from ..errors import ExitCode
from ..messages import Message
from ..reminders import problems_of_run
from ..results.check_results import CheckReport
from ..results.lasting_problem import LastingProblem
from .check_alerts import AlertResults, lines_of


class Trouble(Struct, frozen=True):
    """What has failed beside the checks: files, and reports to others by their names."""

    files: Sequence[Message] = ()
    alerts: AlertResults = AlertResults()

    @property
    def sentences(self) -> tuple[Message | str, ...]:
        """All failures."""
        return (*self.files, *lines_of(self.alerts.failed))

    def lasting(self, report: CheckReport) -> dict[str, LastingProblem]:
        """All problems of a run by their names, also an offline observer."""
        files = {str(each): LastingProblem(each) for each in self.files}
        return {**files, **self.alerts.failed, **problems_of_run(report)}

    def code_of(self, report: CheckReport) -> ExitCode:
        """Return the exit code of a run: 5 for a failure, otherwise that of its report."""
        return ExitCode.UNAVAILABLE if self.sentences else report.exit_code
