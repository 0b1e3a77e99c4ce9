"""What the desk says and asks: acts that may be refused, the open question, its suggestions."""

from collections.abc import Callable, Sequence

from ..cases.book import Book
from ..errors import DispatchError
from ..messages import Message
from .desk_drawing import fuzzy
from .desk_tools import DeskTools, Question, Surface, Words


class DeskDialogue:
    """The part of a session that tells and asks."""

    def __init__(
        self, book: Book, tools: DeskTools, surface: Surface, said: Sequence[Words]
    ) -> None:
        self.opened, self.tools, self.surface = book, tools, surface
        self.asked: Question | None = None
        # Such as that others can write to the log, which was found while it was opened.
        self.said, self.is_error = (*said, *book.unshown.warnings), False
        self.chosen = 0
        """Which suggestion is chosen, from 1 on; 0 for the typed text itself."""

    @property
    def book(self) -> Book:
        """The log as of now."""
        return self.opened.renewed()

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
            self._tell_failed(self.tools.bug(error))
        else:
            self.said = (*self.said, *unshown.warnings)
            unshown.clear()
            return True
        unshown.clear()
        return False

    def in_background(self, work: Callable[[], Callable[[], None]]) -> None:
        """Work without keeping the keys waiting, then call what the work has returned."""
        self.surface.in_background(work)

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
        self.surface.open_question(question)

    def unask(self) -> None:
        """Take the question off the screen; nothing was done."""
        self.asked = None
        self.surface.close_question()

    @property
    def has_field(self) -> bool:
        """Whether the open question is answered by a line of text."""
        return self.asked is not None and not self.asked.choices

    @property
    def typed(self) -> str:
        """The text in the field that has not been entered yet."""
        return self.surface.typed

    def choose(self, by: int) -> None:
        """Choose another suggestion for the typed text."""
        self.chosen = min(max(self.chosen + by, 0), len(self.offered()))

    def offered(self) -> Sequence[str]:
        """Return the suggestions for the typed text; an earlier answer needs none."""
        asked = self.asked
        if asked is None or asked.offered is None or self.typed in ("", asked.value):
            return ()
        return fuzzy(self.typed, asked.offered(self.typed))
