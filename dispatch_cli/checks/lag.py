"""Measure how late the checker itself is.

An overloaded loop sees answers late and would count its own delay as that of providers: one monitor
saw 80 targets flap, and 50 of them did not.
"""

import asyncio

_TICK_S = 0.05


class LagMeter:
    """Wakes up regularly and records its own delay."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + _TICK_S
        self._late: list[tuple[float, float]] = []
        self._timer = self._loop.call_at(self._due, self._tick)

    def worst_since(self, begun: float) -> float:
        """Return the largest delay, in seconds, since a moment of the loop's clock."""
        now = self._loop.time()
        noted = [late for when, late in self._late if when >= begun]
        return max(now - self._due, 0.0, *noted)

    def close(self) -> None:
        """Stop waking up."""
        self._timer.cancel()

    def _tick(self) -> None:
        now = self._loop.time()
        if (late := now - self._due) >= _TICK_S:
            self._late.append((now, late))
        self._due = now + _TICK_S
        self._timer = self._loop.call_at(self._due, self._tick)
