"""The keys that record what a provider said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ...cases import answer_call
from ...cases.unit_bookings import NoUnitError
from ...errors import UsageError
from ...messages import Message
from ...model.words import DECLINE_REASONS
from ...render.case_loop import declines_question
from ..keys import ENTER
from ..typed_input import read_moment

if TYPE_CHECKING:
    from ...cases.book import Book
    from ...results.case_results import Recorded
    from .situation import Situation

# The verb of each key that needs nothing but the offer.
_PLAIN: Mapping[str, str] = {
    "n": "no_answer",
    "u": "unreachable",
    "e": "wrong_equipment",
    "f": "fail",
    "s": "unsuccessful",
}
ANSWER_KEYS = frozenset({*_PLAIN, "a", "d", "t", "r"})
_FOR_GOOD = {"r": "help is on the scene", "s": "help came and could not help"}
"""What ends a job is asked for twice."""

Sentences = Sequence[Message | str]


class Asker(Protocol):
    """Who asks the operator for what a key still needs."""

    def text(self, question: str, situation: "Situation") -> str | None:
        """A line of text; None: given up."""

    def choice(self, question: Sequence[Message | str], situation: "Situation") -> str:
        """One key."""

    def sure(self, key: str, what: str, situation: "Situation") -> bool:
        """Whether the key is pressed a second time, for what cannot be taken back."""


class AnswerKeys:
    """The answers to one offer. What a key returns is what to say."""

    def __init__(self, book: "Book", situation: "Situation", asker: Asker, language: str) -> None:
        self._opened = book
        self._situation = situation
        self._asker = asker
        self._language = language

    @property
    def _book(self) -> "Book":
        """The log as of now: the operator may have thought about a question, or undoes later."""
        return self._opened.renewed()

    def press(self, key: str) -> Sentences:
        """Record what a key stands for; nothing is said where it was given up."""
        offer = self._situation.offer
        if offer is None:
            raise UsageError("nobody has been called yet: Enter places the call")
        ref = self._situation.ref
        if key == "a":
            return self._accept(ref)
        if key == "d":
            return self._decline(ref)
        if key == "t":
            return self._new_time(ref)
        if key in _FOR_GOOD and not self._asker.sure(key, _FOR_GOOD[key], self._situation):
            return ()
        if key == "r":
            return answer_call.arrive(self._book, ref).sentences
        done = answer_call.record(self._book, ref, _PLAIN[key])
        return done.sentences

    def _accept(self, ref: str) -> Sentences:
        there_at = self._moment("there in how many minutes, or at what time")
        if there_at is None:
            return ()
        sooner = answer_call.would_be_sooner(self._book, ref, there_at)
        if sooner and self._asker.choice((sooner, "y yes", "n no"), self._situation) in ("y", "j"):
            done = answer_call.record(self._book, ref, "decline", reason="eta_too_long")
            return done.sentences
        done = self._accepted(ref, there_at)
        return done.sentences

    def _accepted(self, ref: str, there_at: datetime) -> "Recorded":
        """Record an acceptance; a truck that the log does not know is asked about."""
        try:
            return answer_call.accept(
                self._book, ref, there_at, language=self._language, is_compared=True
            )
        except NoUnitError as error:
            asked = (f"{error}: has the firm one more truck?", "y yes", "n no")
            if self._asker.choice(asked, self._situation) not in ("y", "j"):
                raise
            return answer_call.accept(
                self._book,
                ref,
                there_at,
                extra_unit=True,
                language=self._language,
                is_compared=True,
            )

    def _decline(self, ref: str) -> Sentences:
        digit = self._asker.choice(declines_question(DECLINE_REASONS), self._situation)
        is_reason = digit.isascii() and digit.isdecimal() and 0 < int(digit) <= len(DECLINE_REASONS)
        if not is_reason and digit != ENTER:
            return ["not recorded: a digit says why, Enter that no reason was given"]
        reason = DECLINE_REASONS[int(digit) - 1] if is_reason else ""
        text = ""
        if reason == "other":
            text = self._asker.text("what they said", self._situation) or ""
        done = answer_call.record(self._book, ref, "decline", reason=reason, text=text)
        return done.sentences

    def _new_time(self, ref: str) -> Sentences:
        there_at = self._moment("new time: minutes from now, or 12:50")
        if there_at is None:
            return ()
        done = answer_call.promise(self._book, ref, there_at, language=self._language)
        return [*done.sentences, *done.tell_caller]

    def _moment(self, question: str) -> datetime | None:
        text = self._asker.text(question, self._situation)
        return read_moment(text, self._book) if text else None
