"""How a case is worked: states, acts and what to say, without clock, files or terminal."""

from .answers import (
    accept,
    answer,
    arrive,
    ask,
    cancel,
    close,
    correct,
    must_be_open,
    promise,
)
from .states import (
    LIVE,
    Deadline,
    Gate,
    Next,
    deadlines,
    next_option,
    offer_of,
    offers_for,
    overdue,
    service_of,
    service_state,
)
from .table import ACTIONS, TABLE, Refused, as_markdown

__all__ = [
    "ACTIONS",
    "LIVE",
    "TABLE",
    "Deadline",
    "Gate",
    "Next",
    "Refused",
    "accept",
    "answer",
    "arrive",
    "as_markdown",
    "ask",
    "cancel",
    "close",
    "correct",
    "deadlines",
    "must_be_open",
    "next_option",
    "offer_of",
    "offers_for",
    "overdue",
    "promise",
    "service_of",
    "service_state",
]
