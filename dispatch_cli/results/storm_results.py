"""The plan for many incidents at once: the result of ``dispatch storm``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ..errors import ExitCode
from ..messages import Message
from .cascade_answer import ProviderSource

StormAct = Literal["call", "later", "wait", "queue", "last_resort"]
"""What to do for a demand: call its firm now, or when its unit is nearly free; wait for a unit, or
for a line; call the last resort."""


class StormCandidate(Struct, frozen=True, kw_only=True):
    """A provider of a demand with its prices in minutes; ``sort_min`` is their sum.

    ``arrival_min`` counts from the moment of the plan, with the wait for the slot. ``call_min`` are
    the expected minutes of asking, less a head start. ``line_min`` is what the call costs the other
    callers, ``scarcity_min`` what the slot is worth to them.
    """

    provider: str
    name: str
    phone: str
    wait_min: float
    arrival_min: float
    call_min: float
    line_min: float
    scarcity_min: float
    sort_min: float


class StormDemand(Struct, frozen=True, kw_only=True):
    """One service that an incident still waits for, in the order of the calls.

    ``order`` numbers the calls to make now, from 1; 0 for all others. ``call_at`` is when to call
    for the act "later". ``phone`` is that of the provider of the plan, or of the last resort.
    ``candidates`` begin with the provider of the plan; the others follow by
    ``sort_min``.
    """

    order: int
    ref: str
    service: str
    place: Message | str
    waiting_min: float
    weight: float
    act: StormAct
    why: Message
    provider: str | None = None
    phone: str = ""
    there_at: datetime | None = None
    call_at: datetime | None = None
    candidates: tuple[StormCandidate, ...] = ()


class Shortage(Struct, frozen=True, kw_only=True):
    """Where units are short: ``lost_min`` is how much longer a demand waits than if it were alone.

    It is the mean of the region's demands. ``region`` has the first two digits of the postcode, ""
    for places without one. ``without`` of the ``demands`` have no unit in the plan.
    """

    service: str
    region: str
    demands: int
    without: int
    lost_min: float


class StormEmergency(Struct, frozen=True):
    """An incident for which an emergency service is called at once, and its number."""

    ref: str
    service: str
    dial: str


class StormPlan(Struct, frozen=True, kw_only=True):
    """A joint plan, what it costs, what it proves, and what is short.

    ``total_min`` is the sum of weighted minutes over all demands, ``bound_min`` a lower bound of
    that sum for every plan. ``line_price`` is what a minute of a call costs the other callers.
    ``emergency`` services are never planned. ``waited_too_long`` demands have waited
    ``longest_wait_min``, and go to the last resort.
    """

    at: datetime
    demands: tuple[StormDemand, ...]
    incidents: int
    called: int
    later: int
    waiting: int
    queued: int
    last_resort: int
    waited_too_long: int
    total_min: float
    bound_min: float
    certificate: Message
    binding: Message
    line_price: float
    operators: int | None
    shortages: tuple[Shortage, ...]
    provider_file: ProviderSource
    emergency: tuple[StormEmergency, ...] = ()
    rejected: int = 0
    appointments: int = 0
    applied: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """6 if rows were rejected, 3 if a demand waits or goes to the last resort, else 0."""
        if self.rejected:
            return ExitCode.PARTIAL
        return (
            ExitCode.NO_PROVIDER if self.last_resort or self.waiting or self.queued else ExitCode.OK
        )
