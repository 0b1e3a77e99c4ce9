"""What an operator works with: board, card or new call, the open question, and what keys do.

It draws nothing. The full screen and the dialogue in lines are two surfaces of the same session.
"""

from collections.abc import Sequence

from ..cases import desk_views, take_over
from ..cases.book import Book, local
from ..errors import DispatchError
from ..messages import Message
from ..render.desk_words import act_words
from ..render.layout import Screen
from ..results.desk_results import DeskCard
from .board_state import BoardState, overdue_numbers
from .desk_dialogue import DeskDialogue
from .desk_panels import Shown
from .desk_tools import DeskTools, Question, Surface, Words
from .key_guard import KeyGuard
from .key_table import DeskKey, is_function, key_of, shown_key
from .log_watch import LogWatch, changed_cases, what_happened
from .screen_acts import ScreenActs

SORTED_AGAIN_S = 1.0
BELL_S = 60.0
LATELY_ENDED = 50
_SELECTING = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
_OUT_OF_DATE = Message("the card is out of date; any key brings it up to date")
_WIDE = Screen(200)
"""The width of sentences that a surface shortens to its own width."""


class DeskSession(DeskDialogue):
    """The desk of one operator. It keeps nothing that the case log needs: a key is in it or not."""

    def __init__(
        self,
        book: Book,
        tools: DeskTools,
        surface: Surface,
        *,
        guard: KeyGuard,
        spoken: str = "de",
        said: Sequence[Words] = (),
    ) -> None:
        super().__init__(book, tools, surface, said)
        self.guard, self.spoken = guard, spoken
        self.state = BoardState(book.operator)
        self.card: DeskCard | None = None
        self.is_out_of_date = False
        self.help_is_shown = False
        self.acts = ScreenActs(self)
        self._watch = LogWatch(book.store.path)
        self._rung_for: frozenset[tuple[str, object]] = frozenset()
        self._rung_at = -BELL_S

    @property
    def place(self) -> str:
        """The screen that is shown: the board, the new call, the plan, or the state of a card."""
        if self.acts.intake is not None:
            return "intake"
        if self.card is not None:
            return self.card.stands
        return "board" if self.acts.open_plan is None else "plan"

    def begin(self, case_id: int | None) -> None:
        """Show the board, or a case and what has become of its open call."""
        self.attempt(lambda: self.reload(is_own=True))
        if case_id is not None and self.attempt(lambda: self.show_case(case_id)):
            self._ask_about_open_call()
        else:
            self.attempt(self.show_board)
            self.attempt(self._tell_takeovers)

    def show_case(self, case_id: int, service: str = "") -> None:
        """Show a case as it is now, with a service of it."""
        before = (self.card.case.id, self.card.on_screen) if self.card is not None else None
        self.card = self._read_card(case_id, service)
        self.acts.intake = None
        self.is_out_of_date = False
        if (case_id, self.card.on_screen) != before:
            self.guard.appeared()
        self.state.selected = str(case_id)
        if self._watch.has_changed():
            self.reload(is_own=True)

    def _read_card(self, case_id: int, service: str) -> DeskCard:
        try:
            return desk_views.card(self.book, case_id, service, language=self.spoken)
        except (DispatchError, OSError):
            raise
        except Exception as error:
            # Where the texts cannot be made, the case still stands, with its keys.
            found = desk_views.card(self.book, case_id, service, has_texts=False)
            self._tell_failed(self.tools.bug(error))
            return found

    def show_board(self) -> None:
        """Show the board as it is now."""
        self.leave_card()
        self.acts.intake = None
        self.acts.close_plan()
        self.guard.appeared()
        self.reload(is_own=True)

    def leave_card(self) -> None:
        """Take the card off the screen, and with it that it is out of date."""
        self.card, self.is_out_of_date = None, False

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

    def _tell_takeovers(self) -> None:
        """Say which cases other operators have taken since this one has acted on them."""
        taken = take_over.takeovers(self.book, self.state.board.cases)
        self.said = (*self.said, *taken)

    def _ask_about_open_call(self) -> None:
        card = self.card
        if card is not None and card.stands == "asking" and card.case.offers:
            at = local(card.case.offers[-1].opened_at, self.opened)
            template = "{name} was called at {at}. What has become of it?"
            self.said = (Message(template, name=card.name, at=f"{at:%H:%M}"), *self.said)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text to the clipboard of the terminal."""
        self.surface.copy_to_clipboard(text)

    def exit(self) -> None:
        """Leave the desk."""
        self.surface.exit()

    def handle(self, key: str, character: str) -> None:
        """Do what a key stands for on this screen, or give it to the question that is open."""
        asked, self.help_is_shown = self.asked, False
        is_letter = len(character) == 1 and character.isalpha()
        found = key_of(character if is_letter else key, self.place)
        if asked is not None and not (found is not None and is_function(found.key)):
            self._answer(asked, key, character)
        elif found is not None:
            self.press(found)
        elif self.place in ("board", "plan") and key in _SELECTING:
            self.guard.pressed()
            (self.acts.open_plan or self.state).move(_SELECTING[key])
        else:
            self.tell(Message("{key} is no key here", key=shown_key(key, character)), is_error=True)

    def select(self, number: str) -> bool:
        """Select the row of a number, on the board or in the plan; False if it is not there."""
        if self.place == "plan" and self.acts.open_plan is not None:
            return self.acts.open_plan.select_case(number)
        if self.place != "board" or self.state.row_of(number) is None:
            return False
        self.state.selected = number
        return True

    def _answer(self, asked: Question, key: str, character: str) -> None:
        """Give a key to the open question; Escape leaves it, and nothing was done."""
        if key == "escape":
            self.unask()
            self.acts.left(asked)
            return
        if not asked.choices:
            self.acts.in_field(asked, key)
            return
        if self._is_renewed():
            return
        names = [each for each, _ in asked.choices]
        answer = character if character in names else key
        if answer not in names:
            name = shown_key(key, character)
            if len(names) == 1:
                self.unask()
                self.tell(Message("not done: {key} is no answer here", key=name))
            else:
                # The question stays: a key that was pressed twice must not take it away.
                self.tell(Message("{key} is no answer here, Esc leaves the question", key=name))
            return
        refused = self.guard.refusal(answer, answer)
        if refused is not None:
            self.tell(refused, is_error=True)
            return
        self.guard.pressed()
        self.unask()
        self.attempt(lambda: asked.then(answer))

    def submit(self, typed: str) -> None:
        """Take a typed text as the answer, or the suggestion that was chosen."""
        asked = self.asked
        if asked is None:
            return
        offered, text = self.offered(), typed.strip()
        if 0 < self.chosen <= len(offered):
            text = offered[self.chosen - 1]
        if not text and not asked.can_be_empty:
            return
        self.guard.pressed()
        if self._is_renewed():
            return
        self.unask()
        self.tell()
        if not self.attempt(lambda: asked.then(text)) and self.asked is None:
            # What was refused can be mended: the text stays in the field.
            asked.value = text
            self.ask(asked)

    def press(self, key: DeskKey) -> None:
        """Do the act of a key, unless no person can have meant it."""
        if key.records:
            refused = self.guard.refusal(key.key, key.name)
            self.guard.pressed()
            if refused is not None:
                self.tell(refused, is_error=True)
                return
            if self._is_renewed():
                return
        self.guard.pressed()
        dropped = ""
        if self.asked is not None and self.acts.intake is None:
            dropped = self.typed
            self.unask()
        self.tell(Message("not taken: {text}", text=dropped) if dropped else "")
        self.attempt(lambda: self.acts.press(key))

    def _is_renewed(self) -> bool:
        """Bring a card up to date that another operator has changed; the key then does no more."""
        if not self.is_out_of_date or self.card is None:
            return False
        if self.asked is not None:
            self.unask()
        self._bring_up_to_date(self.card)
        return True

    def _bring_up_to_date(self, card: DeskCard) -> None:
        """Show the case as another operator has left it; the key was meant for what was there."""
        act = desk_views.last_act(self.book, card.case.id)
        said = Message(
            "not done: {operator} has changed case {number} since ({act})",
            operator=act.operator if act else "",
            number=card.case.id,
            act=act_words(act, _WIDE) if act else "",
        )
        self.attempt(lambda: self.show_case(card.case.id, card.service))
        self.tell(said, is_error=True)

    def tick(self) -> None:
        """Let all times run; read the log again only when a deadline has passed."""
        now = self.book.now
        rows = self.state.all_rows
        passed = any(each.due_at and each.due_at < now and not each.is_overdue for each in rows)
        if passed or (self.state.is_unsorted and self.guard.since_key() >= SORTED_AGAIN_S):
            self.attempt(lambda: self.reload(is_own=False))
        if self.place == "plan" and self.acts.open_plan is not None:
            self.attempt(self.acts.open_plan.refresh)
        self._ring()

    def _ring(self) -> None:
        """Ring for what is newly overdue, at most once a minute."""
        overdue, time = overdue_numbers(self.state.all_rows), self.guard.now()
        if not overdue - self._rung_for or time - self._rung_at < BELL_S:
            return
        self._rung_for, self._rung_at = overdue, time
        if self.opened.catalog.rules.desk.bell:
            self.surface.bell()

    def poll(self) -> bool:
        """See what other desks have written; a card under the reader is never exchanged."""
        if not self._watch.has_changed():
            return False
        self.attempt(self._see_others)
        return True

    def _see_others(self) -> None:
        before, card = self.state.board, self.card
        self.reload(is_own=False)
        numbers = changed_cases(before, self.state.board)
        happened = what_happened(self.book, numbers, lambda act: act_words(act, _WIDE))
        if card is not None:
            # A note changes no row of the board, and still belongs to what the driver is told.
            fresh = self._read_card(card.case.id, card.service)
            if fresh.acts[-1:] != card.acts[-1:] and card.case.id not in numbers:
                happened += what_happened(
                    self.book, [card.case.id], lambda act: act_words(act, _WIDE)
                )
            self.is_out_of_date = fresh.on_screen != card.on_screen
            if not self.is_out_of_date:
                self.card = fresh
        if happened:
            # What this operator was told, such as an error, stays beside it.
            self.said = (*self.said, *happened)

    def shown(self, width: int, height: int) -> Shown:
        """Return what is to be drawn now, for a screen of some columns and lines."""
        return Shown(
            place=self.place,
            now=local(self.book.now, self.opened),
            operator=self.opened.operator,
            width=width,
            height=height,
            state=self.state,
            card=self.card,
            intake=self.acts.intake.page() if self.acts.intake is not None else None,
            plan=self.acts.open_plan.page() if self.acts.open_plan is not None else None,
            said=(*self.said, _OUT_OF_DATE) if self.is_out_of_date else self.said,
            is_error=self.is_error or self.is_out_of_date,
            asked=self.asked,
            offered=self.offered(),
            chosen=self.chosen,
            has_help=self.help_is_shown,
        )
