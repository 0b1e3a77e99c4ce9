"""The English of what a verb returns, so that a test reads like the screen."""

from typing import Any

from dispatch_cli.messages import Message


def english(found: Any) -> Any:
    """Word each sentence in English; lists, tuples and everything else stay as they are."""
    if isinstance(found, Message):
        return str(found)
    if isinstance(found, tuple | list):
        return type(found)(map(english, found))
    return found
