"""Define what a plan begins with: the incidents that wait, and the settings of the plan."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from ..model import Incident
from .call_order import AGEING
from .joint_plan import WINDOW_MIN

KEEP_MIN = 5.0
"""A proposal is moved only if that saves more minutes."""
_MINUTE = timedelta(minutes=1)


class Waiting(Struct, frozen=True, kw_only=True):
    """An incident that has waited since ``since``; ``incident.when`` is the moment of the plan.

    ``services`` are those that are still open; None: those that its plan needs now. ``can_ask`` has
    the providers that can still be asked; None: all. ``weight`` multiplies its minutes.
    """

    ref: str
    incident: Incident
    since: datetime
    services: tuple[str, ...] | None = None
    can_ask: frozenset[str] | None = None
    weight: float = 1.0

    def age_min(self, now: datetime) -> float:
        """Return for how many minutes it has waited."""
        return max(0.0, (now - self.since) / _MINUTE)


class StormSettings(Struct, frozen=True, kw_only=True):
    """How to plan.

    ``operators`` make calls at the same time; None: not known. ``longest_wait_min`` is None for the
    ``fallback_min`` of each service. With ``ageing``, the weight of a demand has grown by this
    share when it has waited that long. ``top`` candidates are shown for each demand. ``kept`` has
    the providers of the last plan by ref and service; a move must save ``keep_min``.
    """

    operators: int | None = None
    window_min: float = WINDOW_MIN
    longest_wait_min: float | None = None
    ageing: float = AGEING
    top: int = 5
    kept: dict[tuple[str, str], str] = {}
    keep_min: float = KEEP_MIN


class Demand(Struct, frozen=True):
    """A service of an incident, with its number among the incidents."""

    at: int
    waiting: Waiting
    service: str


def demands_of(waiting: Sequence[Waiting], needed: Sequence[Sequence[str]]) -> list[Demand]:
    """List the demands; ``needed`` has the services that the plan of each incident needs now."""
    return [
        Demand(at, each, service)
        for at, (each, services) in enumerate(zip(waiting, needed, strict=True))
        for service in (services if each.services is None else each.services)
    ]
