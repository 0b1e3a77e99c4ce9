"""What the operator's desk shows: the board of all open cases, and the card of one case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from ..messages import Message
from ..model.case import Act, EmergencyState
from .case_results import CaseView, DraftView, Exhausted, OfferCard, Overdue, Recorded

RowState = Literal["asked", "asking", "next", "left", "skipped"]
"""The state of a provider in the cascade: asked before, asked now, next, later, or not callable."""

Stands = Literal[
    "next", "rings_back", "asking", "accepted", "arrived", "exhausted", "idle", "ended"
]
"""What an operator can do for the chosen service of a case.

``rings_back``: one firm will ring back, and the next one can be called meanwhile.
"""


class Board(Struct, frozen=True, kw_only=True):
    """All open cases and the calls that are not finished yet, the most urgent first."""

    rows: tuple[CaseView | DraftView, ...] = ()
    roads: dict[int, str] = {}
    """The road of each case that has one, which its firms are told as well."""
    makes: dict[int, str] = {}
    """The make of the vehicle of each case for which it is known."""
    clients: dict[str, str] = {}
    """The names of the clients by id."""

    @property
    def cases(self) -> list[CaseView]:
        """The cases alone."""
        return [each for each in self.rows if isinstance(each, CaseView)]

    @property
    def drafts(self) -> list[DraftView]:
        """The calls that are not finished yet."""
        return [each for each in self.rows if isinstance(each, DraftView)]


class CascadeRow(Struct, frozen=True, kw_only=True):
    """A provider of a frozen cascade, as the gates of now see it.

    ``there_at`` is when help would be there if the providers are asked in turn. ``at`` is the time
    of the call or the answer of a provider that was asked. ``why`` says why one is not called, or
    that a plan of many cases puts it first.
    """

    rank: int
    name: str
    phone: str
    state: RowState
    there_at: datetime | None = None
    chance: float | None = None
    answer: str = ""
    reason: str = ""
    at: datetime | None = None
    why: Message | str = ""


class DeskCard(Struct, frozen=True, kw_only=True):
    """One case with the service that the keys are for.

    ``ref`` is the offer that an answer concerns, empty without one; ``next_provider`` the id of the
    provider to call next. Of ``offer`` (the call that is open, or the next one), ``accepted`` and
    ``exhausted`` at most one is there.
    """

    case: CaseView
    stands: Stands
    road: str = ""
    make: str = ""
    client: str = ""
    """The name of the client; empty for a motorist without a client, or before the question."""
    service: str = ""
    ref: str = ""
    provider: str = ""
    next_provider: str = ""
    phone: str = ""
    name: str = ""
    offer: OfferCard | None = None
    answer_by: datetime | None = None
    rings_back: str = ""
    """The name of the firm that will ring back, by ``answer_by``; its offer is ``ref``."""
    accepted: Recorded | None = None
    there_at: datetime | None = None
    tell_driver_by: datetime | None = None
    tell_caller_by: datetime | None = None
    exhausted: Exhausted | None = None
    last_resort: tuple[str, Message | str] = ("", "")
    rows: tuple[CascadeRow, ...] = ()
    acts: tuple[Act, ...] = ()
    emergency: EmergencyState = ""
    emergency_by: datetime | None = None
    advice: tuple[Message | str, ...] = ()
    """What is read aloud to the caller at once: behind the barrier, vest on, …"""

    missed: tuple[Overdue, ...] = ()
    """The missed deadlines that the card does not show as a running time."""

    same: tuple[CaseView, ...] = ()
    """The open cases that may be about the same motorist."""

    excluded: Mapping[str, int] = {}
    """The number of providers that cannot be asked now, by reason."""

    to_call_off: tuple[tuple[str, str, str], ...] = ()
    """The offers to call off: number, name and phone."""

    planned: Message | str = ""
    """The provider that a plan of many cases proposes, and when it was made; empty without one."""

    @property
    def on_screen(self) -> tuple[str, ...]:
        """What the keys apply to: another operator's act on it must never be overlooked."""
        return self.stands, self.service, self.ref, self.next_provider, self.phone
