"""The recorded facts and warnings of a command that are not on the screen yet."""

from msgspec import Struct

from ..messages import Message


class UnshownMessages(Struct):
    """Sentences that the user must read, also if the command fails after its commit.

    ``recorded`` has one for each act in the log, ``warnings`` those that belong to these acts.
    Neither has personal data.
    """

    recorded: list[Message | str] = []
    warnings: list[Message | str] = []

    def clear(self) -> None:
        """Remove all sentences, which are now on the screen."""
        self.recorded.clear()
        self.warnings.clear()
