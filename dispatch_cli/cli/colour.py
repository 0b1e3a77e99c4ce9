"""Colours of screens: --no-color and NO_COLOR switch them off, FORCE_COLOR on.

rich and Textual read both variables. Tab-separated rows, JSON and messages never have colours.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

OPTION = "--no-color"
_VARIABLE = "NO_COLOR"


@contextmanager
def set_from(argv: Sequence[str]) -> Iterator[list[str]]:
    """Yield the arguments without the option, wherever it stands before ``--``.

    With the option, ``NO_COLOR`` is set within the block.
    """
    end = list(argv).index("--") if "--" in argv else len(argv)
    kept = [each for each in argv[:end] if each != OPTION]
    if len(kept) == end:
        yield list(argv)
        return
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = "1"
    try:
        yield [*kept, *argv[end:]]
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
