"""Sentences in the language of the screen; JSON, TSV and the case log have the English."""

from collections.abc import Mapping

from ..errors import Problem, SentenceError
from ..messages import Clock, Message

_catalogue: dict[str, str] = {}
_language = ["en"]


def speak(language: str, catalogue: Mapping[str, str]) -> None:
    """Set the language of all sentences; ``catalogue`` maps English templates to that language.

    A sentence that is not in the catalogue stays English.
    """
    _language[0] = language
    _catalogue.clear()
    _catalogue.update(catalogue)


def worded(sentence: object) -> str:
    """Return a sentence, a problem with file and line, or a value in the language of the screen."""
    if isinstance(sentence, Message):
        template = _catalogue.get(sentence.id, sentence.id)
        return template.format_map({name: _value(v) for name, v in sentence.values.items()})
    if isinstance(sentence, Clock):
        return sentence.worded(_language[0])
    if isinstance(sentence, Problem):
        return str(Problem(worded(sentence.text), sentence.file, sentence.line, sentence.who))
    if isinstance(sentence, SentenceError):
        return worded(sentence.sentence)
    return _catalogue.get(sentence, sentence) if isinstance(sentence, str) else str(sentence)


def _value(value: object) -> object:
    """Return the value for a place; numbers stay numbers, because the template formats them."""
    return worded(value) if isinstance(value, Message | SentenceError | Problem | Clock) else value
