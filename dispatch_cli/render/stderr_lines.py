"""Errors, warnings and hints on stderr, all in one format; a hint is the last line."""

from collections.abc import Iterable
from typing import TextIO

from ..errors import DispatchError
from ..messages import Message
from .clean import clean
from .layout import encodable
from .wording import worded

_LIMIT = 2000
"""Long enough for any path or list of choices, short enough that no file floods the screen."""


def print_error(error: DispatchError, *, stream: TextIO, quiet: bool = False) -> None:
    """Print all problems of an error at once, then the hint unless ``quiet``."""
    _write(Message("error"), error.problems, stream)
    if error.hint and not quiet:
        print_hint(error.hint, stream=stream)


def print_warnings(warnings: Iterable[Message | str], *, stream: TextIO) -> None:
    """Print warnings, each once and in their order."""
    _write(Message("warning"), dict.fromkeys(warnings), stream)


def print_notes(warnings: Iterable[Message | str], hint: Message | str, *, stream: TextIO) -> None:
    """Print warnings and a hint in one write, so that a failure leaves none of the lines."""
    lines = _lines(Message("warning"), dict.fromkeys(warnings), stream)
    stream.write(lines + (_lines(Message("hint"), [hint], stream) if hint else ""))


def print_recorded(facts: Iterable[Message | str], *, stream: TextIO) -> None:
    """Print the recorded facts of a command that has failed after its commit."""
    _write(Message("recorded"), facts, stream)


def print_rejected(text: Message | str, *, stream: TextIO) -> None:
    """Print a rejected row with its reason."""
    _write(Message("rejected"), [text], stream)


def print_done(text: Message | str, *, stream: TextIO) -> None:
    """Print the line of a finished command."""
    _write(Message("done"), [text], stream)


def print_hint(hint: Message | str, *, stream: TextIO, quiet: bool = False) -> None:
    """Print a hint what to do next, unless ``quiet``."""
    if not quiet:
        _write(Message("hint"), [hint], stream)


def print_hint_with_lines(hint: Message | str, lines: Iterable[str], *, stream: TextIO) -> None:
    """Print a hint, and below it lines to be copied into a file."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    below = "".join(f"{clean(line, _LIMIT)}\n" for line in lines)
    stream.write(_lines(Message("hint"), [hint], stream) + encodable(below, encoding))


def _write(label: Message, texts: Iterable[object], stream: TextIO) -> None:
    stream.write(_lines(label, texts, stream))


def _lines(label: Message, texts: Iterable[object], stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    lines = [f"{worded(label)}: {clean(worded(text), _LIMIT)}\n" for text in texts]
    return encodable("".join(lines), encoding)
