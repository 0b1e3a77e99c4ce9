"""The worst state of a provider on each of the last days, from its recorded moves."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from ..model.check import Move, Watched
from ..results.check_results import DAYS, DayState

_END = datetime.max.replace(tzinfo=UTC)
_WORST_FIRST: tuple[DayState, ...] = ("down", "degraded", "up", "")


def day_states(watched: Watched, moves: Sequence[Move], now: datetime) -> tuple[DayState, ...]:
    """Return the worst state of each of the last days in the time zone of ``now``, oldest first.

    ``moves`` are those of this provider since then, the oldest first. While a provider flaps its
    single changes are not recorded: it counts as degraded. A day before the first look is "".
    """
    midnights = [_midnight(now, days) for days in range(DAYS - 1, -1, -1)]
    spans = list(_spans(watched, moves))
    found: list[DayState] = []
    # The last day includes this moment.
    for start, end in zip(midnights, [*midnights[1:], now + timedelta.resolution], strict=True):
        states = {state for state, begun, ended in spans if begun < end and ended > start}
        found.append(next((each for each in _WORST_FIRST if each in states), ""))
    return tuple(found)


def _midnight(now: datetime, days: int) -> datetime:
    day = now.date() - timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=now.tzinfo)


def _spans(
    watched: Watched, moves: Sequence[Move]
) -> Sequence[tuple[DayState, datetime, datetime]]:
    """Return each state with its beginning and end; the first began with the first look.

    Neither a first success nor a change between "up" and "busy" is recorded as a move.
    """
    first = watched.first_at or watched.since
    if not moves:
        state = _day_state(watched.state, is_flapping=watched.is_flapping)
        return () if first is None else ((state, first, _END),)
    # A provider that was out of the file has moves from before its first look.
    begins = [min(first or moves[0].at, moves[0].at), *(each.at for each in moves)]
    states = [
        _day_state(moves[0].before, is_flapping=False),
        *(_day_state(each.after, is_flapping=each.is_flapping) for each in moves),
    ]
    return tuple(zip(states, begins, [*begins[1:], _END], strict=True))


def _day_state(state: str, *, is_flapping: bool) -> DayState:
    if state == "down":
        return "down"
    if is_flapping or state == "degraded":
        return "degraded"
    return "" if state == "unknown" else "up"
