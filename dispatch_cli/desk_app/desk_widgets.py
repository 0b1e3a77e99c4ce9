"""The widgets of the desk: the body that takes keys and clicks, and the field for typed texts."""

from rich.text import Text
from textual import events
from textual.message import Message as Event
from textual.widgets import Input, Static

FIELD_KEYS = frozenset({"escape", "tab", "up", "down"})
"""Keys that a text field leaves to the desk, besides the function keys."""


class KeyPressed(Event):
    """A key that the desk must handle; ``character`` is what it types, "" for none."""

    def __init__(self, key: str, character: str) -> None:
        self.key, self.character = key, character
        super().__init__()


class RowClicked(Event):
    """A click on a line of the body."""

    def __init__(self, row: int) -> None:
        self.row = row
        super().__init__()


class Pasted(Event):
    """A text that was pasted while no field had the focus; it goes nowhere."""


class Body(Static, can_focus=True):
    """The board or the card: it shows text, takes keys, and never takes pasted text."""

    def on_key(self, event: events.Key) -> None:
        """Give every key to the desk."""
        event.stop()
        event.prevent_default()
        self.post_message(KeyPressed(event.key, event.character or ""))

    def on_paste(self, event: events.Paste) -> None:
        """Drop a pasted text, visibly."""
        event.stop()
        self.post_message(Pasted())

    def on_click(self, event: events.Click) -> None:
        """Tell the desk which line was clicked."""
        self.post_message(RowClicked(event.y))


class Field(Input):
    """A line of text. Function keys, Escape, Tab and the arrows up and down go to the desk."""

    async def _on_key(self, event: events.Key) -> None:
        is_function = event.key[:1] == "f" and event.key[1:].isdigit()
        if event.key in FIELD_KEYS or is_function:
            event.stop()
            event.prevent_default()
            self.post_message(KeyPressed(event.key, ""))
            return
        await super()._on_key(event)


def same_text(one: object, other: Text) -> bool:
    """Return whether two texts look the same, so that nothing must be drawn."""
    return isinstance(one, Text) and one == other and one.spans == other.spans


def same_height(one: object, other: Text) -> bool:
    """Return whether two texts have as many lines."""
    return isinstance(one, Text) and one.plain.count("\n") == other.plain.count("\n")
