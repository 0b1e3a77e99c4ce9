"""The results of handing over, merging, comparing and finding cases."""

from datetime import datetime

from msgspec import Struct

from ..messages import Message
from .case_results import DeadlineView, DraftView

FOUND_BY = ("number", "plate", "ref", "place", "case")
"""The facts by which a search finds a case."""

PROMISED = ("arrival", "arrived", "answer", "ring back", "call off")
"""What a firm has promised or done, or the desk must still do."""


class CallBackNumber(Struct, frozen=True):
    """The number under which a caller of a case is reached; of a merged case, its own number."""

    case_id: int
    number: str


class HandedPromise(Struct, frozen=True):
    """What a firm has promised to a case that is handed over, or what is still to be done.

    ``what`` is one of PROMISED, ``at`` its moment.
    """

    ref: str
    service: str
    name: str
    phone: str
    what: str
    at: datetime


class HandedCase(Struct, frozen=True, kw_only=True):
    """A case that is handed over, without personal data."""

    case_id: int
    kind: str
    area: str
    promises: tuple[HandedPromise, ...]
    due: str
    due_at: datetime | None
    overdue: bool
    on_line_since: datetime | None
    deadlines: tuple[DeadlineView, ...] = ()


class HandOver(Struct, frozen=True, kw_only=True):
    """The cases that one operator has handed over to another, and the calls parked by the first."""

    to: str
    message: Message
    cases: tuple[HandedCase, ...]
    drafts: tuple[DraftView, ...] = ()


class FoundCase(Struct, frozen=True, kw_only=True):
    """A case that a search has found, without personal data; ``by`` names the equal fact.

    ``by`` is one of FOUND_BY. A parked call has the number ``draft`` (G1) and the ``case_id`` 0.
    """

    case_id: int
    by: str
    kind: str
    area: str
    state: str
    opened_at: datetime
    provider: str
    operator: str
    merged_into: int = 0
    draft: str = ""


class ComparedCase(Struct, frozen=True, kw_only=True):
    """One of two cases before their merge; plate and place are personal data."""

    case_id: int
    opened_at: datetime
    kind: str
    vehicle: str
    plate: str
    call_back_end: str
    """The last three digits of the call-back number."""
    where: str
    """The place in the caller's words, or the road."""
    place: Message | str
    state: str
    provider: str


class Merged(Struct, frozen=True, kw_only=True):
    """A duplicate that was merged into a case, with the offers whose firms are to be called off."""

    case_id: int
    duplicate: int
    message: Message
    call_off: tuple[HandedPromise, ...]
    warnings: tuple[Message | str, ...] = ()
