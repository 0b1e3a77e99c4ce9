"""Errors as data: each knows its exit code, its problems with their places, and what to do next."""

from enum import IntEnum
from typing import Any, ClassVar

from msgspec import Struct

from .messages import Message


class ExitCode(IntEnum):
    """What the shell is told; documented in docs/exit-codes.md and never reused."""

    OK = 0
    BUG = 1
    USAGE = 2
    NO_PROVIDER = 3
    BAD_DATA = 4
    UNAVAILABLE = 5
    PARTIAL = 6
    ATTENTION = 7
    CONFLICT = 8


class Problem(Struct, frozen=True):
    """One thing that is wrong, and where.

    ``line`` counts from 1; 0 means that no line can be named. ``who`` says whose it is, in the
    form ``provider "huber"``.
    """

    text: Message | str
    file: str = ""
    line: int = 0
    who: str = ""

    @classmethod
    def at(
        cls, file: object, template: str, /, *, line: int = 0, who: str = "", **values: Any
    ) -> "Problem":
        """Make the problem of a file; ``values`` fill the places of the sentence."""
        return cls(Message(template, **values), str(file), line, who)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return ": ".join(part for part in (place, self.who, str(self.text)) if part)


class DispatchError(Exception):
    """Something that the user can mend; prints as its problems and a hint, never as a traceback.

    ``values`` fill the places of a single sentence.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    code: ClassVar[str] = "bug"

    def __init__(
        self, *problems: Problem | Message | str, hint: Message | str = "", **values: Any
    ) -> None:
        if values:
            (template,) = problems
            problems = (Message(str(template), **values),)
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        self.hint = hint
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SentenceError(ValueError):
    """A value that cannot be read; the caller makes a problem of its sentence."""

    def __init__(self, template: Message | str, /, **values: Any) -> None:
        self.sentence = Message(str(template), **values) if values else template
        super().__init__(str(self.sentence))


class UsageError(DispatchError):
    """An argument or option that cannot be understood, or that names several things."""

    exit_code = ExitCode.USAGE
    code = "usage"


class BadDataError(DispatchError):
    """A provider file, incident row or database whose content is invalid."""

    exit_code = ExitCode.BAD_DATA
    code = "bad_data"


class UnavailableError(DispatchError):
    """Something outside that is needed and cannot be reached now."""

    exit_code = ExitCode.UNAVAILABLE
    code = "unavailable"


class ConflictError(DispatchError):
    """Somebody or something else was first: a decision, a lock, a file that is already there."""

    exit_code = ExitCode.CONFLICT
    code = "conflict"
