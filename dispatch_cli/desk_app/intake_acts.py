"""A new call: one line is understood at once, then the questions in their order, until a case."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ..cases import call_facts, draft_calls
from ..cases.book import local
from ..cases.call_in_progress import CallInProgress, open_call
from ..cases.call_line import understand
from ..cases.intake_questions import QUESTIONS
from ..cases.intake_questions import Question as CallerQuestion
from ..errors import UnavailableError, UsageError
from ..messages import Message
from ..model.draft import REQUIRED, Draft
from ..model.words import DANGEROUS_SPOTS
from ..render.intake_screen import LABELS, IntakePage
from ..results.cascade_answer import Answer
from ..results.case_results import CaseView
from .desk_tools import Desk, Question

_LINE = "line"
"""The first field of a new call: one line for all facts that the caller says at first."""


class Intake:
    """The call whose questions are asked. Every answer is in the case log at once, as a draft."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._since = local(desk.book.now, desk.book)
        self._call = CallInProgress(desk.book)
        self._rest: list[str] = []
        self._asked = _LINE
        self._preview: Answer | None = None
        self._same: tuple[CaseView, ...] = ()

    @property
    def facts(self) -> Mapping[str, str]:
        """The answers so far."""
        return self._call.facts

    @property
    def draft(self) -> Draft | None:
        """The draft in the log; None before the first answer."""
        return self._call.draft

    def begin(self) -> None:
        """Ask for the first line."""
        self._ask(_LINE)

    def resume(self, number: str, *, take: bool = False) -> None:
        """Go on with a parked call; raises ConflictError while another desk asks its questions.

        With ``take`` it is taken from there.
        """
        book = self._desk.book
        draft = draft_calls.resume(
            book, draft_calls.draft_id(number), holder=os.getpid(), take=take
        )
        self._call = CallInProgress(book, draft.facts, draft=draft)
        self._since = local(draft.opened_at, book)
        self._rank()
        self._ask_next()

    def page(self) -> IntakePage:
        """Return what is shown of the call."""
        rules = self._desk.book.catalog.rules
        names = [
            each.key
            for each in QUESTIONS
            if each.key in self.facts or each.applies(self.facts, rules)
        ]
        question = self._question(self._asked)
        calls, advice = call_facts.urgent(self._desk.book, self.facts)
        saved = self.draft.changed_at if self.draft is not None else None
        return IntakePage(
            number=self.draft.number if self.draft is not None else "",
            since=self._since,
            saved_at=local(saved, self._desk.book) if saved is not None else None,
            fields=tuple((name, self.facts.get(name)) for name in names),
            asked=self._asked,
            rest=" ".join(self._rest),
            sentence=question.asked(self.facts, rules.desk.name, self._since) if question else "",
            answers=question.answers if question is not None else "",
            read_place=self._preview.incident.place if self._preview is not None else "",
            preview=self._preview,
            emergency=calls,
            advice=advice,
            same=self._same,
            danger=self.facts.get("spot") in DANGEROUS_SPOTS,
            trapped=self.facts.get("trapped") == "yes",
            clients=rules.client_names,
        )

    def _question(self, key: str) -> CallerQuestion | None:
        return next((each for each in QUESTIONS if each.key == key), None)

    def _ask(self, key: str, typed: str = "") -> None:
        """Ask for a fact, or for the first line; the answer is typed in the field."""
        self._asked = key
        is_line = key == _LINE
        text = Message("what the caller says, in one line") if is_line else LABELS[key]
        self._desk.ask(
            Question(
                text=text,
                then=self._line if is_line else self._answer,
                value=typed,
                offered=None if is_line else self._offered,
                can_be_empty=not is_line or bool(self.facts),
                is_intake=True,
            )
        )

    def _offered(self, typed: str) -> Sequence[str]:
        """Return the suggestions for an answer: the words of its closed set."""
        return call_facts.words_of(self._asked, self._desk.book.catalog.rules, typed)

    def _line(self, text: str) -> None:
        """Understand a line, keep its facts, and ask what is missing."""
        if text:
            self._understand(text)
        self._ask_next()

    def _understand(self, text: str) -> None:
        found = understand(text, self.facts, self._desk.book.catalog.rules)
        facts = {**self.facts, **found.facts}
        if found.rest:
            self._rest.append(found.rest)
            facts["note"] = "; ".join(filter(None, (facts.get("note", ""), found.rest)))
        self._call.facts = facts
        self._keep()

    def _answer(self, text: str) -> None:
        """Take the answer to the question that is asked; raises UsageError for an unknown one."""
        question = self._question(self._asked)
        if question is None:
            return
        if not text and question.usual(self.facts) and question.key == "kind":
            raise UsageError("this question needs an answer: {answers}", answers=question.answers)
        self._call.take(question, text)
        self._keep()
        self._ask_next()

    def _ask_next(self) -> None:
        """Ask the next question that was not asked; after the last one F10 opens the case."""
        question = self._call.next_question()
        if question is None:
            # The line stays open, so that arrows and Esc lead back to each answer.
            self._ask(_LINE)
            self._desk.tell(Message("all is asked: F10 opens the case"))
            return
        self._ask(question.key)

    def move(self, by: int) -> None:
        """Go to another question, back or on; its answer stands in the field."""
        names = [name for name, _ in self.page().fields]
        if not names:
            return
        at = names.index(self._asked) if self._asked in names else -1 if by > 0 else len(names)
        name = names[min(max(at + by, 0), len(names) - 1)]
        if self._question(name) is None:
            return
        dropped = self._desk.typed if self._desk.typed != self.facts.get(self._asked, "") else ""
        self._desk.tell(Message("not taken: {text}", text=dropped) if dropped else "")
        self._ask(name, self.facts.get(name, ""))

    def back(self) -> None:
        """Go back to the question before; a call without facts is left."""
        if not self.facts and self.draft is None:
            self._desk.leave_intake()
            return
        self._desk.tell(Message("not done: this question is still open"))
        names = [name for name, _ in self.page().fields]
        at = names.index(self._asked) if self._asked in names else len(names)
        self._ask(names[max(0, at - 1)], self.facts.get(names[max(0, at - 1)], ""))

    def _keep(self) -> None:
        """Keep the facts in the draft; if it cannot be written, the next answer tries again."""
        try:
            self._call.save()
        except UnavailableError as error:
            self._desk.tell(error.hint, is_error=True)
        self._rank()

    def _rank(self) -> None:
        """Rank by the facts so far; facts that cannot be ranked yet have no order."""
        self._preview, self._same = None, ()
        if self.facts.get("kind") and self.facts.get("at"):
            with suppress(UsageError):
                book = self._desk.book
                self._preview = call_facts.preview(book, self.facts)
                self._same = call_facts.same_cases(book, self.facts)

    def park(self) -> None:
        """Park the call with what was typed; without a number the caller stays on the line."""
        typed = self._desk.typed
        if typed and self._asked == _LINE:
            self._understand(typed)
        elif typed:
            self._keep_typed(typed)
        if self.draft is None:
            return
        self._desk.tell(self._call.park())

    def _keep_typed(self, typed: str) -> None:
        """Keep the text that was not entered: as the answer, or as a note if it answers nothing."""
        question = self._question(self._asked)
        if question is None:
            return
        try:
            self._call.take(question, typed)
        except UsageError:
            note = "; ".join(filter(None, (self.facts.get("note", ""), typed)))
            self._call.facts = {**self.facts, "note": note}
        self._keep()

    def finish(self) -> None:
        """Open the case; raises UsageError while a needed fact is missing, which is asked next."""
        typed = self._desk.typed
        if typed:
            if self._asked == _LINE:
                self._understand(typed)
            else:
                self._answer(typed)
        missing = [each for each in REQUIRED if not self.facts.get(each)]
        if missing:
            self._ask(missing[0])
            raise UsageError("{label} is missing: ask it first", label=LABELS[missing[0]])
        book = self._desk.book
        opened = open_call(book, self.facts, draft=self.draft)
        self._desk.unask()
        confirm = Message("CONFIRM  {place}", place=opened.answer.incident.place)
        self._desk.tell(Message("case {case_id} is open", case_id=opened.case.id), confirm,
                        *opened.warnings)  # fmt: skip
        self._desk.show_case(opened.case.id)

    def emergency(self) -> None:
        """Show the emergency numbers to dial, and the place to name."""
        calls, _ = call_facts.urgent(self._desk.book, self.facts)
        numbers = [Message("{dial}: {text}", dial=each.dial, text=each.text) for each in calls]
        place = self.facts.get("at") or "?"
        self._desk.tell(
            Message("PLACE {place}", place=place),
            *(numbers or [Message("112 ambulance and fire, 110 police")]),
            Message("F10 opens the case, F9 there records who called"),
            is_error=True,
        )
