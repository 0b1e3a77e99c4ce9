"""The keys that lead from one screen to another, and those that work on every screen."""

from ..cases import desk_views
from ..cases.emergency_record import record_emergency
from ..errors import ConflictError, UsageError
from ..messages import Message
from ..model.case import CALLERS, EmergencyState
from .board_state import case_number
from .card_acts import CardActs
from .desk_tools import Desk, Question
from .intake_acts import Intake
from .key_table import DeskKey
from .plan_acts import PlanActs

_EMERGENCY: dict[str, tuple[EmergencyState, str]] = {
    "1": ("called", CALLERS[0]),
    "2": ("called", CALLERS[1]),
    "3": ("called", CALLERS[2]),
    "4": ("called", CALLERS[3]),
    "5": ("not_reached", ""),
    "6": ("not_needed", ""),
}


_TAKE_BECAUSE = (
    Message("change of shift"), Message("agreed"), Message("the other one does not answer"),
)  # fmt: skip
"""The reasons of ``take_over.REASONS`` in its order, as words of the screen."""


class ScreenActs:
    """The acts of the keys that are not answers to an offer; the new call is kept here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.intake: Intake | None = None
        self._plan_acts: PlanActs | None = None

    @property
    def open_plan(self) -> PlanActs | None:
        """The plan of all cases, if it is on the screen or below a card."""
        plan = self._plan_acts
        return plan if plan is not None and plan.is_open else None

    def select_planned(self, at: int | None) -> None:
        """Select a line of the plan by its place; None for a click beside them."""
        if at is not None and self.open_plan is not None:
            self.open_plan.select(at)

    def close_plan(self) -> None:
        """Take the plan off the screen."""
        if self._plan_acts is not None:
            self._plan_acts.is_open = False

    def press(self, key: DeskKey) -> None:
        """Do the act of a key; raises an error of the program if it is refused."""
        own = getattr(self, f"_{key.act}", None)
        if own is not None:
            own()
            return
        card = self._desk.card
        if card is not None:
            CardActs(self._desk, card).do(key.act)

    def left(self, asked: Question) -> None:
        """Do what follows when a question was left with Escape: nothing was recorded."""
        if asked.is_intake and self.intake is not None:
            self.intake.back()
        else:
            self._desk.tell(Message("not done"))

    def in_field(self, asked: Question, key: str) -> None:
        """Choose a suggestion with the arrows, or another question of a new call."""
        if self._desk.offered():
            self._desk.choose(-1 if key == "up" else 1)
        elif asked.is_intake and self.intake is not None and key in ("up", "down"):
            self.intake.move(-1 if key == "up" else 1)

    def _open(self) -> None:
        """Open the selected case, or go on with the selected parked call."""
        if self.open_plan is not None:
            self.open_plan.open_case()
            return
        state = self._desk.state
        row = state.row_of(state.selected)
        if row is None:
            raise UsageError("no case is selected")
        if row.draft is not None:
            self._resume(row.number, take=False)
            return
        self._desk.show_case(case_number(row.number))

    def _resume(self, number: str, *, take: bool) -> None:
        """Go on with a parked call, or take it from the desk that asks its questions."""
        intake = Intake(self._desk)
        intake.resume(number, take=take)
        self.intake = intake

    def _plan(self) -> None:
        """Open the plan of all open cases; raises UnavailableError without its libraries."""
        if self._plan_acts is None:
            self._plan_acts = PlanActs(self._desk)
        self._plan_acts.open()

    def _record_plan(self) -> None:
        if self.open_plan is not None:
            self.open_plan.record()

    def _back(self) -> None:
        """Show the plan again if the card was opened from it; else the board."""
        if self.open_plan is not None and self._desk.card is not None and self.intake is None:
            self._desk.leave_card()
            self.open_plan.open()
            return
        self._board()

    def _board(self) -> None:
        """Show the board; a new call is parked, so that nothing is lost."""
        self.leave_call()
        self._desk.show_board()

    def _park(self) -> None:
        """Park the new call, or leave the card: a case needs no parking."""
        self._board()

    def _new_call(self) -> None:
        """Take the next call at once; whatever is on the screen is parked."""
        self.leave_call()
        self._desk.leave_card()
        self.intake = Intake(self._desk)
        self.intake.begin()

    def leave_call(self) -> None:
        """Park the call whose questions are asked, with what was typed so far."""
        intake, self.intake = self.intake, None
        if intake is None:
            return
        try:
            intake.park()
        except ConflictError as error:
            # Another desk has taken the call, so that nothing of it is left to be parked here.
            problems = [Message("{problem}", problem=each) for each in error.problems]
            self._desk.tell(*problems, is_error=True)
        except BaseException:
            self.intake = intake
            raise
        self._desk.unask()

    def _finish(self) -> None:
        """Open the case of the new call."""
        if self.intake is not None:
            self.intake.finish()

    def _next_service(self) -> None:
        card = self._desk.card
        if card is None or not card.case.services:
            return
        names = [each.service for each in card.case.services]
        at = names.index(card.service) if card.service in names else -1
        self._desk.show_case(card.case.id, names[(at + 1) % len(names)])

    def _filter(self) -> None:
        self._desk.state.next_filter()
        self._desk.reload(is_own=True)

    def _find(self) -> None:
        """Ask for a number, phone, plate or place, and show the cases that have it."""

        def search(text: str) -> None:
            state, before = self._desk.state, self._desk.state.found
            state.found = desk_views.found(self._desk.book, text)
            self._desk.reload(is_own=True)
            if not state.rows:
                # The rows stay: an empty board would hide what is urgent.
                state.found = before
                self._desk.reload(is_own=True)
                self._desk.tell(Message("no case has {text}", text=text), is_error=True)

        text = Message("find by number, phone, plate or place")
        self._desk.ask(Question(text=text, then=search))

    def _take(self) -> None:
        """Take over the selected case, with the reason."""
        from ..cases import take_over

        row = self._desk.state.row_of(self._desk.state.selected)
        if self._desk.card is None and row is not None and row.draft is not None:
            self._resume(row.number, take=True)
            return
        number = self._case()
        choices = [(str(at), why) for at, why in enumerate(_TAKE_BECAUSE, 1)]

        def taken(key: str) -> None:
            done = take_over.take(self._desk.book, number, take_over.REASONS[int(key) - 1])
            self._desk.tell(*done.sentences)
            if self._desk.card is not None:
                self._desk.show_case(number, self._desk.card.service)
            else:
                self._desk.show_board()

        text = Message("take over case {number}: why?", number=number)
        self._desk.ask(Question(text=text, choices=choices, then=taken))

    def _hand_over(self) -> None:
        """Hand all own cases over to another operator, at the change of shift."""
        from ..cases import take_over

        def handed(to: str) -> None:
            done = take_over.hand_over(self._desk.book, to)
            self._desk.tell(done.message)
            self._desk.show_board()

        self._desk.ask(Question(text=Message("hand all your cases over to whom?"), then=handed))

    def _case(self) -> int:
        """Return the case of the card, else the selected one; raises UsageError."""
        card = self._desk.card
        number = card.case.id if card is not None else case_number(self._desk.state.selected)
        if card is None and self.open_plan is not None:
            number = self.open_plan.case_id
        if not number:
            raise UsageError("no case is selected")
        return number

    def _emergency(self) -> None:
        """Ask who has dialled the emergency number, and show what to say there."""
        row = self._desk.state.row_of(self._desk.state.selected)
        is_board = self._desk.card is None and self.intake is None and self.open_plan is None
        if is_board and row is not None and row.draft:
            self._resume(row.number, take=False)
        if self.intake is not None:
            self.intake.emergency()
            return
        number = self._case()
        place = desk_views.place_for_emergency(self._desk.book, number)
        self._desk.tell(place)

        def decided(key: str) -> None:
            state, caller = _EMERGENCY[key]
            if state != "not_needed":
                self._emergency_recorded(number, state, caller)
                return
            self._desk.ask(
                Question(
                    text=Message("why is no emergency call needed?"),
                    then=lambda text: self._emergency_recorded(number, state, "", because=text),
                )
            )

        choices = (
            ("1", Message("the caller called")), ("2", Message("the desk called")),
            ("3", Message("a person there called")), ("4", Message("another person called")),
            ("5", Message("not reached")), ("6", Message("none is needed")),
        )  # fmt: skip
        text = Message("case {number}: emergency call, who has called?", number=number)
        self._desk.ask(Question(text=text, choices=choices, then=decided))

    def _emergency_recorded(
        self, number: int, state: EmergencyState, caller: str, *, because: str = ""
    ) -> None:
        book = self._desk.book
        done = record_emergency(book, number, state, caller=caller, because=because)
        self._desk.tell(*done.sentences)
        card = self._desk.card
        if card is not None:
            self._desk.show_case(number, card.service)
        elif self.open_plan is not None:
            self._desk.reload(is_own=True)
            self.open_plan.refresh()
        else:
            self._desk.show_board()

    def _copy(self) -> None:
        """Copy the number on the card, for a telephone that dials from the clipboard."""
        card = self._desk.card
        if card is not None and card.phone:
            self._desk.copy_to_clipboard(card.phone)
            self._desk.tell(Message("{phone} is copied", phone=card.phone))

    def _help(self) -> None:
        self._desk.help_is_shown = True

    def _leave(self) -> None:
        self.leave_call()
        self._desk.exit()
