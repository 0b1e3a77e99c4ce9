"""Define the finding of one check, which has no provider and no time yet."""

from datetime import datetime

from msgspec import Struct

from ..messages import Message
from ..model.check import Fault
from ..model.provider import CheckState

LONGEST_WHY = 160


class Finding(Struct, frozen=True, kw_only=True):
    """The part of a ``Reading`` that depends on the kind of the check."""

    state: CheckState
    why: Message | str = ""
    """A sentence, or the text of a user's program."""
    free: int | None = None
    wait_min: float | None = None
    as_of: datetime | None = None
    valid_until: datetime | None = None
    fault: Fault = ""


def up(why: Message | str = "") -> Finding:
    """Make the finding that the provider can be reached."""
    return Finding(state="up", why=why)


def busy(why: Message | str) -> Finding:
    """Make the finding that the provider can be reached and has no free unit."""
    return Finding(state="busy", why=why)


def degraded(why: Message | str) -> Finding:
    """Make the finding that there is an answer, but not the expected one."""
    return Finding(state="degraded", why=why)


def down(why: Message | str, fault: Fault = "") -> Finding:
    """Make the finding that there is no answer, or one that reports a failure."""
    return Finding(state="down", why=why, fault=fault)


def unknown(why: Message | str, fault: Fault = "") -> Finding:
    """Make the finding that the check has no result about the provider."""
    return Finding(state="unknown", why=why, fault=fault)


def short(text: str) -> str:
    """Put a text of another server on one line of at most LONGEST_WHY characters."""
    line = " ".join(text[: 4 * LONGEST_WHY].split())
    return line if len(line) <= LONGEST_WHY else line[: LONGEST_WHY - 1] + "…"


def short_sentence(sentence: Message) -> Message | str:
    """Put a sentence with values of another server on one line.

    One over LONGEST_WHY characters becomes its shortened English text, because it cannot be cut in
    other languages as well.
    """
    shown, line = short(str(sentence)), _on_one_line(sentence)
    return line if str(line) == shown else shown


def _on_one_line(sentence: Message) -> Message:
    values = {
        name: _on_one_line(each)
        if isinstance(each, Message)
        else " ".join(each.split())
        if isinstance(each, str)
        else each
        for name, each in sentence.values.items()
    }
    return Message(sentence.id, **values)
