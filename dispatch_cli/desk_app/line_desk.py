"""The desk in lines, for terminals that cannot draw, for pipes and for screen readers.

It is the same session as on the full screen: a line is the name of a key, the number of a row, or
the answer to the open question.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from ..cases.book import Book
from ..messages import Message
from ..render.console import screen_of
from ..render.layout import Line, Screen, encodable, line_text, wrap
from .desk_drawing import key_lines, question_text
from .desk_panels import Shown, body_lines, text_of_help
from .desk_session import DeskSession
from .desk_tools import DeskTools, Question, Words
from .key_guard import NoGuard
from .key_table import KEYS, has_effect, is_function, valid_keys

_ARROWS = ("up", "down")
"""The lines that lead to another question of a new call; elsewhere they are answers."""

_IN_FIELD = frozenset(
    {"escape", "up", "down", *(each.key for each in KEYS if is_function(each.key))}
)
"""The keys that a line can name while a text is asked for."""

_HINT = Message(
    "Each line is a key, the number of a case or an answer. ? shows all keys, Ctrl-D leaves."
)
_PROMPT = "> "


class LineDesk:
    """Reads a line, lets the session act, and writes what has changed since the line before."""

    typed = ""
    """A line is always entered, so that no text waits in a field."""

    def __init__(
        self,
        book: Book,
        tools: DeskTools,
        *,
        read: TextIO,
        write: TextIO,
        spoken: str = "de",
        case_id: int | None = None,
        said: Sequence[Words] = (),
    ) -> None:
        self._read, self._write = read, write
        self.session = DeskSession(book, tools, self, guard=NoGuard(), spoken=spoken, said=said)
        self._first_case = case_id
        self._subject = ""
        self._body: list[str] = []
        self._keys: list[str] = []
        self._is_left = False

    def run(self) -> None:
        """Work until the input ends; a new call is parked then."""
        try:
            self._put(wrap(self._screen.text(_HINT), self._screen.width))
            self.session.begin(self._first_case)
            while not self._is_left:
                self._show()
                self._write.write(_PROMPT)
                self._write.flush()
                line = self._read.readline()
                if not line:
                    break
                self._take(line.strip())
        finally:
            self.session.tell()
            self.session.acts.leave_call()
            self._put_said()

    def open_question(self, question: Question) -> None:
        """Do nothing: the question is written before the next line is read."""

    def close_question(self) -> None:
        """Do nothing."""

    def copy_to_clipboard(self, text: str) -> None:
        """Write the text on a line of its own, from which it can be copied."""
        self._put([text])

    def bell(self) -> None:
        """Ring on a terminal."""
        if self._write.isatty():
            self._write.write("\a")

    def in_background(self, work: Callable[[], Callable[[], None]]) -> None:
        """Work before the next line: what was made is written with its answer."""
        work()()

    def exit(self) -> None:
        """Leave after this line."""
        self._is_left = True

    def show_waiting(self, text: str) -> None:
        """Write that the program waits for the case log."""
        self._put([text])
        self._write.flush()

    @property
    def _screen(self) -> Screen:
        """A screen as wide as the terminal, and as high as needed."""
        found = screen_of(self._write)
        return Screen(found.width, None, found.encoding)

    def _take(self, line: str) -> None:
        """Do what a line says: answer the question, press a key, or open a row of the board."""
        session = self.session
        if session.poll():
            self._put_said()
        session.tick()
        key = _key_of(line)
        is_arrow = key in _ARROWS and (session.asked is None or not session.asked.is_intake)
        if session.asked is not None and session.has_field and (is_arrow or key not in _IN_FIELD):
            session.submit(line or session.asked.value)
        elif session.asked is None and session.select(line.upper()):
            session.handle("enter", "")
        else:
            session.handle(key, line if len(line) == 1 else "")

    def _show(self) -> None:
        """Write the lines that differ from what was written before, then the question or keys."""
        screen, session = self._screen, self.session
        shown = session.shown(screen.width, len(session.state.rows) + 24)
        subject = self._subject_of(shown)
        body = [line_text(each).rstrip() for each in self._lines(shown, screen)]
        known = frozenset(self._body) if subject == self._subject else frozenset()
        self._subject, self._body = subject, body
        # The first line has the clock, and running times; on the same subject it tells no more.
        self._put(each for each in body[bool(known) :] if each and each not in known)
        self._put_said()
        if shown.asked is not None:
            self._put(question_text(shown.asked, (), 0, screen.width).plain.splitlines())
            if shown.asked.value:
                text = screen.say("Enter: {answer}", answer=shown.asked.value)
                self._put([screen.shorten(text, screen.width)])
            return
        valid = [each for each in valid_keys(shown.place) if has_effect(each, shown.card)]
        keys = key_lines(valid, screen.width)
        if keys != self._keys:
            self._put(keys)
        self._keys = keys

    def _lines(self, shown: Shown, screen: Screen) -> Sequence[Line]:
        if shown.has_help:
            return [((each, ""),) for each in text_of_help(screen).plain.splitlines()]
        height = shown.height if shown.place == "board" else None
        return body_lines(shown, Screen(screen.width, height, screen.encoding))

    def _subject_of(self, shown: Shown) -> str:
        """Return what the body is about; another subject is written as a whole."""
        if shown.has_help or shown.place in ("board", "intake", "plan"):
            return "help" if shown.has_help else shown.place
        return f"case {shown.card.case.id} {shown.card.service}" if shown.card is not None else ""

    def _put_said(self) -> None:
        """Write what was done, once."""
        screen = self._screen
        for each in self.session.shown(screen.width, 24).said:
            self._put(wrap(screen.text(each), screen.width))
        self.session.tell()

    def _put(self, lines: Iterable[str]) -> None:
        for each in lines:
            self._write.write(encodable(each, self._screen.encoding) + "\n")


_NAMES = {each.name.casefold(): each.key for each in KEYS}
"""The keys by the names that people read."""


def _key_of(line: str) -> str:
    """Return the key that a line names; an empty line is Enter."""
    return _NAMES.get(line.casefold(), line) if line else "enter"
