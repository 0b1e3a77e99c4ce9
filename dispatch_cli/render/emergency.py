"""The emergency line alone, for when there is nothing else to show."""

from collections.abc import Sequence
from typing import TextIO

from ..results import EmergencyCall
from .console import print_lines, screen_of
from .head import emergency_lines
from .plain import COLUMNS, emergency_rows, write_table


def print_emergency(calls: Sequence[EmergencyCall], *, stream: TextIO) -> None:
    """Print whom the caller must dial first, in the form of a whole answer."""
    if stream.isatty():
        screen = screen_of(stream)
        print_lines(emergency_lines(calls, screen), stream, screen)
    else:
        write_table(COLUMNS, emergency_rows(calls), stream)
