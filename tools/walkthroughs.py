"""Pages whose commands are run one after the other, as a reader would: tutorial and how-tos.

A page is worked through in one empty folder. Three things of it count:

- a block after ``<!-- file: NAME -->`` is written to that file, and after ``<!-- append: NAME -->``
  added to it;
- each line of a ``sh`` block is run, ``dispatch …`` or ``python FILE``; it must end with 0, or with
  the code of ``<!-- exit: N -->`` before the block;
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple
from unittest import mock
from zoneinfo import ZoneInfo

from dispatch_cli.cli import open_files, run

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 11, 27, 12, 3, tzinfo=ZoneInfo("Europe/Berlin"))
LEFT_OUT = "…"
_TERMINAL = {"COLUMNS": "80", "LINES": "50", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
_OF_THE_USER = ("DISPATCH_LANG", "DISPATCH_SAY", "FORCE_COLOR", "NO_COLOR")
"""Settings of the machine that would change what a page shows."""
_PLAIN = {"NO_COLOR": "1", "TERM": "dumb"}
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


class WrongPageError(AssertionError):
    """A command of a page does not end as the page says."""


class _Screen(io.StringIO):
    """What a person sees: both streams, on a terminal. ``answer`` is stdout, and copies to it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self.answer = _Answer(self)

    def isatty(self) -> bool:
        return True


class _Answer(io.StringIO):
    """A stream that is shown on a screen as well."""

    encoding = "utf-8"

    def __init__(self, screen: io.StringIO) -> None:
        super().__init__()
        self._screen = screen

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._screen.write(text)
        return super().write(text)


def _clock(at: datetime) -> type:
    """Make what the command line reads its one clock from: it stands still."""

    class Clock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return at.astimezone(zone)

    return Clock


class Reader:
    """A reader at a terminal in the working folder, whose clock goes on by a minute each time.

    ``environ`` is added to the environment; with ``FORCE_COLOR`` the terminal has colours.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] = _PLAIN) -> None:
        self._folder, self._environ = folder, {**_TERMINAL, **environ}
        self._minutes = -1
        self.answer = ""
        """What the last command has written to stdout alone."""

    def take(self, step: Step) -> str:
        """Do what a step says, and return what the terminal shows."""
        if step.file:
            path = self._folder / step.file
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a" if step.is_appended else "w", encoding="utf-8") as file:
                file.write(step.text)
            return ""
        return "".join(self._run(command, step.exit_code) for command in step.commands)

    def _run(self, command: str, exit_code: int) -> str:
        program, *words = shlex.split(command)
        if program == "python":
            return self._run_program(words)
        if program != "dispatch":
            raise WrongPageError(f"not a command of this page: {command}")
        self._minutes += 1
        screen = _Screen()
        with self._at_terminal(screen):
            code = run(words)
        self.answer = screen.answer.getvalue()
        if code != exit_code:
            raise WrongPageError(f"{command}\nexit {code}, not {exit_code}\n{screen.getvalue()}")
        return screen.getvalue()

    @contextmanager
    def _at_terminal(self, screen: "_Screen") -> Iterator[None]:
        """Let this process write to a screen, with the clock of the page."""
        clock = _clock(NOON + timedelta(minutes=self._minutes))
        kept = {name: os.environ[name] for name in os.environ if name not in _OF_THE_USER}
        with (
            mock.patch.dict(os.environ, {**kept, **self._environ}, clear=True),
            mock.patch.object(open_files, "datetime", clock),
            mock.patch.object(sys, "stdin", io.StringIO()),
            mock.patch.object(sys, "stdout", screen.answer),
            mock.patch.object(sys, "stderr", screen),
        ):
            yield

    def _run_program(self, words: list[str]) -> str:
        """Run a program that the page has written, and return its output."""
        ran = subprocess.run(  # noqa: S603 - a page of this repository
            [sys.executable, *words], cwd=self._folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        if ran.returncode:
            raise WrongPageError(f"{words}\n{ran.stderr}")
        return ran.stdout
