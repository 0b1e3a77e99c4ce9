"""The full screen of the desk, on Textual: keys and pastes in, and the session drawn in parts."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from rich.control import Control
from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.command import CommandPalette
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.screen import ModalScreen
from textual.screen import Screen as TextualScreen
from textual.widgets import Input, Static

from ..cases.book import Book
from ..messages import Message
from ..render.layout import pad, shorten
from ..render.wording import worded
from .desk_panels import ROWS_FROM, clicked_demand, first_row, has_beside, panels
from .desk_session import DeskSession
from .desk_tools import DeskTools, Question, Words
from .desk_widgets import FIELD_KEYS, Body, RowClicked, WorkDone, same_height, same_text
from .key_guard import KeyGuard
from .key_table import DeskKey, is_function, valid_keys

POLL_S = 2.0
_LOW = ("message", "question", "keys")
"""The parts that are as high as their text."""

_MAY_BE_EMPTY = ("message", "question")


class DeskProgram(App[None]):
    """A body, the board beside it, a line that says what was done, a question, a field, the keys.

    ``bell``, ``exit`` and ``copy_to_clipboard``, which the session needs, are those of Textual.
    """

    CSS = """
    Screen { background: $background; }
    #screens { height: 1fr; }
    #main { width: 1fr; height: 100%; }
    #beside { width: 59; height: 100%; border-left: solid $foreground 40%; display: none; }
    #message, #question, #keys { height: auto; link-style: none; }
    #field { display: none; height: 1; border: none; padding: 0; }
    """
    TITLE = "dispatch"

    def __init__(
        self,
        book: Book,
        tools: DeskTools,
        *,
        spoken: str = "de",
        case_id: int | None = None,
        said: Sequence[Words] = (),
        guard: KeyGuard | None = None,
    ) -> None:
        super().__init__()
        self.session = DeskSession(
            book, tools, self, guard=guard or KeyGuard(), spoken=spoken, said=said
        )
        self._first_case = case_id
        self._drawn: dict[str, object] = {}
        self._is_ready = False

    def compose(self) -> ComposeResult:
        """Make the parts of the screen, from top to bottom."""
        with Horizontal(id="screens"):
            yield Body(id="main")
            yield Static(id="beside")
        yield Static(id="message")
        yield Static(id="question")
        # The focus comes later than the first letters, which it must not select and replace.
        yield Input(id="field", compact=True, select_on_focus=False)
        yield Static(id="keys")

    def on_mount(self) -> None:
        """Read the log, show the first screen, and start the clocks."""
        self.query_one("#main").focus()
        self._end_on_signals()
        self._is_ready = True
        self.session.begin(self._first_case)
        self.set_interval(1.0, self.tick)
        self.set_interval(POLL_S, self.poll)
        self.draw()

    def _end_on_signals(self) -> None:
        """Leave by SIGTERM and SIGHUP as by a key, so that the terminal gets its settings back."""
        if self.is_headless or os.name != "posix":
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def _fatal_error(self) -> None:
        """End the screen without a traceback, whose local values may be personal data."""
        self._close_messages_no_wait()

    @property
    def failure(self) -> BaseException | None:
        """The mistake that has ended the program, for the log file; None without one."""
        return self._exception

    def action_help_quit(self) -> None:
        """Say how to leave; Ctrl-C is pressed by habit."""
        self.session.tell(Message("Ctrl-Q leaves the desk"))
        self.draw()

    def get_system_commands(self, screen: TextualScreen[object]) -> Iterable[SystemCommand]:
        """Offer every key of the screen in the command palette as well."""
        for each in valid_keys(self.session.place):
            label = worded(each.label)
            yield SystemCommand(f"{each.name}  {label}", label, lambda key=each: self._palette(key))

    def action_command_palette(self) -> None:
        """Open the palette, with its prompt in the language of the screen."""
        if len(self.screen_stack) == 1:
            prompt = worded(Message("search for an act …"))
            self.push_screen(CommandPalette(placeholder=prompt, id="--command-palette"))

    def _palette(self, key: DeskKey) -> None:
        self.session.press(key)
        self.draw()

    def on_row_clicked(self, event: RowClicked) -> None:
        """Select the row of a click."""
        state = self.session.state
        shown = self.session.shown(self.size.width, self.size.height)
        if shown.place == "plan":
            self.session.acts.select_planned(clicked_demand(shown, event.row))
            self.draw()
            return
        at = event.row - ROWS_FROM + first_row(shown)
        if shown.place == "board" and event.row >= ROWS_FROM and at < len(state.rows):
            state.selected = state.rows[at].number
            self.draw()

    def on_resize(self) -> None:
        """Draw for the new size, once the parts have theirs."""
        self._drawn.clear()
        self.call_after_refresh(self.draw)

    def action_press(self, key: str) -> None:
        """Press the key of a label that was clicked."""
        self.session.handle(key, key if len(key) == 1 else "")
        self.draw()

    def tick(self) -> None:
        """Let all times run, once a second."""
        self.session.tick()
        self.draw()

    def poll(self) -> None:
        """See what other desks have written."""
        if self.session.poll():
            self.draw()

    def in_background(self, work: Callable[[], Callable[[], None]]) -> None:
        """Work in a thread, then show in this one what was made."""
        self.run_worker(lambda: self.post_message(WorkDone(work())), thread=True)

    def on_work_done(self, event: WorkDone) -> None:
        """Show what was made in the background."""
        event.show()
        self.draw()

    def show_waiting(self, text: str) -> None:
        """Show on the last line that the program waits for the case log.

        Nothing is painted meanwhile, so that the line goes straight to the terminal.
        """
        if self._driver is None:
            return
        line = pad(shorten(text, self.size.width), self.size.width)
        style = f"\x1b[7m{line}\x1b[0m"
        self._driver.write(Control.move_to(0, self.size.height - 1).segment.text + style)
        self._driver.flush()
        self.screen.refresh()

    @property
    def _field(self) -> Input:
        return self.query_one("#field", Input)

    def open_question(self, question: Question) -> None:
        """Open the field for a line of text, or none for a question with choices."""
        field = self._field
        if question.choices:
            field.display = False
            self.query_one("#main").focus()
            return
        field.value = question.value
        field.display = True
        field.focus()
        # The first letter replaces an earlier answer; the cursor keys keep it for a correction.
        field.select_all()

    def close_question(self) -> None:
        """Close the field, and forget what was typed."""
        field = self._field
        field.display, field.value = False, ""
        self.query_one("#main").focus()

    @property
    def typed(self) -> str:
        """The text in the field that has not been entered yet."""
        return self._field.value.strip() if self._field.display else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        """Draw the suggestions for what was typed."""
        self.session.chosen = 0
        self.draw()

    async def on_event(self, event: events.Event) -> None:
        """Handle keys and pasted texts one after the other, before the widgets see them.

        A widget has a queue of its own: a digit that is typed right after the key that opens a
        field would reach the body, and be lost.
        """
        is_own = len(self.screen_stack) == 1 and not isinstance(self.screen, ModalScreen)
        if isinstance(event, events.Key) and is_own and not self._is_left(event):
            self._press(event)
            return
        if isinstance(event, events.Paste) and is_own:
            self._paste(event.text)
            return
        await super().on_event(event)

    def _is_left(self, event: events.Key) -> bool:
        """Return whether Textual handles a key: the palette's, and the cursor keys of a field."""
        if event.key == "ctrl+p":
            return True
        is_typed = event.is_printable or event.key in ("enter", "backspace")
        return self.session.has_field and not (
            is_typed or is_function(event.key) or event.key in FIELD_KEYS
        )

    def _press(self, event: events.Key) -> None:
        has_field = self.session.has_field
        if has_field and event.key == "enter":
            self.session.submit(self._field.value)
        elif has_field and event.is_printable and event.character:
            self._insert(event.character)
            return
        elif has_field and event.key == "backspace":
            self._field.action_delete_left()
            return
        elif event.key == "ctrl+c":
            self.action_help_quit()
        else:
            self.session.handle(event.key, event.character or "")
        self.draw()

    def _paste(self, text: str) -> None:
        """Put a pasted text into the open field; without one it goes nowhere, visibly."""
        if self.session.has_field:
            lines = text.splitlines()
            self._insert(" ".join(lines))
        else:
            said = Message("pasted text was dropped: no field is open")
            self.session.tell(said, is_error=True)
        self.draw()

    def _insert(self, text: str) -> None:
        """Put text into the field, in place of what is selected."""
        self._field.delete_selection()
        self._field.insert_text_at_cursor(text)

    def draw(self) -> None:
        """Draw every part that has changed."""
        if not self._is_ready or not self.size.width:
            return
        try:
            beside = self.query_one("#beside")
        except NoMatches:
            return  # the clocks still run while the parts are taken down at the end
        beside.display = has_beside(self.session.place, self.size.width)
        for name, text in panels(self.session.shown(self.size.width, self.size.height)).items():
            if not same_text(self._drawn.get(name), text):
                before, self._drawn[name] = self._drawn.get(name), text
                widget = self.query_one(f"#{name}", Static)
                # A new layout takes ten times as long as drawing, and each second all clocks move.
                widget.update(text, layout=name in _LOW and not same_height(before, text))
                if name in _MAY_BE_EMPTY:
                    widget.display = bool(text.plain)
