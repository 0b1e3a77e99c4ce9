"""The value of a secret, read in the moment it is sent and kept nowhere."""

import os
import stat

from ..model.check import SecretRef

_MOST_BYTES = 4096


class UnsendableError(Exception):
    """A secret that cannot be had, or a header that cannot be sent; without its value."""


def secret_value(secret: SecretRef) -> str:
    """Read a secret; raises UnsendableError."""
    name = f"{secret.source}:{secret.name}"
    value = os.environ.get(secret.name, "") if secret.source == "env" else _content(secret.name)
    value = value.strip()
    if not value:
        raise UnsendableError(f"secret {name} is not set")
    return sendable(f"secret {name}", value)


def sendable(what: str, value: str) -> str:
    """Return a header's value as it is, or raise UnsendableError for one that breaks out of it."""
    if not value.isascii() or not value.isprintable():
        raise UnsendableError(f"{what} has characters that cannot be sent")
    return value


def _content(path: str) -> str:
    name = f"secret file:{path}"
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnsendableError(f"{name} cannot be read") from error
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise UnsendableError(f"{name} is not a file")
        if about.st_uid != os.geteuid() or about.st_mode & 0o077:
            raise UnsendableError(f"{name} can be read by others than its owner; chmod 600 it")
        content = os.read(file, _MOST_BYTES + 1)
    finally:
        os.close(file)
    if len(content) > _MOST_BYTES:
        raise UnsendableError(f"{name} is longer than {_MOST_BYTES} bytes")
    return content.decode("ascii", "replace")  # What is not ASCII is refused as unsendable.
