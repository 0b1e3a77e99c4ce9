"""The keys for a case as a whole: notes, changed facts, its caller, its end, its duplicate."""

from collections.abc import Callable
from datetime import datetime

from ..cases import correct_case, end_case, keep_case, keep_promises, offer_call, view_case
from ..errors import UsageError
from ..messages import Message, joined
from ..model.case import LastResortState
from ..render.desk_words import act_words
from ..render.layout import Screen
from ..results.case_results import Recorded
from ..results.desk_results import DeskCard
from ..results.hand_over_results import ComparedCase
from .desk_tools import Desk, Question


class CaseActs:
    """The acts on the case of a card. ``card`` is what was on the screen when the key came."""

    def __init__(self, desk: Desk, card: DeskCard) -> None:
        self._desk, self._card = desk, card
        self._id = card.case.id

    def call_back(self) -> None:
        """Ask when the motorist is to be called back; an empty line: it is done."""

        def decided(text: str) -> None:
            book = self._desk.book
            at = self._desk.tools.read_moment(text, book) if text else None
            self._done(keep_case.remind(book, self._id, at))

        text = Message("call the motorist back: in minutes, or at what time? Enter: it is done")
        self._desk.ask(Question(text=text, then=decided, can_be_empty=True))

    def note(self) -> None:
        """Ask for a line of the notes."""

        def decided(text: str) -> None:
            keep_case.note(self._desk.book, self._id, text)
            self._done(Message("noted"))

        self._desk.ask(Question(text=Message("note"), then=decided))

    def amend(self) -> None:
        """Ask for the changed facts in one line, and rank again."""
        from ..cases import amend_case, call_facts

        def decided(text: str) -> None:
            book = self._desk.book
            facts, theirs = self._desk.tools.read_change(text, book)
            opened = amend_case.amend(book, self._id, facts, theirs)
            self._done(Message("recorded, ranked again"), *opened.warnings)

        text = Message("what has changed? For example: 1 hurt, hard shoulder, trailer")
        rules = self._desk.book.catalog.rules
        self._desk.ask(
            Question(text=text, then=decided, offered=lambda _: call_facts.changes(rules))
        )

    def rank_again(self) -> None:
        """Rank every service without an acceptance again, as of now."""
        from ..cases import amend_case

        opened = amend_case.amend(self._desk.book, self._id, {})
        self._done(Message("ranked again"), *opened.warnings)

    def personal(self) -> None:
        """Show the motorist's data; the journal records that."""
        found = view_case.personal(self._desk.book, self._id)
        self._desk.tell(
            Message(
                "caller {caller}  number {number}  plate {plate}  place {place}  note {note}",
                caller=found.caller or "-",
                number=found.call_back or "-",
                plate=found.plate or "-",
                place=found.typed_place or found.place,
                note=found.note or "-",
            )
        )

    def close(self) -> None:
        """Close the case after a second press, which names what is unfinished or untold."""
        left = end_case.before_close(self._desk.book, self._id)
        what = joined([Message("close the case"), *left])
        self._again("k", what, lambda: self._over(end_case.close))

    def cancel(self) -> None:
        """End the case because the motorist needs no help, after a second press."""
        what = Message("the motorist needs no help any more")
        self._again("x", what, lambda: self._over(end_case.cancel))

    def _over(self, end: Callable[..., Recorded]) -> None:
        self._recorded(end(self._desk.book, self._id))

    def last_resort(self) -> None:
        """Record who called the last resort, or what it said."""
        from ..cases.emergency_record import record_last_resort

        choices = (
            ("1", Message("the desk called it")), ("2", Message("the caller called it")),
            ("3", Message("it takes over")), ("4", Message("it does not take over")),
        )  # fmt: skip
        of_key: dict[str, tuple[LastResortState, str]] = {
            "1": ("called", "desk"), "2": ("called", "caller"), "3": ("takes_over", ""),
            "4": ("does_not", ""),
        }  # fmt: skip

        def decided(key: str) -> None:
            state, caller = of_key[key]
            self._recorded(
                record_last_resort(
                    self._desk.book,
                    self._id,
                    state,
                    caller=caller,
                    service=self._card.service,
                )
            )

        self._desk.ask(
            Question(text=Message("last resort: what has happened?"), choices=choices, then=decided)
        )

    def call_off(self) -> None:
        """Record that a firm knows that it must not come."""
        waiting = self._card.to_call_off
        if not waiting:
            raise UsageError("case {id} has no provider to call off", id=self._id)
        if len(waiting) == 1:
            self._recorded(keep_promises.call_off(self._desk.book, waiting[0][0]))
            return
        choices = [
            (str(number), f"{name} {phone}") for number, (_, name, phone) in enumerate(waiting, 1)
        ]
        self._desk.ask(
            Question(
                text=Message("which firm was called off?"),
                choices=choices[:9],
                then=lambda key: self._recorded(
                    keep_promises.call_off(self._desk.book, waiting[int(key) - 1][0])
                ),
            )
        )

    def on_line(self) -> None:
        """Record that the caller waits on the line, or has hung up."""
        waits = self._card.case.on_line_since is None
        self._recorded(keep_promises.hold_line(self._desk.book, self._id, is_waiting=waits))

    def take_back(self) -> None:
        """Undo the own last act, after a second press that names it and the calls to make."""
        from ..cases import undo_acts
        from ..cases.undo_plan import PLACED_CALL

        act = undo_acts.last_act(self._desk.book, self._id)
        if act is not None and act.action == PLACED_CALL and self._card.stands == "asking":
            name = self._card.name
            self._again("z", Message("{name} was never called", name=name), self._never_called)
            return
        calls = undo_acts.calls_of_undo(self._desk.book, self._id)
        done = act_words(act, Screen(80)) if act is not None else "-"
        what = joined([Message("undo: {act}", act=done), *calls])
        self._again("z", what, lambda: self._recorded(undo_acts.undo(self._desk.book, self._id)))

    def _never_called(self) -> None:
        """Correct a call that was recorded and never placed, which no undo can take back."""
        because = str(Message("undone at the desk"))
        book = self._desk.book
        self._recorded(correct_case.correct(book, self._card.ref, "not_called", because))

    def merge(self) -> None:
        """Ask for the duplicate, show both cases side by side, and merge after a second press."""
        from ..cases import merge_cases

        likely = str(self._card.same[0].id) if self._card.same else ""

        def compared(typed: str) -> None:
            text = typed or likely
            if not text.isdecimal():
                raise UsageError("{text!r} is not the number of a case", text=text)
            other = int(text)
            both = merge_cases.compare(self._desk.book, self._id, other)
            self._desk.tell(*map(_compared, both))
            what = Message("case {other} is the same; it ends", other=other)
            self._again("h", what, lambda: merged(other))

        def merged(other: int) -> None:
            done = merge_cases.merge(self._desk.book, self._id, other)
            self._done(done.message, *done.warnings)

        text = Message("which case is the same as case {number}?", number=self._id)
        if likely:
            text = Message(
                "which case is the same as case {number}? Enter: {other}",
                number=self._id,
                other=likely,
            )
        self._desk.ask(Question(text=text, then=compared, can_be_empty=bool(likely)))

    def together(self) -> None:
        """Place one call for all services that wait for one."""
        waiting = [each.service for each in self._card.case.services if each.state == "waiting"]
        if len(waiting) < 2:
            raise UsageError("only one service waits for a call: Enter places it")
        made = offer_call.place_call(
            self._desk.book, self._id, services=waiting, language=self._desk.spoken
        )
        self._done(*(Message("skipped {name}: {why}", name=name, why=why)
                     for name, why in made.skipped))  # fmt: skip

    def _again(self, key: str, what: Message | str, then: Callable[[], None]) -> None:
        """Ask for the key a second time, for what cannot be taken back."""
        text = Message("press {key} again: {what}", key=key, what=what)
        choices = ((key, Message("yes")),)
        self._desk.ask(Question(text=text, choices=choices, then=lambda _: then()))

    def _ask_moment(
        self, text: Message, then: Callable[[datetime], None], *, is_arrival: bool = True
    ) -> None:
        def decided(typed: str) -> None:
            tools = self._desk.tools
            read = tools.read_arrival if is_arrival else tools.read_moment
            then(read(typed, self._desk.book))

        self._desk.ask(Question(text=text, then=decided))

    def _recorded(self, done: Recorded) -> None:
        self._done(*done.sentences, *(done.tell_caller if done.state != "accepted" else ()))

    def _done(self, *texts: Message | str) -> None:
        """Show what was recorded, and the case as it is now."""
        self._desk.tell(*texts)
        self._desk.show_case(self._id, self._card.service)


def _compared(case: ComparedCase) -> Message:
    """Return one of two cases that may be the same, in a line."""
    parts = [
        Message(case.kind.replace("_", " ")),
        Message(case.vehicle) if case.vehicle else "",
        case.plate,
        f"…{case.call_back_end}" if case.call_back_end else "",
        case.where,
    ]
    facts = joined([each for each in parts if each], ", ")
    return Message("{number}: {facts}", number=case.case_id, facts=facts)
