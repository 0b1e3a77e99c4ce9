"""What ``dispatch check`` says where there is nothing to check."""

import sys
from typing import TYPE_CHECKING

from ..messages import Message

if TYPE_CHECKING:
    from ..catalog import Catalog

EXAMPLE = 'check = [{ kind = "http", url = "https://firm.example/status" }]'
"""A line of a provider's entry, valid as it stands."""

_HINT = Message("add a line like this one to its [[provider]], and see docs/checks.md: {example}",
                example=EXAMPLE)  # fmt: skip


def without_checks(catalog: "Catalog") -> tuple[Message, ...]:
    """Return a warning if no provider of the file has a check."""
    if catalog.probes():
        return ()
    return (Message("{path}: no provider has a check, so that none is watched", path=catalog.path),)


def print_without_checks(catalog: "Catalog") -> None:
    """Print on stderr that no provider has a check, and how to add one."""
    found = without_checks(catalog)
    if found:
        from ..render import stderr_lines

        stderr_lines.print_notes(found, _HINT, stream=sys.stderr)
