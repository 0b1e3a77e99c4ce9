"""The body of the desk, and when two texts look the same."""

from collections.abc import Callable

from rich.text import Text
from textual import events
from textual.message import Message as Event
from textual.widgets import Static

FIELD_KEYS = frozenset({"escape", "tab", "up", "down"})
"""Keys that a text field leaves to the desk, besides the function keys."""


class RowClicked(Event):
    """A click on a line of the body."""

    def __init__(self, row: int) -> None:
        self.row = row
        super().__init__()


class WorkDone(Event):
    """Work in the background has ended; ``show`` shows what it has made."""

    def __init__(self, show: Callable[[], None]) -> None:
        self.show = show
        super().__init__()


class Body(Static, can_focus=True):
    """The board or the card: it shows text, and a click selects."""

    def on_click(self, event: events.Click) -> None:
        """Tell the desk which line was clicked."""
        self.post_message(RowClicked(event.y))


def same_text(one: object, other: Text) -> bool:
    """Return whether two texts look the same, so that nothing must be drawn."""
    return isinstance(one, Text) and one == other and one.spans == other.spans


def same_height(one: object, other: Text) -> bool:
    """Return whether two texts have as many lines."""
    return isinstance(one, Text) and one.plain.count("\n") == other.plain.count("\n")
