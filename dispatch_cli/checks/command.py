"""Check a provider with a program of the user."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress

from ..messages import Message
from ..model.check import Probe
from ..model.provider import CheckState
from .finding import Finding, short, unknown
from .round_tools import RoundTools
from .stopwatch import watch

MOST_OUTPUT = 8 * 1024
"""Bytes of the output that are kept; Nagios has the same limit for its plugins."""
FLOOD = 1024 * 1024
"""Bytes of output after which the program is killed."""
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_STATES: dict[int, CheckState] = {0: "up", 1: "degraded", 2: "down", 3: "unknown"}


async def look_command(probe: Probe, tools: RoundTools) -> Finding:
    """Run a program by its full path, without a shell, and interpret its exit code as Nagios does.

    It has a process group of its own, which is killed after the check, no input, and a minimal
    environment. On Linux a process that leaves the group is killed with the last command of the
    round at the latest: see ``stragglers``.
    """
    if not probe.is_trusted:
        return unknown(Message("commands count only in a file that you named"))
    if not probe.argv or not os.path.isabs(probe.argv[0]):
        return unknown(Message("a command needs its full path"))
    watch.get().begin("run")
    with tools.stragglers.ended():
        try:
            run = _CommandRun(probe.argv)
        except (OSError, ValueError):
            return unknown(Message("the command cannot be run"))
        try:
            code = await run.end()
        finally:
            run.close()
    return _judged(code, run.output)


class _CommandRun:
    """One run of a command: its output up to the limit, its exit, and the end of its group."""

    def __init__(self, argv: tuple[str, ...]) -> None:
        self._pipe, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own file names it
                argv,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=subprocess.STDOUT,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except BaseException:
            os.close(self._pipe)
            raise
        finally:
            os.close(theirs)
        os.set_blocking(self._pipe, False)
        self.output = b""
        self._printed = 0
        self._flooded = asyncio.Event()

    async def end(self) -> int | None:
        """Wait for the exit code, negative for a signal; None if it prints more than FLOOD."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pipe, self._read)
        # A child may keep the pipe open, so that the end of the output may never come.
        waits = {
            loop.create_task(_exited(self._process)),
            loop.create_task(self._flooded.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(self._pipe)
            for each in waits:
                each.cancel()
        if self._flooded.is_set():
            return None
        # The leader is not reaped yet, so that no other process can have the group's number.
        self._kill_group()
        self._read()
        return self._process.wait()

    def close(self) -> None:
        """Kill the rest of the process group."""
        if self._process.returncode is None:
            self._kill_group()
            self._process.wait()
        os.close(self._pipe)

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # the group has no process any more
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self) -> None:
        try:
            part = os.read(self._pipe, 65_536)
        except BlockingIOError:
            return
        if not part:
            asyncio.get_running_loop().remove_reader(self._pipe)
        self._printed += len(part)
        self.output += part[: MOST_OUTPUT - len(self.output)]
        if self._printed > FLOOD:
            self._flooded.set()


async def _exited(process: "subprocess.Popen[bytes]") -> None:
    """Wait until a process has ended, without reaping it."""
    if not hasattr(os, "pidfd_open"):  # pragma: no cover - only Linux knows it
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            await asyncio.sleep(0.02)
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    watched = os.pidfd_open(process.pid)
    try:
        loop.add_reader(watched, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(watched)
        os.close(watched)


def _judged(code: int | None, output: bytes) -> Finding:
    if code is None:
        text = "the command printed more than {most_kib} KiB"
        return unknown(Message(text, most_kib=FLOOD // 1024))
    if code < 0:
        return unknown(Message("the command was ended by signal {signal}", signal=-code))
    # Behind the bar, plugins of monitors print performance data.
    printed = short(output.decode("utf-8", "replace").partition("\n")[0].partition("|")[0])
    state = _STATES.get(code)
    ended = Message("the command ended with {code}", code=code)
    if state is not None:
        return Finding(state=state, why=printed or ended)
    return unknown(Message("{ended}: {text}", ended=ended, text=printed) if printed else ended)
