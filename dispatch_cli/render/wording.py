"""Sentences in the language of the screen; JSON, TSV and the case log have the English."""

from gettext import NullTranslations
from typing import Any

from .. import messages

_CONTEXT = "\x04"
"""Stands between context and word in a catalogue of gettext."""

_catalogue = [NullTranslations()]


def speak(catalogue: NullTranslations) -> None:
    """Set the catalogue of all screens; a sentence that it does not have stays English."""
    _catalogue[0] = catalogue


def language() -> str:
    """Return the code of the screen's language, such as "de"."""
    return str(_catalogue[0].info().get("language", "en"))


def worded(sentence: object) -> str:
    """Return a sentence, a problem with file and line, or a moment in the screen's language.

    A ``str`` is data and stays as it is.
    """
    return str(messages.worded(sentence, _catalogue[0].gettext))


def say(template: str, /, **values: Any) -> str:
    """Word a sentence, a heading or a word of the screen; ``values`` fill its named places."""
    return worded(messages.Message(template, **values))


def number(value: float, form: str = "") -> str:
    """Format a number with the decimal sign of the screen's language."""
    return format(messages.localized(value, _catalogue[0].gettext), form)


def word(closed: str, of: str = "") -> str:
    """Word a closed word of the model, such as "declined".

    ``of`` is the context of a word with another translation in other places, such as "closed" of
    a "case". It is no template: a word that was read from a file may have braces.
    """
    if of and closed:
        found = _catalogue[0].gettext(f"{of}{_CONTEXT}{closed}")
        if _CONTEXT not in found:
            return found
    return _catalogue[0].gettext(closed) if closed else ""  # gettext has a header under ""
