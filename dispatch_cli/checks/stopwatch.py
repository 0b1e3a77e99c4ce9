"""Measure how long each phase of a check takes."""

from contextvars import ContextVar
from time import perf_counter


class Stopwatch:
    """Measures the phases of one check; a phase that is repeated after a redirect adds up."""

    def __init__(self) -> None:
        self._took: dict[str, float] = {}
        self._since = perf_counter()
        self.phase = ""

    def begin(self, phase: str) -> None:
        """End the current phase and begin another one; "" begins none."""
        now = perf_counter()
        if self.phase:
            self._took[self.phase] = self._took.get(self.phase, 0.0) + now - self._since
        self.phase, self._since = phase, now

    def phases(self) -> tuple[tuple[str, float], ...]:
        """End the current phase and list all phases in seconds, in their order."""
        self.begin("")
        return tuple(self._took.items())


watch: ContextVar[Stopwatch] = ContextVar("watch")
"""The stopwatch of the current task's check; name, socket and TLS are shared by all kinds."""
