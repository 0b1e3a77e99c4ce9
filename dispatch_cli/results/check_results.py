"""How providers stand: what ``dispatch check`` returns, schema ``dispatch.check/1``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ..errors import ExitCode
from ..messages import Message
from ..model.check import SAID, Move, Reading, Report
from ..model.provider import CheckState

__all__ = [
    "SAID", "WORST_FIRST", "CheckReport", "CheckRow", "Move", "Reading", "Report", "ShownState",
    "StateChange",
]  # fmt: skip

ShownState = CheckState | Literal["closed"]
"""What is shown of a provider: outside its hours, or on hold, nobody looks and nobody blames."""


class CheckRow(Struct, frozen=True, kw_only=True):
    """How a provider stands: since when, seen last when, and why."""

    provider: str
    name: str
    phone: str
    state: ShownState
    since: datetime | None = None
    seen_at: datetime | None = None
    why: Message | str = ""
    free: int | None = None
    reported_until: datetime | None = None
    """Until when what the provider said on the phone holds; None: it said nothing."""


class StateChange(Struct, frozen=True, kw_only=True):
    """A hard state that has moved: the one thing that a quiet run says."""

    provider: str
    name: str
    phone: str
    before: CheckState
    after: CheckState
    at: datetime
    why: str = ""
    is_flapping: bool = False


WORST_FIRST = ("down", "busy", "degraded", "unknown", "up", "closed")
"""The states in which a provider is shown."""


class CheckReport(Struct, frozen=True, kw_only=True):
    """What one run of ``dispatch check`` found; ``offline`` says why nobody's state was moved."""

    at: datetime
    seconds: float
    checked: int
    rows: tuple[CheckRow, ...]
    changes: tuple[StateChange, ...] = ()
    offline: Message | str = ""
    left_out: int = 0
    """How many were not looked at before the time was up; their states are as they were."""

    @property
    def counts(self) -> dict[str, int]:
        """How many stand in each state, the worst first."""
        states = [row.state for row in self.rows]
        return {state: states.count(state) for state in WORST_FIRST if state in states}

    @property
    def exit_code(self) -> ExitCode:
        """5 if the observer itself is offline, 7 while anybody is down, else 0."""
        if self.offline:
            return ExitCode.UNAVAILABLE
        return ExitCode.ATTENTION if "down" in self.counts else ExitCode.OK
