"""Word what typer itself writes into a help: headings, and the notes in brackets."""

from collections.abc import Sequence
from typing import Any

import typer.core

from ..messages import marked
from ..render.wording import word

HEADINGS = (marked("Usage:"), marked("Arguments"), marked("Options"), marked("Commands"))
NOTES = (marked("default: {default}"), marked("env var: {var}"), marked("required"))
OWN_HELP = marked("Show this message and exit.")


def word_help(command: Any) -> None:
    """Make typer word the help of a command, and of all others of this process.

    typer looks its words up with a function of its module, and not by an environment variable that
    child processes would inherit. Errors of the parser stay English, since ``usage_errors`` reads
    them.
    """
    vars(typer.core)["_"] = _noted
    base = command.context_class.formatter_class
    if not hasattr(base, "is_worded"):
        command.context_class.formatter_class = _formatter(base)


def _noted(text: str) -> str:
    return word(text) if text in NOTES else text


def _formatter(base: Any) -> Any:
    class WordedFormatter(base):  # type: ignore[misc]  # the class is private to typer
        """Writes the headings of a help in the language of the screen."""

        is_worded = True

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, f"{word(HEADINGS[0])} " if prefix is None else prefix)

        def write_heading(self, heading: str) -> None:
            super().write_heading(word(heading) if heading in HEADINGS else heading)

        def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **values: Any) -> None:
            shown = [(first, word(text) if text == OWN_HELP else text) for first, text in rows]
            super().write_dl(shown, *args, **values)

    return WordedFormatter
