"""Guard against accidental keys: a key that no person has pressed on purpose records nothing."""

import time
from collections.abc import Callable

from ..messages import Message

APPEARED_S = 0.15
"""A recording key so soon after a screen has appeared was meant for the one before."""

AGAIN_S = 0.5
"""The same recording key so soon after itself is a bounce, or a key that was held down."""


class KeyGuard:
    """Remembers when the screen has appeared and which recording key was pressed last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._appeared = -AGAIN_S
        self._last: tuple[str, float] = ("", -AGAIN_S)
        self.last_key_at = -10.0

    def appeared(self) -> None:
        """Note that another case, offer or state stands on the screen now."""
        self._appeared = self._clock()

    def pressed(self) -> None:
        """Note that any key was pressed."""
        self.last_key_at = self._clock()

    def now(self) -> float:
        """Return the seconds of the clock."""
        return self._clock()

    def since_key(self) -> float:
        """Return the seconds since the last key."""
        return self._clock() - self.last_key_at

    def refusal(self, key: str, name: str) -> Message | None:
        """Return why a recording key is dropped; None if it counts. A dropped key starts anew."""
        now, (last, at) = self._clock(), self._last
        self._last = (key, now)
        if now - self._appeared < APPEARED_S:
            text = "{key} dropped: the screen has just changed, press it again"
            return Message(text, key=name)
        if key == last and now - at < AGAIN_S:
            return Message("{key} dropped: pressed twice, press it again", key=name)
        return None


class NoGuard(KeyGuard):
    """The guard of a dialogue in lines: a line that was entered was meant."""

    def refusal(self, key: str, name: str) -> Message | None:
        """Return None: every line counts."""
        return None
