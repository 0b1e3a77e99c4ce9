"""Ask a caller on a terminal, in the order in which lives depend on it; each answer is kept."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ...cases import call_facts, draft_calls
from ...cases.book import local
from ...cases.call_in_progress import CallInProgress
from ...cases.intake_questions import QUESTIONS, Question
from ...errors import UnavailableError, UsageError
from ...messages import Message
from ...model.draft import COPIED_PLACE, Draft
from ..typed_input import ask

if TYPE_CHECKING:
    from ...cases.book import Book


_URGENT = ("injured", "trapped", "spot", "kind", "hazard")
"""The facts that decide the emergency numbers to dial and the advice for the caller."""


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
        self.call = CallInProgress(book, facts, draft=draft)
        self._typed = frozenset(self.call.facts if typed is None else typed)
        self._ask = ask
        self._urgent: list[str | None] = []
        self._said: object = None

    def run(self) -> None:
        """Ask every question that was not asked yet; raises ConflictError if it was taken over."""
        self._check_typed()
        self._say_emergency()
        call = self.call
        if call.facts and call.draft is None and call.next_question() is not None:
            self._save()
        while (question := call.next_question()) is not None:
            self._put(question)

    def _check_typed(self) -> None:
        """Read the typed facts as answers; one that cannot be read is asked for again."""
        for question in QUESTIONS:
            if question.key in self._typed and self.call.facts.get(question.key):
                typed = self.call.facts.pop(question.key)
                try:
                    self.call.take(question, typed)
                except UsageError as error:
                    _show(error)

    def _put(self, question: Question) -> None:
        """Ask one question until the answer can be read, and keep the answer."""
        from ...render.wording import word

        answers, usual = question.answers, question.usual(self.call.facts)
        if isinstance(answers, tuple):
            answers = Message("{words}", words=", ".join(map(word, answers)))
        if usual:
            answers = Message("{answers}; Enter: {usual}", answers=answers, usual=word(usual))
        sentence = Message(
            "{question} [{answers}]",
            question=question.asked(
                self.call.facts,
                self._book.catalog.rules.desk.name,
                local(self._book.now, self._book),
            ),
            answers=answers,
        )
        try:
            self.call.take(question, self._ask(sentence))
        except UsageError as error:
            _show(error)
            return
        self._say_emergency()
        self._save()

    def _say_emergency(self) -> None:
        """Print the emergency numbers at once, and again when an answer changes them.

        The same text is not printed twice in a row.
        """
        urgent = [self.call.facts.get(name) for name in _URGENT]
        if urgent == self._urgent:
            return
        self._urgent = urgent
        calls, advice = found = call_facts.urgent(self._book, self.call.facts)
        if (calls or advice) and found != self._said:
            from ...render.emergency_alone import print_emergency

            print_emergency(calls, advice, stream=sys.stdout)
            sys.stdout.flush()
            self._said = found

    def _save(self) -> None:
        """Keep the answers so far; if the log cannot be written, the next answer tries again."""
        try:
            self.call.save()
        except UnavailableError as error:
            _show(error)


def print_known(draft: Draft) -> None:
    """Show the answers so far to the operator who goes on with a call."""
    from ...render.console import print_lines, screen_of
    from ...render.draft_views import facts_lines

    screen = screen_of(sys.stdout)
    print_lines(facts_lines(draft.number, _readable(draft.facts), screen), sys.stdout, screen)
    sys.stdout.flush()


def print_parked(call: CallInProgress) -> None:
    """Say after Ctrl-C where the answers are, and which ones are lost."""
    from ...render import stderr_lines
    from ...render.console import print_lines, screen_of
    from ...render.draft_views import facts_lines

    draft, unsaved = call.draft, call.unsaved
    if draft is None and not unsaved:
        return
    sys.stderr.write("\n")  # behind the question that was open
    if unsaved:
        lost = Message("these answers are NOT SAVED; write them down")
        stderr_lines.print_notes((lost,), "", stream=sys.stderr)
        screen = screen_of(sys.stderr)
        number = "" if draft is None else draft.number
        print_lines(facts_lines(number, _readable(unsaved), screen), sys.stderr, screen)
    if draft is not None:
        stderr_lines.print_notes((), draft_calls.parked(draft), stream=sys.stderr)


def _readable(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that an operator can read."""
    return {name: value for name, value in facts.items() if name != COPIED_PLACE}


def _show(error: UsageError | UnavailableError) -> None:
    from ...render import stderr_lines

    stderr_lines.print_error(error, stream=sys.stderr)
