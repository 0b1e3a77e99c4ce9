"""The language of screens and help: --lang, DISPATCH_LANG, [desk] language, else the locale.

A language is a folder of ``locale`` with a compiled catalogue. JSON, TSV, CSV, exit codes, the
names of commands and options are the same in every language.
"""

import os
import sys
from collections.abc import Sequence

from ..translations import available, catalogue_of

OPTION = "--lang"
VARIABLE = "DISPATCH_LANG"

_chosen: list[str] = []
"""The language of an option or a variable, which the provider file does not change."""

_is_set: list[str] = []
"""The languages that were set; none: the screens are English, and no catalogue is read."""


def set_from(argv: Sequence[str]) -> list[str]:
    """Set the language of this run, and return the arguments without the option.

    Raises UsageError for an option that names a language without a catalogue. A variable that does
    so is ignored with a warning, because a run by cron must not fail for its language.
    """
    arguments, wanted = _without_option(argv)
    variable = os.environ.get(VARIABLE, "")
    if wanted:
        _must_be_available(wanted)
    is_known = not variable or _is_available(variable)
    _chosen[:] = [each for each in (wanted, variable if is_known else "") if each][:1]
    _speak(_chosen[0] if _chosen else _of_locale())
    if not is_known and not wanted:
        _warn_of_variable(variable, arguments)
    return arguments


def set_from_file(language: str) -> None:
    """Set the language of the provider file, unless an option or a variable names one."""
    if language and not _chosen:
        _speak(language)


def _without_option(argv: Sequence[str]) -> tuple[list[str], str]:
    """Take the option out of the arguments, wherever it stands before ``--``."""
    kept: list[str] = []
    wanted, rest = "", list(argv)
    while rest:
        each = rest.pop(0)
        if each == "--":
            return [*kept, each, *rest], wanted
        if each == OPTION and rest:
            wanted = rest.pop(0)
        elif each.startswith(f"{OPTION}="):
            wanted = each.partition("=")[2]
        else:
            kept.append(each)
    return kept, wanted


def _is_available(language: str) -> bool:
    return language in ("en", *available())


def _warn_of_variable(language: str, argv: Sequence[str]) -> None:
    """Print one line on stderr, unless the run is to print only news."""
    if not {"--quiet", "-q", "--monitor"}.isdisjoint(argv):
        return
    from ..messages import Message, quoted
    from ..render import stderr_lines

    ignored = Message(
        "{variable} {language} is unknown and ignored; allowed: {languages}",
        variable=VARIABLE,
        language=quoted(language),
        languages=", ".join(available()),
    )
    stderr_lines.print_warnings([ignored], stream=sys.stderr)


def _must_be_available(language: str) -> None:
    if _is_available(language):
        return
    from ..errors import UsageError

    raise UsageError(
        "--lang {language!r} is unknown; allowed: {languages}",
        language=language,
        languages=", ".join(available()),
    )


def _of_locale() -> str:
    """Return the language of the locale if it has a catalogue, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    language = next((name[:2] for name in names if name), "en")
    return language if os.path.exists(catalogue_of(language)) else "en"


def _speak(language: str) -> None:
    """Set the catalogue of a language; one without a catalogue is English."""
    if language == "en" and not _is_set:
        return
    forget()
    if language != "en":
        _is_set.append(language)
    from gettext import GNUTranslations, NullTranslations

    from ..render.wording import speak

    try:
        with open(catalogue_of(language), "rb") as file:
            speak(GNUTranslations(file))
    except OSError:
        speak(NullTranslations())


def forget() -> None:
    """Forget which language an earlier run in this process has set."""
    _is_set.clear()


def is_english() -> bool:
    """Return whether the screens of this run are English."""
    wording = sys.modules.get("dispatch_cli.render.wording")
    return wording is None or wording.language() == "en"
