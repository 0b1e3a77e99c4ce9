"""What the acts of the desk need of its screen, and what the command line gives to the desk."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from ..cases.book import Book
from ..errors import DispatchError
from ..messages import Message
from ..results.desk_results import DeskCard
from .board_state import BoardState

Words = Message | str


class DeskTools(Struct, frozen=True, kw_only=True):
    """Functions of the command line that the desk uses as the verbs of ``case`` do.

    ``read_moment`` reads a typed time, ``read_arrival`` that of an arrival; ``read_change`` reads a
    line of changed facts into those of the incident and of the motorist; ``bug`` reports a mistake
    of the program to a log file. ``read_word`` reads a closed word in any language.
    """

    read_moment: Callable[[str, Book], datetime]
    read_arrival: Callable[[str, Book], datetime]
    read_word: Callable[[str, Collection[str]], str]
    read_change: Callable[[str, Book], tuple[Mapping[str, object], Mapping[str, str]]]
    bug: Callable[[BaseException], DispatchError]
    operators: int | None = None
    """The number of operators who make calls, for the plan of all cases; None: not counted."""


class Question(Struct, kw_only=True):
    """What the operator is asked at the bottom of the screen.

    With ``choices`` (key and label) one key is the answer; else it is a line of text. ``offered``
    returns the suggestions for a typed text. ``then`` gets the answer; Escape asks no further.
    """

    text: Words
    then: Callable[[str], None]
    choices: Sequence[tuple[str, Words]] = ()
    value: str = ""
    offered: Callable[[str], Sequence[str]] | None = None
    can_be_empty: bool = False
    is_intake: bool = False
    """Whether the question belongs to a new call, whose answers are kept when it is left."""


class Surface(Protocol):
    """Where the desk is shown and typed at: a full screen, or lines."""

    @property
    def typed(self) -> str:
        """The text in the field that has not been entered yet."""

    def open_question(self, question: Question) -> None:
        """Open the field of a question, with the text that it has at first."""

    def close_question(self) -> None:
        """Close the field."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text to the clipboard of the terminal."""

    def bell(self) -> None:
        """Ring."""

    def exit(self) -> None:
        """Leave the desk."""

    def in_background(self, work: Callable[[], Callable[[], None]]) -> None:
        """Work without keeping the keys waiting, then call what the work has returned."""


class Desk(Protocol):
    """The session of the desk, as the acts of its keys see it."""

    spoken: str
    tools: DeskTools
    state: BoardState
    card: DeskCard | None
    asked: Question | None
    help_is_shown: bool

    @property
    def book(self) -> Book:
        """The log as of now."""

    @property
    def typed(self) -> str:
        """The text in the field that has not been entered yet."""

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do an act; what is refused is shown, and nothing has changed then."""

    def in_background(self, work: Callable[[], Callable[[], None]]) -> None:
        """Work without keeping the keys waiting, then call what the work has returned."""

    def ask(self, question: Question) -> None:
        """Ask for a line of text or for one key."""

    def unask(self) -> None:
        """Take the question off the screen."""

    def offered(self) -> Sequence[str]:
        """Return the suggestions for the typed text."""

    def choose(self, by: int) -> None:
        """Choose another suggestion."""

    def tell(self, *texts: Words, is_error: bool = False) -> None:
        """Show what was done or not done."""

    def show_case(self, case_id: int, service: str = "") -> None:
        """Show a case as it is now, with a service of it."""

    def show_board(self) -> None:
        """Show the board as it is now."""

    def leave_card(self) -> None:
        """Take the card off the screen."""

    def leave_intake(self) -> None:
        """Leave a new call that has no facts."""

    def reload(self, *, is_own: bool) -> None:
        """Read the board again."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text to the clipboard of the terminal."""

    def exit(self) -> None:
        """Leave the desk."""
