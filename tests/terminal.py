"""A real pseudo-terminal, and the screen that a person would see on it."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
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
    screen = pyte.Screen(columns, max(rows, 2000))
    pyte.ByteStream(screen).feed(raw)
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return lines
