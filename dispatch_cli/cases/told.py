"""What a command has recorded so far, and what it noticed meanwhile."""

from msgspec import Struct

from ..messages import Message


class Told(Struct):
    """Sentences that the user must read, also if everything after the commit fails.

    ``recorded`` names each act that is in the log, ``warnings`` what was noticed at it. Neither has
    anything personal.
    """

    recorded: list[Message | str] = []
    warnings: list[Message | str] = []

    def clear(self) -> None:
        """Begin again: what was told stands on the screen."""
        self.recorded.clear()
        self.warnings.clear()
