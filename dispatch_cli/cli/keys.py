"""Single keys from a terminal, which gets back its own settings however the program ends."""

import os
import selectors
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

ENTER, TAB, ESCAPE, BACKSPACE = "enter", "tab", "escape", "backspace"
"""Names of keys that are no character."""

_NAMED = {
    "\r": ENTER, "\n": ENTER, "\t": TAB, "\x1b": ESCAPE, "\x7f": BACKSPACE, "\x08": BACKSPACE,
}  # fmt: skip
_READ_AT_ONCE = 1024


class Gone(Exception):
    """Nobody is at the other end any more: the terminal was closed, or the input has ended."""


class Keys(Protocol):
    """Where keys come from."""

    def key(self, timeout_s: float) -> str | None:
        """The next key, a character or one of the names; None if none came in time."""

    def line(self, changed: Callable[[str], None]) -> str | None:
        """A line of text; None if it was given up. ``changed`` is told what stands there so far."""


class RawKeys:
    """Keys as they are pressed."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._waiting: list[str] = []
        # A character whose rest has not come yet waits for it.
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def key(self, timeout_s: float) -> str | None:
        """The next key; None if none came in time."""
        end = time.monotonic() + timeout_s
        while not self._waiting:
            left = max(0.0, end - time.monotonic())
            # Not select(), which refuses descriptors from 1,024 on.
            with selectors.PollSelector() as selector:
                selector.register(self._terminal, selectors.EVENT_READ)
                if not selector.select(left):
                    return None
            self._read()
        return self._waiting.pop(0)

    def line(self, changed: Callable[[str], None]) -> str | None:
        """A line of text, up to Enter; Escape gives it up."""
        text = ""
        while True:
            changed(text)
            key = self.key(1.0)
            if key == ENTER:
                return text
            if key == ESCAPE:
                return None
            if key == BACKSPACE:
                text = text[:-1]
            elif key is not None and key != TAB:
                text += key

    def _read(self) -> None:
        try:
            read = os.read(self._terminal, _READ_AT_ONCE)
        except OSError:  # Linux says EIO for a terminal that was closed.
            read = b""
        if not read or b"\x04" in read:
            raise Gone
        self._waiting += _keys_of(self._decoder.decode(read))


class LineKeys:
    """Keys typed on lines, where the terminal cannot give single ones: ``a``, Enter."""

    def key(self, timeout_s: float) -> str | None:
        """The first character of the next line; an empty line is Enter, "tab" is Tab."""
        line = self._typed("key: ")
        if line.lower() == "tab" or line.startswith("\t"):
            return TAB
        return line[:1] or ENTER

    def line(self, changed: Callable[[str], None]) -> str | None:
        """A line of text."""
        changed("")
        return self._typed("> ")

    def _typed(self, prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise Gone
        return line.rstrip("\r\n")


@contextmanager
def raw_keys() -> Iterator[RawKeys]:
    """Take single keys from the terminal on stdin; Ctrl-C still interrupts."""
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    raw = termios.tcgetattr(terminal)
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    # Suspended, the program would leave the shell a terminal without lines and echo.
    raw[6][termios.VSUSP] = b"\x00"
    with _ended_by_exception():
        try:
            termios.tcsetattr(terminal, termios.TCSADRAIN, raw)
            yield RawKeys(terminal)
        finally:
            _restore(terminal, before)


def _restore(terminal: int, before: list[object]) -> None:
    import termios
    from contextlib import suppress

    # A terminal that was closed needs nothing back.
    with suppress(termios.error, OSError):
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)  # type: ignore[arg-type]


@contextmanager
def _ended_by_exception() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the program like an exception, so that everything is put back."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _keys_of(text: str) -> Iterator[str]:
    """Name the keys of a text; arrows and function keys, which come as sequences, are no keys."""
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "\x1b" and text[position : position + 1] in ("[", "O"):
            position += 1
            while position < len(text) and not "\x40" <= text[position] <= "\x7e":
                position += 1
            position += 1
            continue
        if character in _NAMED:
            yield _NAMED[character]
        elif character.isprintable():
            yield character
