"""Thresholds of a monitor: how many providers may be down, in the notation of Nagios."""

import re
from math import inf

from msgspec import Struct

_RANGE = re.compile(r"(@?)(?:(~|[0-9]{1,6}(?:\.[0-9]+)?)?:)?([0-9]{1,6}(?:\.[0-9]+)?)?(%?)")


class Threshold(Struct, frozen=True):
    """A range of the number or share of providers that are down; outside it is the alarm.

    ``is_inverted`` (``@``): the alarm is inside the range, ends included.
    """

    text: str
    low: float
    high: float
    is_inverted: bool = False
    is_share: bool = False

    def is_beyond(self, down: int, open_now: int) -> bool:
        """Return whether the alarm is on, for ``down`` of ``open_now`` providers."""
        value = float(down)
        if self.is_share:
            value = 100 * down / open_now if open_now else 0.0
        return (self.low <= value <= self.high) is self.is_inverted


def parse_threshold(text: str) -> Threshold | None:
    """Read ``5``, ``2:``, ``~:5``, ``2:5``, ``@2:5``, each also in percent; None for others."""
    match = _RANGE.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    low = -inf if match[2] == "~" else float(match[2] or 0)
    high = inf if match[3] is None else float(match[3])
    if low > high:
        return None
    return Threshold(text, low, high, bool(match[1]), bool(match[4]))
