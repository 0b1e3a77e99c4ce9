"""Pages whose commands are run one after the other, as a reader would: tutorial and how-tos.

A page is worked through in one empty folder. Three things of it count:

- a block after ``<!-- file: NAME -->`` is written to that file, and after ``<!-- append: NAME -->``
  added to it;
- each line of a ``sh`` block is run, ``dispatch …`` or ``python FILE``; it must end with 0, or with the code of
  ``<!-- exit: N -->`` before the block;
- a ``text`` block directly below a ``sh`` block is what these commands show on a terminal of 80
  columns. A line ``…`` stands for any number of lines.

The clock stands at NOON for the first command, and goes on by a minute with each further one.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from dispatch_cli.cli import open_files, run

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 27, 12, 3, tzinfo=ZoneInfo("Europe/Berlin"))
LEFT_OUT = "…"
_BLOCK = re.compile(
    r"(?:<!-- (?P<what>file|append|exit): (?P<value>\S+) -->\n)?"
    r"```(?P<language>\w*)\n(?P<text>.*?)```\n?(?P<below>\n?```text\n(?P<shown>.*?)```)?",
    re.DOTALL,
)


class Step(NamedTuple):
    """One block of a page: a file to write, or commands with what they show."""

    file: str = ""
    is_appended: bool = False
    text: str = ""
    commands: tuple[str, ...] = ()
    exit_code: int = 0
    shown: str | None = None


def steps_of(page: str) -> list[Step]:
    """Return what a page lets its reader do, in its order."""
    return list(_steps(page))


def _steps(page: str) -> Iterator[Step]:
    at = 0
    while match := _BLOCK.search(page, at):
        at = match.end()
        if match["what"] in ("file", "append"):
            at = match.end("text") + 3
            yield Step(match["value"], match["what"] == "append", match["text"])
        elif match["language"] == "sh":
            code = int(match["value"]) if match["what"] == "exit" else 0
            yield Step(commands=commands_of(match["text"]), exit_code=code, shown=match["shown"])
        else:
            at = match.end("text") + 3


def commands_of(block: str) -> tuple[str, ...]:
    """Return the command lines of a block, continued lines as one."""
    lines = block.replace("\\\n", " ").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def agrees(shown: str, real: str) -> bool:
    """Tell whether a shown output is the real one, but for the lines that are left out."""
    parts = [[]]
    for line in _lines(shown):
        if line == LEFT_OUT:
            parts.append([])
        else:
            parts[-1].append(line)
    pattern = r"(?:[^\n]*\n)*?".join(
        "".join(re.escape(line) + "\n" for line in part) for part in parts
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(real))) is not None


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


class _Screen(io.StringIO):
    """What a person sees: both streams, on a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def _clock(at: datetime) -> type:
    """Make what the command line reads its one clock from: it stands still."""

    class Clock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return at.astimezone(zone)

    return Clock


class Reader:
    """A reader at a terminal in an empty folder, whose clock goes on by a minute each time."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home, self._monkeypatch = home, monkeypatch
        self._minutes = -1
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("LINES", "50")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        monkeypatch.setenv("PATH", "/usr/bin:/bin")

    def take(self, step: Step) -> str:
        """Do what a step says, and return what the terminal shows."""
        if step.file:
            path = self._home / step.file
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if step.is_appended else "w", encoding="utf-8") as file:
                file.write(step.text)
            return ""
        return "".join(self._run(command, step.exit_code) for command in step.commands)

    def _run(self, command: str, exit_code: int) -> str:
        program, *words = shlex.split(command)
        if program == "python":
            return self._run_program(words)
        assert program == "dispatch", command
        self._minutes += 1
        screen = _Screen()
        with self._monkeypatch.context() as patch:
            patch.setattr(open_files, "datetime", _clock(NOON + timedelta(minutes=self._minutes)))
            patch.setattr(sys, "stdout", screen)
            patch.setattr(sys, "stderr", screen)
            patch.setattr(sys, "stdin", io.StringIO())
            code = run(words)
        shown = screen.getvalue()
        assert code == exit_code, f"{command}\n{shown}"
        return shown

    def _run_program(self, words: list[str]) -> str:
        """Run a program that the page has written, and return its output."""
        ran = subprocess.run(
            [sys.executable, *words], cwd=self._home, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout
