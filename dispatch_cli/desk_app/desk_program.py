"""The program of the desk: one screen with board, card or new call, and one key after another."""

from collections.abc import Iterable, Sequence

from textual.app import SystemCommand
from textual.screen import Screen as TextualScreen
from textual.widgets import Static

from ..cases import desk_views, take_over
from ..cases.book import Book, local
from ..messages import Message
from ..render.board_screen import WIDE_FROM
from ..render.desk_words import act_words
from ..render.layout import Screen
from ..render.wording import worded
from ..results.desk_results import DeskCard
from .asking_app import AskingApp
from .board_state import BoardState, overdue_numbers
from .desk_panels import ROWS_FROM, Shown, first_row, panels
from .desk_tools import DeskTools, Question, Words
from .desk_widgets import RowClicked, same_height, same_text
from .key_guard import KeyGuard
from .key_table import DeskKey, is_function, key_of, valid_keys
from .log_watch import LogWatch, changed_cases, what_happened
from .screen_acts import ScreenActs

POLL_S = 2.0
SORTED_AGAIN_S = 1.0
BELL_S = 60.0
LATELY_ENDED = 50
_LOW = ("message", "question", "keys")
"""The parts that are as high as their text."""

_MAY_BE_EMPTY = ("message", "question")


class DeskProgram(AskingApp):
    """The full-screen desk. It keeps nothing that the case log needs: a key is in it or not."""

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
        super().__init__(book, tools, guard or KeyGuard())
        self.spoken = spoken
        self.state = BoardState(book.operator)
        self.card: DeskCard | None = None
        self.said = tuple(said)
        self.is_out_of_date = False
        self.help_is_shown = False
        self.acts = ScreenActs(self)
        self._first_case = case_id
        self._watch = LogWatch(book.store.path)
        self._drawn: dict[str, object] = {}
        self._rung_for: frozenset[tuple[str, object]] = frozenset()
        self._rung_at = -BELL_S
        self._is_ready = False

    @property
    def place(self) -> str:
        """The screen that is shown: the board, the new call, or the state of a card."""
        if self.acts.intake is not None:
            return "intake"
        return self.card.stands if self.card is not None else "board"

    def show_case(self, case_id: int, service: str = "") -> None:
        """Show a case as it is now, with a service of it."""
        before = (self.card.case.id, self.card.on_screen) if self.card is not None else None
        self.card = desk_views.card(self.book, case_id, service, language=self.spoken)
        self.acts.intake = None
        self.is_out_of_date = False
        if (case_id, self.card.on_screen) != before:
            self.guard.appeared()
        self.state.selected = str(case_id)
        if self._watch.has_changed():
            self.reload(is_own=True)

    def show_board(self) -> None:
        """Show the board as it is now."""
        self.card = None
        self.acts.intake = None
        self.guard.appeared()
        self.reload(is_own=True)

    def show_waiting(self, text: str) -> None:
        """Show that the program waits for the case log."""
        self.tell(text)
        self.draw()

    def leave_intake(self) -> None:
        """Leave a new call that has no facts."""
        self.unask()
        self.show_board()

    def reload(self, *, is_own: bool) -> None:
        """Read the board again; rows keep their places for a moment after a key."""
        is_all = self.state.filter == "all" or self.state.found is not None
        if is_own:
            self._watch.look()
        fresh = desk_views.board(self.book, closed=LATELY_ENDED if is_all else 0)
        self.state.load(fresh, keeps_order=not is_own and self.guard.since_key() < SORTED_AGAIN_S)
        if self.card is not None:
            self.state.selected = str(self.card.case.id)

    def on_mount(self) -> None:
        """Read the log, show the first screen, and start the clocks."""
        self.query_one("#main").focus()
        self.end_on_signals()
        self._is_ready = True
        first = self._first_case
        self.attempt(lambda: self.reload(is_own=True))
        if first is not None and self.attempt(lambda: self.show_case(first)):
            self._ask_about_open_call()
        else:
            self.attempt(self.show_board)
            self.attempt(self._tell_takeovers)
        self.set_interval(1.0, self._tick)
        self.set_interval(POLL_S, self._poll)
        self.draw()

    def _tell_takeovers(self) -> None:
        """Say which cases other operators have taken since this one has acted on them."""
        taken = take_over.takeovers(self.book, self.state.board.cases)
        self.said = (*self.said, *taken)

    def _ask_about_open_call(self) -> None:
        card = self.card
        if card is not None and card.stands == "asking" and card.case.offers:
            at = local(card.case.offers[-1].opened_at, self.opened)
            template = "{name} was called at {at}. What has become of it?"
            self.said = (*self.said, Message(template, name=card.name, at=f"{at:%H:%M}"))

    def get_system_commands(self, screen: TextualScreen[object]) -> Iterable[SystemCommand]:
        """Offer every key of the screen in the command palette as well."""
        for each in valid_keys(self.place):
            label = worded(each.label)
            yield SystemCommand(f"{each.name}  {label}", label, lambda key=each: self._palette(key))

    def _palette(self, key: DeskKey) -> None:
        self._press(key)
        self.draw()

    def on_row_clicked(self, event: RowClicked) -> None:
        """Select the row of a click."""
        shown = self._shown()
        at = event.row - ROWS_FROM + first_row(shown)
        if self.place == "board" and event.row >= ROWS_FROM and at < len(self.state.rows):
            self.state.selected = self.state.rows[at].number
            self.draw()

    def on_resize(self) -> None:
        """Draw for the new size, once the parts have theirs."""
        self._drawn.clear()
        self.call_after_refresh(self.draw)

    def action_press(self, key: str) -> None:
        """Press the key of a label that was clicked."""
        self.handle(key, key if len(key) == 1 else "")

    def handle(self, key: str, character: str) -> None:
        """Do what a key stands for on this screen, or give it to the question that is open."""
        if key == "ctrl+c":
            self.action_help_quit()
            return
        asked, self.help_is_shown = self.asked, False
        is_letter = len(character) == 1 and character.isalpha()
        found = key_of(character if is_letter else key, self.place)
        if asked is not None and not (found is not None and is_function(found.key)):
            self.answer(asked, key, character)
        elif found is not None:
            self._press(found)
        elif self.place == "board" and key in ("up", "down", "pageup", "pagedown"):
            self.guard.pressed()
            self.state.move({"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[key])
        else:
            name = key.upper() if is_function(key) else character or key
            self.tell(Message("{key} is no key here", key=name), is_error=True)
        self.draw()

    def left(self, asked: Question) -> None:
        """Do what follows when a question was left with Escape."""
        self.acts.left(asked)

    def in_field(self, asked: Question, key: str) -> None:
        """Do what a key stands for that a field leaves to the desk."""
        self.acts.in_field(asked, key)

    def _press(self, key: DeskKey) -> None:
        """Do the act of a key, unless no person can have meant it."""
        if key.records:
            refused = self.guard.refusal(key.key, key.name)
            self.guard.pressed()
            if refused is not None:
                self.tell(refused, is_error=True)
                return
            if self.is_out_of_date and self.card is not None:
                self._bring_up_to_date(self.card)
                return
        self.guard.pressed()
        if self.asked is not None and self.acts.intake is None:
            self.unask()
        self.tell()
        self.attempt(lambda: self.acts.press(key))

    def _bring_up_to_date(self, card: DeskCard) -> None:
        """Show the case as another operator has left it; the key was meant for what was there."""
        act = desk_views.last_act(self.book, card.case.id)
        said = Message(
            "not done: {operator} has changed case {number} since ({act})",
            operator=act.operator if act else "",
            number=card.case.id,
            act=act_words(act, Screen(200)) if act else "",
        )
        self.attempt(lambda: self.show_case(card.case.id, card.service))
        self.tell(said, is_error=True)

    def _tick(self) -> None:
        """Let all times run; read the log again only when a deadline has passed."""
        now = self.book.now
        rows = self.state.rows
        passed = any(each.due_at and each.due_at < now and not each.is_overdue for each in rows)
        if passed or (self.state.is_unsorted and self.guard.since_key() >= SORTED_AGAIN_S):
            self.attempt(lambda: self.reload(is_own=False))
        self._ring()
        self.draw()

    def _ring(self) -> None:
        """Ring for what is newly overdue, at most once a minute."""
        overdue, time = overdue_numbers(self.state.rows), self.guard.now()
        if not overdue - self._rung_for or time - self._rung_at < BELL_S:
            return
        self._rung_for, self._rung_at = overdue, time
        if self.opened.catalog.rules.desk.bell:
            self.bell()

    def _poll(self) -> None:
        """See what other desks have written; a card under the reader is never exchanged."""
        if self._watch.has_changed():
            self.attempt(self._see_others)
            self.draw()

    def _see_others(self) -> None:
        before, card = self.state.board, self.card
        self.reload(is_own=False)
        screen = Screen(200)
        numbers = changed_cases(before, self.state.board)
        happened = what_happened(self.book, numbers, lambda act: act_words(act, screen))
        if happened:
            self.tell(*happened)
        if card is not None and card.case.id in numbers:
            fresh = desk_views.card(self.book, card.case.id, card.service, language=self.spoken)
            self.is_out_of_date = fresh.on_screen != card.on_screen
            if not self.is_out_of_date:
                self.card = fresh

    def _shown(self) -> Shown:
        """Return what is to be drawn now."""
        return Shown(
            place=self.place,
            now=local(self.book.now, self.opened),
            operator=self.opened.operator,
            width=self.size.width,
            height=self.size.height,
            state=self.state,
            card=self.card,
            intake=self.acts.intake.page() if self.acts.intake is not None else None,
            said=self.said,
            is_error=self.is_error,
            asked=self.asked,
            offered=self.offered(),
            chosen=self.chosen,
            has_help=self.help_is_shown,
            is_out_of_date=self.is_out_of_date,
        )

    def draw(self) -> None:
        """Draw every part that has changed."""
        if not self._is_ready or not self.size.width:
            return
        is_wide = self.size.width >= WIDE_FROM
        self.query_one("#beside").display = is_wide and self.place != "board"
        for name, text in panels(self._shown()).items():
            if not same_text(self._drawn.get(name), text):
                before, self._drawn[name] = self._drawn.get(name), text
                widget = self.query_one(f"#{name}", Static)
                # A new layout takes ten times as long as drawing, and each second all clocks move.
                widget.update(text, layout=name in _LOW and not same_height(before, text))
                if name in _MAY_BE_EMPTY:
                    widget.display = bool(text.plain)
