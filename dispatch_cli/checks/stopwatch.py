"""How long each phase of a look took, and in which it is now."""

from contextvars import ContextVar
from time import perf_counter


class Stopwatch:
    """Times the phases of one look; a phase that comes again, after a redirect, adds up."""

    def __init__(self) -> None:
        self._took: dict[str, float] = {}
        self._since = perf_counter()
        self.phase = ""

    def begin(self, phase: str) -> None:
        """End the phase that runs and begin another; none with ""."""
        now = perf_counter()
        if self.phase:
            self._took[self.phase] = self._took.get(self.phase, 0.0) + now - self._since
        self.phase, self._since = phase, now

    def phases(self) -> tuple[tuple[str, float], ...]:
        """End the phase that runs and list all of them in seconds, in the order they began."""
        self.begin("")
        return tuple(self._took.items())


watch: ContextVar[Stopwatch] = ContextVar("watch")
"""The stopwatch of the look that the current task belongs to: the steps that are timed (name,
socket, TLS) are the same for every kind of look, and are not told for whom."""
