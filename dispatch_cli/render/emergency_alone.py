"""The emergency line alone, for a command that has failed."""

from collections.abc import Sequence
from typing import TextIO

from ..messages import Message
from ..results.cascade_answer import EmergencyCall
from .cascade_plain import COLUMNS, emergency_rows
from .console import print_lines, screen_of
from .head import advice_lines, emergency_lines
from .plain import write_table


def print_emergency(
    calls: Sequence[EmergencyCall], advice: Sequence[Message | str], *, stream: TextIO
) -> None:
    """Print the emergency numbers and the advice, in the form of a whole answer."""
    if stream.isatty():
        screen = screen_of(stream)
        lines = [
            *emergency_lines(calls, screen),
            *advice_lines(advice, screen, has_emergency=bool(calls)),
        ]
        print_lines(lines, stream, screen)
    else:
        write_table(COLUMNS, emergency_rows(calls, advice), stream)
