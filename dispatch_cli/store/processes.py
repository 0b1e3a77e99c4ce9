"""Tell whether a process still runs, also when the system has given its id to another one."""

import os

_ENDED = (b"Z", b"X", b"x")
"""States of a process that has ended, and whose end nobody has read yet."""


def started(pid: int) -> str:
    """Return when a process started, as the system counts it; empty where it does not tell."""
    fields = _stat(pid)
    return fields[19].decode() if fields and fields[0] not in _ENDED else ""


def is_running(pid: int, since: str = "") -> bool:
    """Return whether the process that started at ``since`` still runs; empty: unknown start.

    A process about which the system does not tell counts as running.
    """
    if os.name != "posix":
        return True  # there a signal would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    fields = _stat(pid)
    if not fields:
        return True
    return fields[0] not in _ENDED and (not since or fields[19].decode() == since)


def _stat(pid: int) -> list[bytes]:
    """Read the fields from the state on, as proc_pid_stat(5) describes them; empty if unknown."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except OSError:
        return []
    # The name stands in brackets and may hold any character.
    fields = content[content.rfind(b")") + 1 :].split()
    return fields if len(fields) > 19 else []
