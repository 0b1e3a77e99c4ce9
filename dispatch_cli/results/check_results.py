"""The states of providers: the result of ``dispatch check``, schema ``dispatch.check/1``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ..errors import ExitCode
from ..messages import Message
from ..model.check import BY_PHONE, Move, PhoneReport, Reading
from ..model.provider import CheckState

__all__ = [
    "BY_PHONE", "CHANGE_SCHEMA", "WORST_FIRST", "CheckDetails", "CheckReport", "CheckRow",
    "HardState", "Move", "PhoneReport", "Reading", "Severity", "ShownState", "StateChange",
]  # fmt: skip

CHANGE_SCHEMA = "dispatch.check.change/1"
"""The JSON that the program of ``--on-change`` gets on stdin."""

Severity = Literal["ok", "warning", "critical", "unknown"]
"""How bad a run is for a monitor; "unknown": the observer itself is offline."""

ShownState = CheckState | Literal["closed"]
"""The shown state of a provider; "closed": outside its hours or on hold, so not checked."""


class CheckRow(Struct, frozen=True, kw_only=True):
    """The state of a provider: since when, when it was last seen, and why."""

    provider: str
    name: str
    phone: str
    state: ShownState
    since: datetime | None = None
    seen_at: datetime | None = None
    why: Message | str = ""
    free: int | None = None
    reported_until: datetime | None = None
    """The end of the provider's own report by phone; None without a report or end."""
    acknowledged_until: datetime | None = None
    """Until when an operator wants no reminder of this outage."""
    unchecked_since: datetime | None = None
    """The last look at the provider, if the run has made none: its check was refused, not due, or
    left out. None: the run has made one, or there is no look at all."""

    @property
    def is_fine(self) -> bool:
        """Whether the state needs no attention: the provider is up, or not on duty."""
        return self.state in ("up", "closed")


class StateChange(Struct, frozen=True, kw_only=True):
    """A change of a provider's hard state, which a run with ``--quiet`` prints."""

    provider: str
    name: str
    phone: str
    before: CheckState
    after: CheckState
    at: datetime
    why: Message | str = ""
    is_flapping: bool = False


class HardState(Struct, frozen=True, kw_only=True):
    """The stored state of a provider after a run; ``at`` is the moment of its last change.

    ``acknowledged_until``: until when an operator wants no reminder of this outage. ``is_closed``:
    the provider need not answer now.
    """

    provider: str
    name: str
    phone: str
    state: CheckState
    at: datetime
    why: Message | str = ""
    is_flapping: bool = False
    acknowledged_until: datetime | None = None
    is_closed: bool = False


DayState = Literal["down", "degraded", "up", ""]
"""The worst state of a day; "": before the first look."""
DAYS = 30
"""Days of the history on the status page."""

WORST_FIRST = ("down", "busy", "degraded", "unknown", "up", "closed")
"""The shown states, the worst first."""


class CheckReport(Struct, frozen=True, kw_only=True):
    """The result of one run of ``dispatch check``.

    ``offline`` says why the observer counts as offline, so that no state was changed; else empty.
    """

    at: datetime
    seconds: float
    checked: int
    rows: tuple[CheckRow, ...]
    changes: tuple[StateChange, ...] = ()
    offline: Message | str = ""
    left_out: int = 0
    """Providers that the run did not check within its time budget; their states are unchanged."""

    @property
    def counts(self) -> dict[str, int]:
        """The number of providers in each state, the worst state first."""
        states = [row.state for row in self.rows]
        return {state: states.count(state) for state in WORST_FIRST if state in states}

    @property
    def severity(self) -> Severity:
        """Critical while any provider is down; a busy provider gives no warning.

        A warning while any is degraded, unknown or was not checked.
        """
        if self.offline:
            return "unknown"
        if "down" in self.counts:
            return "critical"
        return "warning" if self.has_other_faults else "ok"

    @property
    def has_other_faults(self) -> bool:
        """Whether any provider is degraded, unknown or was not checked."""
        return bool(self.left_out or self.counts.keys() & {"degraded", "unknown"})

    @property
    def offline_sentence(self) -> Message | str:
        """The sentence about an offline observer; empty if it is online."""
        if not self.offline:
            return ""
        return Message("observer offline: {reason}; no state was changed", reason=self.offline)

    @property
    def exit_code(self) -> ExitCode:
        """5 if the observer itself is offline, 7 while any provider is down, else 0."""
        if self.offline:
            return ExitCode.UNAVAILABLE
        return ExitCode.ATTENTION if "down" in self.counts else ExitCode.OK


class CheckDetails(CheckReport, frozen=True, kw_only=True):
    """A run with ``-v``: also its looks, and the changes and reports of the last 30 days."""

    looks: tuple[Reading, ...]
    moves: tuple[Move, ...]
    reports: tuple[PhoneReport, ...]
