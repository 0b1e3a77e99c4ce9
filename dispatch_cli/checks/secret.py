"""Read the value of a secret when it is sent, without keeping it."""

import os
import stat

from ..errors import SentenceError
from ..messages import Message, marked
from ..model.check import SecretRef

_MOST_BYTES = 4096
UNTRUSTED = marked("secrets count only in a file that you named")


class UnsendableError(SentenceError):
    """A secret that cannot be read, or a header that cannot be sent; never with the value."""


def secret_value(secret: SecretRef) -> str:
    """Read a secret; raises UnsendableError."""
    shown = _named(secret.source, secret.name)
    value = os.environ.get(secret.name, "") if secret.source == "env" else _content(secret.name)
    value = value.strip()
    if not value:
        raise UnsendableError("{secret} is not set", secret=shown)
    return sendable(shown, value)


def sendable(what: Message, value: str) -> str:
    """Return a header's value unchanged; raises UnsendableError for line breaks and non-ASCII."""
    if not value.isascii() or not value.isprintable():
        raise UnsendableError("{what} has characters that cannot be sent", what=what)
    return value


def _named(source: str, name: str) -> Message:
    return Message("secret {source}:{name}", source=source, name=name)


def _content(path: str) -> str:
    shown = _named("file", path)
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnsendableError("{secret} cannot be read", secret=shown) from error
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise UnsendableError("{secret} is not a regular file", secret=shown)
        if about.st_uid != os.geteuid() or about.st_mode & 0o077:
            raise UnsendableError(
                "{secret} can be read by others than its owner; chmod 600 it", secret=shown
            )
        content = os.read(file, _MOST_BYTES + 1)
    finally:
        os.close(file)
    if len(content) > _MOST_BYTES:
        raise UnsendableError(
            "{secret} is longer than {most_bytes} bytes", secret=shown, most_bytes=_MOST_BYTES
        )
    return content.decode("ascii", "replace")  # ``sendable`` refuses the replacement character.
