"""Run the program of ``--on-change`` once for a change, bounded in time and output."""

import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from time import monotonic, sleep
from typing import IO

from ..messages import Message
from .command import FLOOD, MOST_OUTPUT
from .finding import short
from .stragglers import Stragglers

LIMIT_S = 10.0
"""Longest time of one program."""
_TICK_S = 0.02


def run_change_command(
    argv: Sequence[str], content: bytes, facts: Mapping[str, str], *, limit_s: float = LIMIT_S
) -> Message | str:
    """Run a program without a shell; return why it has failed, "" after exit code 0.

    ``content`` is its standard input, ``facts`` are added to its environment. Its process group
    ends with it, after ``limit_s`` at the latest. Processes that leave the group are killed as
    after a check: see ``stragglers``.
    """
    try:
        stdin = _file_of(content)
    except OSError as error:  # a full disk, or no folder for temporary files
        reason = error.strerror or type(error).__name__
        return Message("the command cannot be run: {reason}", reason=reason)
    with stdin as given, Stragglers().ended():
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command line names it
                argv,
                stdin=given,
                stdout=writing,
                stderr=subprocess.STDOUT,
                env={**os.environ, **facts},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            os.close(reading)
            reason = getattr(error, "strerror", None) or type(error).__name__
            return Message("the command cannot be run: {reason}", reason=reason)
        finally:
            os.close(writing)
        try:
            output = _output_until_end(process, reading, limit_s)
        except _StoppedError as error:
            return error.sentence
        finally:
            os.close(reading)
            with suppress(ProcessLookupError, PermissionError):  # the group has no process any more
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    return _failure(code, output)


def _file_of(content: bytes) -> IO[bytes]:
    """Write a temporary file without a name; raises OSError."""
    with ExitStack() as opened:
        given = opened.enter_context(tempfile.TemporaryFile())
        given.write(content)
        given.seek(0)  # writes what is buffered
        opened.pop_all()
        return given


class _StoppedError(Exception):
    """A program that is stopped before its end, with the reason."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def _output_until_end(process: "subprocess.Popen[bytes]", pipe: int, limit_s: float) -> bytes:
    """Read the output until the program ends.

    Raises _StoppedError if it has not ended in time or prints more than FLOOD. The program is not
    reaped, so that its group keeps its number. A child may keep the pipe open.
    """
    until = monotonic() + limit_s
    waiting = select.poll()  # select() takes no number of a file above 1023
    waiting.register(pipe, select.POLLIN)
    os.set_blocking(pipe, False)
    output, printed, is_open = b"", 0, True
    while True:
        has_ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        part = _read(pipe) if is_open else b""
        while part:
            printed += len(part)
            output += part[: MOST_OUTPUT - len(output)]
            if printed > FLOOD:
                text = "the command printed more than {most_kib} KiB"
                raise _StoppedError(Message(text, most_kib=FLOOD // 1024))
            part = _read(pipe)
        is_open = is_open and part is None
        if has_ended is not None:
            return output
        if monotonic() >= until:
            text = "the command did not end within {timeout_s:g} s"
            raise _StoppedError(Message(text, timeout_s=limit_s))
        if is_open:
            waiting.poll(_TICK_S * 1000)
        else:
            sleep(_TICK_S)


def _read(pipe: int) -> bytes | None:
    """Read what is there; None for nothing yet, b"" at the end."""
    try:
        return os.read(pipe, 65_536)
    except BlockingIOError:
        return None


def _failure(code: int, output: bytes) -> Message | str:
    if code < 0:
        return Message("the command was ended by signal {signal}", signal=-code)
    if not code:
        return ""
    ended = Message("the command ended with {code}", code=code)
    printed = short(output.decode("utf-8", "replace").strip().partition("\n")[0])
    return Message("{ended}: {text}", ended=ended, text=printed) if printed else ended
