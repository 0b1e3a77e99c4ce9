"""The table of states and actions of an offer; the docs are made from it."""

from collections.abc import Mapping

from msgspec import Struct

from ..messages import Message
from ..model.case import OfferState

ACTIONS = (
    "accept",
    "decline",
    "no_answer",
    "unreachable",
    "wrong_equipment",
    "eta",
    "arrive",
    "fail",
    "unsuccessful",
    "cancel",
    "correct",
    "later",
    "call_off",
    "tell_driver",
    "tell_caller",
)


class Refused(Struct, frozen=True):
    """The reason why an action is refused in a state; it follows the offer's number."""

    why: Message


Cell = OfferState | Refused

_LATE = Refused(Message("has already been answered"))
_NOT_ACCEPTED = Refused(Message("has not been accepted"))
_OVER = Refused(Message("is over"))
_THERE = Refused(Message("has already arrived"))
_GONE = Refused(Message("was superseded by a correction"))
_WITHDRAWN = Refused(Message("has been called off"))

_ANSWERS: Mapping[str, Cell] = {
    "accept": "accepted",
    "decline": "declined",
    "no_answer": "no_answer",
    "unreachable": "unreachable",
    "wrong_equipment": "wrong_equipment",
    "cancel": "cancelled",
    "correct": "corrected",
    "later": "later",
    "call_off": "called_off",
}


def _row(default: Cell, **cells: Cell) -> dict[str, Cell]:
    return {action: cells.get(action, default) for action in ACTIONS}


TABLE: Mapping[OfferState, Mapping[str, Cell]] = {
    "open": _row(_NOT_ACCEPTED, **_ANSWERS),
    # The provider asks its driver and rings back.
    "later": _row(_NOT_ACCEPTED, **_ANSWERS),
    "accepted": _row(
        _LATE,
        eta="accepted",
        arrive="arrived",
        fail="failed",
        wrong_equipment="wrong_equipment",
        unsuccessful="unsuccessful",
        cancel="cancelled",
        correct="corrected",
        tell_driver="accepted",
        tell_caller="accepted",
    ),
    "arrived": _row(
        _THERE,
        fail="failed",
        wrong_equipment="wrong_equipment",
        unsuccessful="unsuccessful",
        cancel="cancelled",
    ),
    # A provider that calls back may still accept if no other one has (``offer_changes``).
    # After the undo of such an acceptance it may have to be called off.
    "no_answer": _row(_LATE, accept="accepted", correct="corrected", call_off="no_answer"),
    "declined": _row(_LATE, correct="corrected"),
    "unreachable": _row(_LATE, correct="corrected"),
    "wrong_equipment": _row(_OVER, correct="corrected"),
    "failed": _row(_OVER, correct="corrected"),
    "unsuccessful": _row(_OVER),
    # A provider that must be called off stays in these states when that is done.
    "cancelled": _row(_OVER, correct="corrected", call_off="cancelled"),
    "called_off": _row(_WITHDRAWN, call_off="called_off"),
    "corrected": _row(_GONE, call_off="corrected"),
}
"""``TABLE[state][action]`` is the next state, or why the action is refused."""


def as_markdown() -> str:
    """Return the table for the docs; the cell of a refused action is empty."""
    head = f"| state | {' | '.join(ACTIONS)} |\n|{'---|' * (len(ACTIONS) + 1)}\n"
    rows = [
        f"| {state} | {' | '.join(c if isinstance(c, str) else '' for c in cells.values())} |\n"
        for state, cells in TABLE.items()
    ]
    return head + "".join(rows)
