"""The guided loop: each key does exactly what the scripted verb does."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...cases import (
    correct_case,
    end_case,
    keep_case,
    offer_call,
    provider_reports,
    undo_acts,
    view_case,
)
from ...cases.book import clock, local
from ...cases.undo_plan import PLACED_CALL
from ...errors import DispatchError, UsageError
from ...messages import Message, joined
from ...plans import advice_for, emergency_calls
from ...render.case_loop import Page
from ...results.case_results import OfferCard
from ..desk_options import DeskOptions
from ..keys import ENTER, ESCAPE, TAB, Gone, Keys, LineKeys, raw_keys
from ..outcome import UNSHOWN, bug
from ..typed_facts import changed_facts
from ..typed_input import read_moment
from .answer_keys import ANSWER_KEYS, AnswerKeys
from .display import Display, LiveDisplay, PlainDisplay
from .situation import Situation, look

if TYPE_CHECKING:
    from ...cases.book import Book
    from ...cases.open_case import OpenedCase
    from ...model.case import Act

LOOKED_AGAIN_S = 5
"""How often the log is read again while no key comes: somebody else may work the case, too."""


class Loop:
    """One case, one screen, one key after another. Nothing is kept here that the log needs.

    Whatever ends it at any moment, a key press is in the log or it is not; taking it up again
    shows the open offer and asks what became of it.
    """

    def __init__(
        self, desk: DeskOptions, book: "Book", case_id: int, warnings: Sequence[Message | str]
    ) -> None:
        self._desk = desk
        self._opened = book
        self._case_id = case_id
        self._wanted = ""
        self._message: tuple[Message | str, ...] = tuple(warnings)
        self._is_error = False
        self._has_texts = True
        self._page = Page(case_id=case_id, client="", services=(), selected="")
        self._keys: Keys
        self._display: Display

    def on_terminal(self) -> None:
        """Work with single keys on a screen that is drawn anew every second."""
        waiting_shown = self._opened.store.waiting_shown_by(self._show_waiting)
        with raw_keys() as keys, LiveDisplay() as display, waiting_shown:
            self.work_with(keys, display)

    def on_lines(self) -> None:
        """Work with a line for each key, where there is no terminal that can do more."""
        self.work_with(LineKeys(), PlainDisplay())

    def work_with(self, keys: Keys, display: Display) -> None:
        """Work with keys from somewhere and a place to draw, until "q" or the end of the keys."""
        self._keys, self._display = keys, display
        situation = self._look()
        if situation.offer is not None and situation.offer.state == "open":
            at = clock(situation.offer.opened_at, self.book)
            asked = f"{situation.ref} {situation.offer.name}: called at {at}. What became of it?"
            self._say(asked, *self._message)
        ticks = 0
        while True:
            try:
                self._draw(situation)
                key = self._keys.key(1.0)
            except Gone:
                return
            ticks += 1
            if key is None and ticks % LOOKED_AGAIN_S:
                continue
            if key is not None:
                if key == "q":
                    return
                # What a key has brought about stays on the screen until Tab goes on.
                self._wanted, self._has_texts = situation.page.selected, True
                self._press(key, situation)
            situation = self._look()

    @property
    def book(self) -> "Book":
        """The log as of now."""
        return self._opened.renewed()

    def _look(self) -> Situation:
        try:
            return self._looked()
        except (DispatchError, OSError):
            raise
        except Exception as error:
            if not self._has_texts:
                raise
            # Where the texts cannot be made, the case still stands, with its keys.
            self._has_texts = False
            self._say_failed(bug(error, is_debugged=self._desk.debug))
            return self._looked()

    def _looked(self) -> Situation:
        return look(
            self.book, self._case_id, self._wanted, self._desk.say, has_texts=self._has_texts
        )

    def _say(self, *texts: Message | str, is_error: bool = False) -> None:
        self._message, self._is_error = texts, is_error

    def _draw(self, situation: Situation, question: Sequence[Message | str] = ()) -> None:
        # What the acts of a key have noticed, such as a clock that has jumped, stays on the screen.
        self._message = (*self._message, *UNSHOWN.warnings)
        page = replace(
            situation.page, message=self._message, is_error=self._is_error, question=tuple(question)
        )
        self._page = page
        self._show(page)
        UNSHOWN.clear()

    def _show(self, page: Page) -> None:
        self._display.draw(page, local(self.book.now, self._opened))

    def _show_waiting(self, text: str) -> None:
        """Show as a line of the screen that the program waits for the case log."""
        self._show(replace(self._page, message=(*self._page.message, text), question=()))

    def _press(self, key: str, situation: Situation) -> None:
        """Do what a key stands for; what is refused is said, and nothing has changed then."""
        actions: dict[str, Callable[[Situation], None]] = {
            ENTER: self._place_call,
            TAB: self._next_service,
            "x": self._cancel,
            "c": self._call_back,
            "m": self._amend,
            "i": self._note,
            "p": self._report,
            "k": self._close,
            "z": self._take_back,
            "!": self._emergency,
        }
        try:
            if key in ANSWER_KEYS:
                answers = AnswerKeys(self.book, situation, self, self._desk.say)
                if said := answers.press(key):
                    self._say(*said)
            elif key in actions:
                actions[key](situation)
            elif key != ESCAPE:
                self._say(f"{key!r} is no key here")
        except DispatchError as error:
            self._say_failed(error)
        except Exception as error:
            # A mistake in what follows an act ends neither the act nor the loop.
            if isinstance(error, OSError):
                raise
            self._say_failed(bug(error, is_debugged=self._desk.debug))

    def _say_failed(self, error: DispatchError) -> None:
        """Say what was recorded all the same, then what has failed and what to do."""
        recorded = [f"recorded: {each}" for each in UNSHOWN.recorded]
        problems = map(str, error.problems)
        self._say(*recorded, *problems, *filter(None, [str(error.hint)]), is_error=True)

    def text(self, question: str, situation: Situation) -> str | None:
        """Ask for a line of text; None: given up."""
        line = self._keys.line(lambda typed: self._draw(situation, [f"{question}: {typed}"]))
        return line.strip() if line is not None else None

    def choice(self, question: Sequence[Message | str], situation: Situation) -> str:
        """Ask for one key."""
        while True:
            self._draw(situation, question)
            key = self._keys.key(1.0)
            if key is not None:
                return key

    def _place_call(self, situation: Situation) -> None:
        service = situation.service
        made = offer_call.place_call(
            self.book,
            self._case_id,
            services=[service.service] if service else [],
            language=self._desk.say,
        )
        skipped = [f"skipped {name}: {why}" for name, why in made.skipped]
        if isinstance(made, OfferCard):
            self._say(f"{made.ref} {made.name}: the call is placed", *skipped)
        else:
            self._say("nobody is left to ask", *skipped)

    def _next_service(self, situation: Situation) -> None:
        names = [name for name, _ in situation.page.services]
        if names:
            self._wanted = names[(names.index(situation.page.selected) + 1) % len(names)]
        self._say()

    def sure(self, key: str, what: str, situation: Situation) -> bool:
        """Ask for a key a second time, for what cannot be taken back."""
        if self.choice([f"{key} again: {what}"], situation) == key:
            return True
        self._say("nothing recorded")
        return False

    def _cancel(self, situation: Situation) -> None:
        if not self.sure("x", "the motorist needs nobody any more", situation):
            return

        done = end_case.cancel(self.book, self._case_id)
        self._say(*done.sentences)

    def _close(self, situation: Situation) -> None:
        left = ", ".join(map(str, end_case.unfinished(situation.case)))
        if left and not self.sure("k", f"close with {left}", situation):
            return
        done = end_case.close(self.book, self._case_id)
        self._say(f"{done.message}; q leaves", *done.warnings)

    def _call_back(self, situation: Situation) -> None:
        text = self.text("call back when (12:40, minutes, or done)", situation)
        if not text:
            return
        book = self.book
        at = None if text == "done" else read_moment(text, book)
        keep_case.remind(book, self._case_id, at)
        self._say(f"call the motorist back at {clock(at, book)}" if at else "called back")

    def _amend(self, situation: Situation) -> None:
        from ...cases import amend_case
        from .amended_line import parse_amendment
        from .motorist import MotoristOptions

        text = self.text("what has changed, as: injured 1 trailer spot shoulder", situation)
        if not text:
            return
        said = parse_amendment(text)
        names = [name for name in MotoristOptions.__struct_fields__ if name in said]
        theirs = {name: str(said.pop(name)) for name in names}
        if "at" in said:
            names.append("typed_place")
            theirs["typed_place"] = str(said["at"])
        facts = changed_facts(said, self.book.catalog.rules, self.book.now)
        opened = amend_case.amend(self.book, self._case_id, facts, theirs)
        self._say(*_ranked_again(opened, "ranked again"))

    def _note(self, situation: Situation) -> None:
        text = self.text("note", situation)
        if not text:
            return
        keep_case.note(self.book, self._case_id, text)
        self._say("noted")

    def _report(self, situation: Situation) -> None:
        """Note what the provider says of its units, which counts for every case."""
        if not situation.provider:
            raise UsageError("nobody is on the phone", hint="dispatch providers report ID --free 2")
        asked = f"{situation.provider} has free, as: 2, 2 until 18:00, busy 45, down"
        text = self.text(asked, situation)
        if not text:
            return
        book = self.book
        free, state, until = provider_reports.parse_report(text)
        said = provider_reports.report(
            book,
            situation.provider,
            free=free,
            state=state,
            until=read_moment(until, book, provider_reports.CLOCK_AHEAD) if until else None,
        )
        self._say(f"{situation.provider}: {provider_reports.in_words(said, book)}")

    def _take_back(self, situation: Situation) -> None:
        act, offer = undo_acts.last_act(self.book, self._case_id), situation.offer
        is_placed = act is not None and act.action == PLACED_CALL
        if is_placed and offer is not None and offer.state == "open":
            if self.sure("z", f"{offer.name} was never called", situation):
                done = correct_case.correct(
                    self.book, situation.ref, "not_called", "undone in case work"
                )
                self._say(*done.sentences)
            return
        calls = undo_acts.calls_of_undo(self.book, self._case_id)
        if calls and not self.sure("z", str(joined(calls)), situation):
            return
        done = undo_acts.undo(self.book, self._case_id)
        self._say(*self._said_at_once(act), *done.sentences)

    def _said_at_once(self, undone: "Act | None") -> list[Message | str]:
        """What the caller must hear at once when the facts are as they were."""
        if undone is None or undone.action != "amend":
            return []
        incident = self._looked().case.incident
        calls = emergency_calls(incident, self._opened.catalog.rules)
        numbers = [f"{call.dial}  {call.service}: {call.text}" for call in calls]
        return [*numbers, *advice_for(incident, calls)]

    def _emergency(self, situation: Situation) -> None:
        """The emergency numbers, and the exact place to say there: a look that is written down."""
        personal = view_case.personal(self.book, self._case_id, action="personal emergency")
        calls = emergency_calls(situation.case.incident, self._opened.catalog.rules)
        numbers = [f"{call.dial}  {call.service}: {call.text}" for call in calls]
        last_exit: Message | str = ""
        if personal.last_exit:
            last_exit = Message("last exit {exit}", exit=personal.last_exit)
        place = joined((personal.place, personal.where, last_exit), "  ")
        self._say(*(numbers or ["112  ambulance, fire", "110  police"]), f"PLACE  {place}")


def _ranked_again(opened: "OpenedCase", done: str) -> list[Message | str]:
    """Say what was done, after the emergency calls and before the warnings of the new ranking."""
    calls = [f"{call.dial}  {call.service}: {call.text}" for call in opened.answer.emergency]
    return [*calls, *opened.answer.advice, done, *map(str, opened.warnings)]
