"""What a program may know of joint plans without the libraries of the extra ``storm``."""

from importlib.util import find_spec

from ..errors import UnavailableError

LIBRARIES = ("numpy", "ortools")
"""The libraries that the extra ``storm`` installs."""

AGAIN_S = 30.0
"""Seconds after which a plan is made again although nothing was recorded: callers have waited."""


def require_extra() -> None:
    """Raise UnavailableError, with what to install, without the libraries of the extra."""
    if not all(map(find_spec, LIBRARIES)):
        raise UnavailableError(
            "joint plans need numpy and ortools",
            hint='install the extra: pip install "roadside-dispatch[storm]"',
        )
