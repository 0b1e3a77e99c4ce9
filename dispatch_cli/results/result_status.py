"""The status of a command's result in its JSON."""

from typing import Literal

from ..errors import ExitCode

Status = Literal["success", "partial", "error"]


def status_of(exit_code: int, *, served: bool, emergency: bool) -> Status:
    """Return the status for an exit code; ``served``: some service has a candidate.

    It is "partial" with 6, with 3 if some service is served, and with 4 if there is an emergency
    line.
    """
    if exit_code == ExitCode.OK:
        return "success"
    is_partial = (
        exit_code == ExitCode.PARTIAL
        or (exit_code == ExitCode.NO_PROVIDER and served)
        or (exit_code == ExitCode.BAD_DATA and emergency)
    )
    return "partial" if is_partial else "error"
