"""The terminal: its size and encoding, and all printing by rich."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from .layout import Line, Screen

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LEAST_WIDTH, _MOST_WIDTH = 20, 400
"""Beyond these a width is a mistake (COLUMNS=100000 would fill every line with blanks)."""


def screen_of(
    stream: TextIO, *, width: int | None = None, height: int | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Screen:  # fmt: skip
    """Find the size of a terminal: ``COLUMNS`` and ``LINES``, else its own size, else 80 x 24."""
    own_width, own_height = 80, 24
    # A stream without a terminal, or a terminal of unknown size.
    with suppress(OSError, ValueError):
        own_width, own_height = os.get_terminal_size(stream.fileno())
    width = width or _positive(environ.get("COLUMNS")) or own_width or 80
    height = height or _positive(environ.get("LINES")) or own_height or 24
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return Screen(min(max(width, _LEAST_WIDTH), _MOST_WIDTH), height, encoding)


def _positive(text: str | None) -> int | None:
    """Read a size from the environment; None if it is not a positive number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def print_lines(
    lines: Iterable[Line], stream: TextIO, screen: Screen, environ: Mapping[str, str] = os.environ
) -> None:
    """Print lines on a terminal, in colour where it has any and ``NO_COLOR`` is not set."""
    console = console_of(stream, screen, environ)
    # Without cropping or wrapping, because the layout has measured all lines.
    console.print(text_of(lines), soft_wrap=True, end="")


def console_of(
    stream: TextIO, screen: Screen, environ: Mapping[str, str] = os.environ, *, record: bool = False
) -> "Console":
    """Make a console that interprets no markup or emoji codes and highlights nothing.

    rich itself honours ``NO_COLOR`` and ``TERM=dumb``.
    """
    from rich.console import Console

    return Console(
        file=stream,
        width=screen.width,
        height=screen.height or 24,
        markup=False,
        emoji=False,
        highlight=False,
        force_jupyter=False,
        record=record,
        _environ=environ,
    )


def text_of(lines: Iterable[Line]) -> "Text":
    """Join lines into one rich text, so that they are written at once."""
    from rich.text import Text

    text = Text(end="")
    for line in lines:
        for piece, style in line:
            text.append(piece, style or None)
        text.append("\n")
    return text
