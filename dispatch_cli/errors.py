"""Errors as values: the exit code, the problems with file and line, and a hint what to do next."""

from enum import IntEnum
from typing import Any, ClassVar

from msgspec import Struct

from .messages import Message, joined


class ExitCode(IntEnum):
    """The exit codes of the program, as in docs/exit-codes.md; no number is ever reused."""

    OK = 0
    BUG = 1
    USAGE = 2
    NO_PROVIDER = 3
    BAD_DATA = 4
    UNAVAILABLE = 5
    PARTIAL = 6
    ATTENTION = 7
    CONFLICT = 8


def as_message(template: Message | str) -> Message:
    """Return a message as it is, and make one of a template without places."""
    return template if isinstance(template, Message) else Message(template)


class Problem(Struct, frozen=True):
    """One problem, with its file and line.

    ``given`` is a message, or a template without places. ``line`` counts from 1; 0: no line is
    known. ``who`` names the entry of the file that has the problem, as in ``provider "huber"``.
    """

    given: Message | str
    file: str = ""
    line: int = 0
    who: Message | str = ""

    @property
    def text(self) -> Message:
        """The problem as a message."""
        return as_message(self.given)

    @classmethod
    def at(
        cls,
        file: object,
        template: str,
        /,
        *,
        line: int = 0,
        who: Message | str = "",
        **values: Any,
    ) -> "Problem":
        """Make a problem of a file; ``values`` fill the named places of the template."""
        return cls(Message(template, **values), str(file), line, who)

    @property
    def sentence(self) -> Message | str:
        """File, line, entry and problem, joined to one sentence."""
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return joined((place, self.who, self.text), ": ")

    def __str__(self) -> str:
        return str(self.sentence)


class DispatchError(Exception):
    """A failure that the user can correct; printed as problems and a hint, never as a traceback.

    With ``values`` there is one problem, whose template has these values in its named places. A
    ``str`` is a template too: text with data in it is a value, as in ``("{why}", why=text)``.
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
        self.hint: Message | str = as_message(hint) if hint else ""
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SentenceError(ValueError):
    """An invalid value of a text; the caller makes a problem of ``sentence``.

    A ``str`` is a template; text with data in it is a value of a template.
    """

    def __init__(self, template: Message | str, /, **values: Any) -> None:
        self.sentence = Message(str(template), **values) if values else as_message(template)
        super().__init__(str(self.sentence))


class UsageError(DispatchError):
    """An argument or option that is invalid or ambiguous."""

    exit_code = ExitCode.USAGE
    code = "usage"


class IncompleteError(UsageError):
    """Arguments that were recorded, although an act needs further ones.

    The record stands, and so do this error and its exit code.
    """


def no_case(case_id: int) -> UsageError:
    """Make the error for the number of a case that the case log does not have."""
    return UsageError(
        "there is no case {case_id}", case_id=case_id, hint='"dispatch case list" lists the cases'
    )


class BadDataError(DispatchError):
    """A provider file, incident row or database whose content is invalid."""

    exit_code = ExitCode.BAD_DATA
    code = "bad_data"


class UnavailableError(DispatchError):
    """A file, database or server that is needed and cannot be used now."""

    exit_code = ExitCode.UNAVAILABLE
    code = "unavailable"


class ConflictError(DispatchError):
    """An earlier decision, a lock of another program, or an existing file is in the way."""

    exit_code = ExitCode.CONFLICT
    code = "conflict"
