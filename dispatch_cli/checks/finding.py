"""What one look found, before it is known whose it is and when it was."""

from datetime import datetime

from msgspec import Struct

from ..model.check import Fault
from ..model.provider import CheckState

LONGEST_WHY = 160


class Finding(Struct, frozen=True, kw_only=True):
    """The part of a ``Reading`` that the kind of the probe decides."""

    state: CheckState
    why: str = ""
    free: int | None = None
    wait_min: float | None = None
    as_of: datetime | None = None
    valid_until: datetime | None = None
    fault: Fault = ""


def up(why: str = "") -> Finding:
    """The provider can be reached."""
    return Finding(state="up", why=why)


def busy(why: str) -> Finding:
    """The provider can be reached and says that nobody is free."""
    return Finding(state="busy", why=why)


def degraded(why: str) -> Finding:
    """Something answers, but not as was agreed."""
    return Finding(state="degraded", why=why)


def down(why: str, fault: Fault = "") -> Finding:
    """Nothing answers, or what answers says that it does not work."""
    return Finding(state="down", why=why, fault=fault)


def unknown(why: str, fault: Fault = "") -> Finding:
    """The look says nothing about the provider."""
    return Finding(state="unknown", why=why, fault=fault)


def short(text: str) -> str:
    """What a stranger's server said, on one line and no longer than a reason may be."""
    line = " ".join(text[: 4 * LONGEST_WHY].split())
    return line if len(line) <= LONGEST_WHY else line[: LONGEST_WHY - 1] + "…"
