"""Make checks of a provider, and add them up."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch_cli.availability.hard_states import advance
from dispatch_cli.availability.samples import combine_readings
from dispatch_cli.model.check import CheckSettings, Move, Reading, Watched

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY = 5 * MINUTE
SETTINGS = CheckSettings()


def look(state: str = "up", minutes: float = 0, **facts: Any) -> Reading:
    """Make a check some minutes after noon."""
    return Reading(
        **{
            "provider": "huber",
            "kind": "tcp",
            "at": NOON + minutes * MINUTE,
            "state": state,
            "why": {"down": "connection refused", "busy": "0 free"}.get(state, ""),
            **facts,
        }
    )


def after(
    states: Iterable[str],
    start: Watched | None = None,
    *,
    is_closed: bool = False,
    settings: CheckSettings = SETTINGS,
    from_min: float = 0,
) -> tuple[Watched, list[Move]]:
    """Add checks five minutes apart; returns the state and everything that was reported."""
    watched, moves = start or Watched(provider="huber"), []
    for number, state in enumerate(states):
        reading = look(state, from_min + 5 * number)
        watched, move = add(watched, reading, settings, is_closed=is_closed)
        moves += [move] if move else []
    return watched, moves


def add(
    watched: Watched, reading: Reading, settings: CheckSettings = SETTINGS, *, is_closed: bool
) -> tuple[Watched, Move | None]:
    """Add a run with one check."""
    return advance(watched, combine_readings([reading], settings), settings, is_closed=is_closed)


def shortened(moves: Iterable[Move]) -> list[str]:
    """Shorten the reported moves."""
    return [
        f"{move.before}-{move.after}{' flapping' if move.is_flapping else ''}" for move in moves
    ]
