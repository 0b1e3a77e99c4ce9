"""A call whose questions are asked: its answers, the next question, and the draft in the log."""

import os
from collections.abc import Mapping

from ..errors import UnavailableError
from ..messages import Message
from ..model.draft import Draft
from . import call_facts, draft_calls, open_case
from .book import Book
from .intake_questions import Question, change_facts, next_question, on_request


class CallInProgress:
    """The answers of one caller. Each is in the case log at once, so that no end loses it.

    A fact ``-`` is asked for.
    """

    def __init__(
        self, book: Book, facts: Mapping[str, str] | None = None, *, draft: Draft | None = None
    ) -> None:
        given = facts or {}
        self._opened = book
        self._requested = [name for name, value in given.items() if value == "-"]
        self.facts = {name: value for name, value in given.items() if value != "-"}
        self.draft = draft

    @property
    def book(self) -> Book:
        """The log as of now."""
        return self._opened.renewed()

    @property
    def unsaved(self) -> dict[str, str]:
        """The answers that are not in the log."""
        saved = {} if self.draft is None else self.draft.facts
        return {name: value for name, value in self.facts.items() if saved.get(name) != value}

    def next_question(self) -> Question | None:
        """Return the next question that was not asked; None after the last one."""
        rules = self._opened.catalog.rules
        return next_question(self.facts, rules) or on_request(self._requested, self.facts)

    def take(self, question: Question, text: str) -> None:
        """Take an answer; raises UsageError if it cannot be read."""
        change = question.answer(text, self.facts, self._opened.catalog.rules)
        self.facts = change_facts(self.facts, change)

    def save(self) -> None:
        """Keep the answers so far; raises UnavailableError if the log cannot be written."""
        book = self.book
        try:
            if self.draft is None:
                self.draft = draft_calls.start(book, self.facts, holder=os.getpid())
            else:
                self.draft = draft_calls.save(book, self.draft, self.facts)
        except UnavailableError as error:
            # Instead of the error's own hint: the next answer tries again.
            error.hint = Message("NOT SAVED; the answers stay here, the next one saves them all")
            raise

    def park(self) -> Message:
        """Set the call aside; without a number to call back the caller stays on the line.

        The call must have a draft. Raises the errors of ``draft_calls.park``.
        """
        assert self.draft is not None  # noqa: S101 - the caller has looked
        has_number = bool(self.facts.get("call_back"))
        on_line = self.draft.on_line or not has_number
        number = self.draft.number
        draft_calls.park(self.book, self.draft.id, self.facts, on_line=on_line, holder=os.getpid())
        if has_number:
            return Message("{number} is parked", number=number)
        return Message(
            "{number} is parked; without a number the caller stays on the line", number=number
        )


def open_call(
    book: Book, facts: Mapping[str, str], *, draft: Draft | None = None, like: int = 0
) -> open_case.OpenedCase:
    """Open the case of a call, and end its draft in the same transaction.

    Raises UsageError with all facts that cannot be read.
    """
    call = call_facts.call_of(book, facts)
    return open_case.open_case(
        book,
        call.incident,
        call.personal,
        like=like or call.like,
        draft=draft,
        answered=call_facts.answered(facts),
    )
