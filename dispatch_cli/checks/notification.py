"""Send a text to persons over the channels of ``[[notify]]``, with apprise.

apprise knows some 130 services: mail, ntfy, Slack, Matrix, Telegram, … It is imported only when a
text is sent, and is installed by the extra ``notify`` only.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from threading import Thread
from time import monotonic
from typing import Any

from msgspec import Struct

from ..messages import Message
from ..model.check import Channel
from .secret import UnsendableError, secret_value

LIMIT_S = 20.0
"""Longest time of all channels together, which are used at the same time."""


class Letter(Struct, frozen=True):
    """A text for one channel."""

    channel: Channel
    title: str
    body: str


def is_installed() -> bool:
    """Return whether the extra ``notify`` is installed."""
    return find_spec("apprise") is not None


def send(letters: Sequence[Letter], *, limit_s: float = LIMIT_S) -> list[Message | str]:
    """Send all letters at the same time; return for each why it was not sent, or "".

    A reason never has the URL, which is a secret. Never raises: a letter that is not sent must not
    fail the round.
    """
    late = Message("not sent within {limit_s:g} s", limit_s=limit_s)
    reasons: list[Message | str] = [late] * len(letters)

    def work(number: int, letter: Letter) -> None:
        reasons[number] = _sent(letter)

    until = monotonic() + limit_s
    # As daemons, because a service that hangs must not delay the end of the run.
    threads = [Thread(target=work, args=each, daemon=True) for each in enumerate(letters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    return list(reasons)


def _sent(letter: Letter) -> Message | str:
    """Send one letter; return why it was not sent, or ""."""
    url = letter.channel.url
    try:
        address = url if isinstance(url, str) else secret_value(url)
    except UnsendableError as error:
        return error.sentence
    try:
        return _apprised(address, letter)
    except Exception as error:  # The error's text may have the URL.
        return Message("failed ({error})", error=type(error).__name__)


def _apprised(address: str, letter: Letter) -> Message | str:
    import logging

    import apprise

    # Its log has the URL, and goes to stderr where logging is not set up.
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    logging.getLogger("apprise").propagate = False
    service: Any = apprise.Apprise()
    if not service.add(address):
        return Message("its url is not one of apprise")
    if len(service) != 1:
        # If one of them fails, the whole message counts as not sent, and the others get it again.
        return Message("its url names several services; write one [[notify]] for each")
    sent = service.notify(title=letter.title, body=letter.body, body_format="text")
    return "" if sent else Message("the service has not accepted it")
