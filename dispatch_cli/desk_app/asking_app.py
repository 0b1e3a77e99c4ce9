"""The part of the desk that asks: a question at the bottom, answered by one key or a line."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from ..cases.book import Book
from ..errors import DispatchError
from ..messages import Message
from .desk_drawing import fuzzy
from .desk_tools import DeskTools, Question, Words
from .desk_widgets import Body, Field, KeyPressed, Pasted
from .key_guard import KeyGuard


class AskingApp(App[None]):
    """A screen with a body, a line that says what was done, a question, a field and the keys."""

    CSS = """
    Screen { background: $background; }
    #screens { height: 1fr; }
    #main { width: 1fr; height: 100%; }
    #beside { width: 59; height: 100%; border-left: solid $foreground 40%; display: none; }
    #message, #question, #keys { height: auto; link-style: none; }
    #field { display: none; height: 1; border: none; padding: 0; }
    """
    TITLE = "dispatch"

    def __init__(self, book: Book, tools: DeskTools, guard: KeyGuard) -> None:
        super().__init__()
        self.opened, self._tools, self.guard = book, tools, guard
        self.asked: Question | None = None
        self.said: tuple[Words, ...] = ()
        self.is_error = False
        self.chosen = 0
        """Which suggestion is chosen, from 1 on; 0 for the typed text itself."""

    @property
    def book(self) -> Book:
        """The log as of now."""
        return self.opened.renewed()

    @property
    def tools(self) -> DeskTools:
        """The functions of the command line."""
        return self._tools

    def compose(self) -> ComposeResult:
        """Make the parts of the screen, from top to bottom."""
        with Horizontal(id="screens"):
            yield Body(id="main")
            yield Static(id="beside")
        yield Static(id="message")
        yield Static(id="question")
        yield Field(id="field", compact=True)
        yield Static(id="keys")

    def end_on_signals(self) -> None:
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
        self.tell(Message("Ctrl-Q leaves the desk"))
        self.draw()

    def draw(self) -> None:
        """Draw every part that has changed."""

    def left(self, asked: Question) -> None:
        """Do what follows when a question was left with Escape."""

    def in_field(self, asked: Question, key: str) -> None:
        """Do what a key stands for that a field leaves to the desk."""

    def tell(self, *texts: Words, is_error: bool = False) -> None:
        """Show what was done or not done."""
        self.said, self.is_error = texts, is_error

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do an act; what is refused is shown, and nothing has changed then."""
        unshown = self.opened.unshown
        unshown.clear()
        try:
            act()
        except DispatchError as error:
            self._tell_failed(error)
        except Exception as error:
            if isinstance(error, OSError):
                raise
            self._tell_failed(self._tools.bug(error))
        else:
            self.said = (*self.said, *unshown.warnings)
            unshown.clear()
            return True
        unshown.clear()
        return False

    def _tell_failed(self, error: DispatchError) -> None:
        """Say what was recorded all the same, then what has failed and what to do."""
        unshown = self.opened.unshown
        recorded = [Message("recorded: {fact}", fact=each) for each in unshown.recorded]
        problems = [Message("{problem}", problem=each) for each in error.problems]
        hint = [error.hint] if error.hint else []
        self.tell(*recorded, *problems, *hint, *unshown.warnings, is_error=True)

    def ask(self, question: Question) -> None:
        """Ask for a line of text or for one key."""
        self.asked, self.chosen = question, 0
        field = self.query_one("#field", Field)
        if question.choices:
            field.display = False
            self.query_one("#main").focus()
        else:
            field.value = question.value
            field.cursor_position = len(question.value)
            field.display = True
            field.focus()

    def unask(self) -> None:
        """Take the question off the screen; nothing was done."""
        self.asked = None
        field = self.query_one("#field", Field)
        field.display, field.value = False, ""
        self.query_one("#main").focus()

    @property
    def typed(self) -> str:
        """The text in the field that has not been entered yet."""
        field = self.query_one("#field", Field)
        return field.value.strip() if field.display else ""

    def choose(self, by: int) -> None:
        """Choose another suggestion for the typed text."""
        self.chosen = min(max(self.chosen + by, 0), len(self.offered()))

    def offered(self) -> Sequence[str]:
        """Return the suggestions for the typed text."""
        asked = self.asked
        if asked is None or asked.offered is None or not self.typed:
            return ()
        return fuzzy(self.typed, asked.offered(self.typed))

    def answer(self, asked: Question, key: str, character: str) -> None:
        """Give a key to the open question; Escape leaves it, and nothing was done."""
        if key == "escape":
            self.unask()
            self.left(asked)
            return
        if not asked.choices:
            self.in_field(asked, key)
            return
        names = [each for each, _ in asked.choices]
        answer = character if character in names else key
        if answer not in names:
            self.unask()
            self.tell(Message("not done: {key} is no answer here", key=character or key))
            return
        refused = self.guard.refusal(answer, answer)
        if refused is not None:
            self.tell(refused, is_error=True)
            return
        self.guard.pressed()
        self.unask()
        self.attempt(lambda: asked.then(answer))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Draw the suggestions for what was typed."""
        self.chosen = 0
        self.draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the typed text as the answer, or the suggestion that was chosen."""
        asked = self.asked
        if asked is None:
            return
        offered, text = self.offered(), event.value.strip()
        if 0 < self.chosen <= len(offered):
            text = offered[self.chosen - 1]
        if not text and not asked.can_be_empty:
            return
        self.guard.pressed()
        self.unask()
        if not self.attempt(lambda: asked.then(text)) and self.asked is None:
            # What was refused can be mended: the text stays in the field.
            asked.value = text
            self.ask(asked)
        self.draw()

    def on_pasted(self, event: Pasted) -> None:
        """Say that a pasted text was dropped."""
        self.tell(Message("pasted text was dropped: no field is open"), is_error=True)
        self.draw()

    def on_key_pressed(self, event: KeyPressed) -> None:
        """Handle a key of the body, or one that a field has left to the desk."""
        self.handle(event.key, event.character)

    def handle(self, key: str, character: str) -> None:
        """Do what a key stands for."""
