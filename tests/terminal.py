"""A real pseudo-terminal, and the screen that a person would see on it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence

import pyte


def on_terminal(
    argv: Sequence[str],
    *,
    columns: int = 80,
    rows: int = 24,
    env: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Run ``dispatch`` on a terminal of its own; returns the exit code and the raw bytes."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_cli", *argv],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={"TERM": "xterm-256color", "LANG": "C.UTF-8", **os.environ, **(env or {})},
    )
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says EIO when the last writer has closed the terminal.
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(master)
    return process.wait(), b"".join(chunks)


def screen_lines(raw: bytes, *, columns: int = 80, rows: int = 24) -> list[str]:
    """Show raw output on an emulated terminal tall enough to lose nothing; trailing blanks off."""
    # Each line of the output takes one more row for each whole width.
    most_rows = raw.count(b"\n") + len(raw) // columns + 1
    screen = pyte.Screen(columns, max(rows, most_rows))
    pyte.ByteStream(screen).feed(raw)
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return lines


class Terminal:
    """``dispatch`` at work on a terminal: keys go in, and what a person would see comes out."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen = pyte.HistoryScreen(columns, rows, history=2000)
        self._stream = pyte.ByteStream(self._screen)
        self.before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dispatch_cli", *argv],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or {})},
            preexec_fn=self._own,  # noqa: PLW1509 - no thread runs here
        )

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        os.close(self._master)
        os.close(self._slave)

    def _own(self) -> None:
        """Make the terminal the process's own, so that Ctrl-C reaches it."""
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    @property
    def shown(self) -> str:
        """What stands on the screen now."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def settings(self) -> list[object]:
        """How the terminal is set now: lines, echo and the rest."""
        return list(termios.tcgetattr(self._slave))

    def press(self, keys: str) -> None:
        """Press keys one after the other."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, of which its process is told."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        self._screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def wait_for(self, text: str, timeout_s: float = 20) -> str:
        """Read until a text stands on the screen, and return the screen."""
        end = time.monotonic() + timeout_s
        while text not in self.shown:
            left = end - time.monotonic()
            if left <= 0 or not self._has_output(left):
                raise AssertionError(f"{text!r} is not on the screen:\n{self.shown}")
            self._stream.feed(os.read(self._master, 65536))
        return self.shown

    def read_for(self, seconds: float) -> None:
        """Read what comes within some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._has_output(left):
            self._stream.feed(os.read(self._master, 65536))

    def ended(self, timeout_s: float = 20) -> int:
        """Read on until the process has ended, and return its exit code."""
        end = time.monotonic() + timeout_s
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running:\n{self.shown}")
            if self._has_output(0.05):
                self._stream.feed(os.read(self._master, 65536))
        return self.process.returncode

    def _has_output(self, timeout_s: float) -> bool:
        """Wait for output; unlike ``select`` also if over a thousand files are open."""
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))

    def kill(self, number: int = signal.SIGKILL) -> int:
        """End the process by a signal, as a closed terminal or a crash does.

        What it still writes is read: it could not end while the terminal is full.
        """
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended()
