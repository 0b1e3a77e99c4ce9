"""Sentences in the language of the screen; JSON, lines with tabs and the log have the English."""

from collections.abc import Mapping

from ..errors import Problem, SentenceError
from ..messages import Clock, Message

_catalogue: dict[str, str] = {}
_language = ["en"]


def speak(language: str, catalogue: Mapping[str, str]) -> None:
    """Word all sentences from now on in a language: its catalogue has a template for the English.

    A sentence that it does not have stays English.
    """
    _language[0] = language
    _catalogue.clear()
    _catalogue.update(catalogue)


def worded(sentence: object) -> str:
    """Word a sentence, a problem with its place, or a value that fills a place of a sentence."""
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
    """Return what fills a place: sentences are worded, numbers stay for the template to format."""
    return worded(value) if isinstance(value, Message | SentenceError | Problem | Clock) else value
