"""Ask a caller on a terminal, in the order in which lives depend on it; each answer is kept."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ... import plans
from ...cases import draft_calls
from ...cases.intake_questions import (
    QUESTIONS,
    Question,
    change_facts,
    next_question,
    on_request,
)
from ...errors import UnavailableError, UsageError
from ...messages import Message
from ...model import Incident, Place
from ...model.draft import Draft
from ..typed_input import ask

if TYPE_CHECKING:
    from ...cases.book import Book


class Interview:
    """The questions to one caller; from the first answer on there is a draft of the call.

    A fact ``-`` is asked for. A killed program leaves the draft with the last answer. ``typed``
    are the facts that were typed now, all by default.
    """

    def __init__(
        self,
        book: "Book",
        facts: Mapping[str, str],
        *,
        draft: Draft | None = None,
        typed: Iterable[str] | None = None,
        ask: Callable[[Message | str], str] = ask,
    ) -> None:
        self._book = book
        self._requested = [name for name, value in facts.items() if value == "-"]
        self.facts = {name: value for name, value in facts.items() if value != "-"}
        self._typed = frozenset(self.facts if typed is None else typed)
        self.draft = draft
        self._ask = ask

    def run(self) -> None:
        """Ask every question that was not asked yet; raises ConflictError if it was taken over."""
        self._check_typed()
        if self.facts and self.draft is None and self._next() is not None:
            self._save()
        while (question := self._next()) is not None:
            self._put(question)

    def _next(self) -> Question | None:
        rules = self._book.catalog.rules
        return next_question(self.facts, rules) or on_request(self._requested, self.facts)

    def _check_typed(self) -> None:
        """Read the typed facts as answers; one that cannot be read is asked for again."""
        for question in QUESTIONS:
            if question.key in self._typed and self.facts.get(question.key):
                typed = self.facts.pop(question.key)
                try:
                    change = question.answer(typed, self.facts, self._book.catalog.rules)
                except UsageError as error:
                    _show(error)
                else:
                    self.facts = change_facts(self.facts, change)

    def _put(self, question: Question) -> None:
        """Ask one question until the answer can be read, and keep the answer."""
        from ...render.wording import word

        answers, usual = question.answers, question.usual(self.facts)
        if isinstance(answers, tuple):
            answers = Message("{words}", words=", ".join(map(word, answers)))
        if usual:
            answers = Message("{answers}; Enter: {usual}", answers=answers, usual=word(usual))
        sentence = Message(
            "{question} [{answers}]", question=question.asked(self.facts), answers=answers
        )
        try:
            change = question.answer(self._ask(sentence), self.facts, self._book.catalog.rules)
        except UsageError as error:
            _show(error)
            return
        self.facts = change_facts(self.facts, change)
        if question.key == "injured":
            _show_emergency(self._book, self.facts)
        self._save()

    def _save(self) -> None:
        """Keep the answers so far; if the log cannot be written, the next answer tries again."""
        book = self._book.renewed()
        try:
            if self.draft is None:
                self.draft = draft_calls.start(book, self.facts, holder=os.getpid())
            else:
                self.draft = draft_calls.save(book, self.draft, self.facts)
        except UnavailableError as error:
            _show(error, Message("NOT SAVED; the answers stay here, the next one saves them all"))


def print_known(draft: Draft) -> None:
    """Show the answers so far to the operator who goes on with a call."""
    from ...render.console import print_lines, screen_of
    from ...render.draft_views import facts_lines

    screen = screen_of(sys.stdout)
    print_lines(facts_lines(draft.number, draft.facts, screen), sys.stdout, screen)
    sys.stdout.flush()


def print_parked(draft: Draft | None) -> None:
    """Say after Ctrl-C where the answers are."""
    if draft is not None:
        from ...render import stderr_lines

        sys.stderr.write("\n")  # behind the question that was open
        stderr_lines.print_notes((), draft_calls.parked(draft), stream=sys.stderr)


def _show(error: UsageError | UnavailableError, more: Message | str = "") -> None:
    from ...render import stderr_lines

    stderr_lines.print_error(error, stream=sys.stderr)
    if more:
        stderr_lines.print_notes((more,), "", stream=sys.stderr)


def _show_emergency(book: "Book", facts: Mapping[str, str]) -> None:
    """Say at once whom to dial: nothing else that is asked matters as much."""
    incident = Incident(
        kind=plans.find_kind(facts.get("kind", ""), book.catalog.rules.plans) or "other",
        place=Place(lat=0, lon=0),
        when=book.now,
        injured=int(facts.get("injured") or 0),
        trapped=facts.get("trapped") == "yes",
        hazard=facts.get("hazard"),
        spot=facts.get("spot") or None,
    )
    calls = plans.emergency_calls(incident, book.catalog.rules)
    advice = plans.advice_for(incident, calls)
    if calls or advice:
        from ...render.emergency_alone import print_emergency

        print_emergency(calls, advice, stream=sys.stdout)
        sys.stdout.flush()
