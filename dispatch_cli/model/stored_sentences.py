"""Keep the reason of a check in a column of text, as a sentence that any language can word.

A sentence is the JSON array ``["template", {values}]``; a value that is itself a sentence is such
an array as well. Any other text is itself, as in the rows of earlier versions.
"""

from typing import Any

import msgspec

from ..messages import Message

_PLAIN = "{text}"


def stored_sentence(sentence: Message | str) -> str:
    """Write a sentence as one text.

    A moment is stored as its sentence, numbers as numbers, any other value as its text. A ``str``
    that begins as an array would is stored as the value of a sentence, because it may come from
    another server.
    """
    if isinstance(sentence, str):
        if not sentence.startswith("["):
            return sentence
        sentence = Message(_PLAIN, text=sentence)
    return msgspec.json.encode(_array_of(sentence)).decode()


def restored_sentence(text: str) -> Message | str:
    """Read a sentence from its text; a text that is no stored sentence is returned as it is."""
    if not text.startswith("["):
        return text
    try:
        sentence = _message_of(msgspec.json.decode(text))  # its error is a ValueError
        str(sentence)  # a damaged row may lack a value
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return text
    return sentence if sentence.id != _PLAIN else str(sentence)


def _array_of(message: Message) -> list[Any]:
    return [message.id, {name: _stored(each) for name, each in message.values.items()}]


def _stored(value: object) -> object:
    sentence = getattr(value, "sentence", value)
    if isinstance(sentence, Message):
        return _array_of(sentence)
    return sentence if isinstance(sentence, int | float | str) else str(sentence)


def _message_of(array: Any) -> Message:
    template, values = array
    restored = {
        name: _message_of(each) if isinstance(each, list) else each for name, each in values.items()
    }
    return Message(template, **restored)
