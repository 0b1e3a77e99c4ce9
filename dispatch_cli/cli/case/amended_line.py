"""Read a line of new facts at the desk, with the options of ``case amend``."""

from typing import Any

from ...errors import UsageError
from ..incident_options import IncidentOptions
from ..usage_errors import worded_usage
from .motorist import MotoristOptions

_NAMES = (*IncidentOptions.__struct_fields__, *MotoristOptions.__struct_fields__)


def parse_amendment(line: str) -> dict[str, object]:
    """Read ``injured 1 trailer``, with or without dashes, as options of ``case amend``."""
    import shlex

    from typer.exceptions import TyperException

    try:
        words = shlex.split(line)
    except ValueError:
        raise UsageError("a quotation mark is missing") from None
    command = _amend()
    try:
        context = command.make_context("amend", ["1", *_with_dashes(words)])
    except TyperException as error:
        raise UsageError(*worded_usage(error).problems) from None
    names = {*_NAMES} - {"note"}
    changes = {
        name: value
        for name, value in context.params.items()
        if name in names and value not in (None, [], ())
    }
    if not changes:
        raise UsageError("no fact to amend; write, for example: injured 1 trailer spot shoulder")
    return changes


def _amend() -> Any:
    from ..lazy import single
    from .amend import amend

    return single("amend", amend)


def _with_dashes(words: list[str]) -> list[str]:
    """Put dashes before the names of facts that were typed without them."""
    names = {name.replace("_", "-") for name in _NAMES}
    names |= {f"no-{name}" for name in names}
    return [
        f"--{plain}" if (plain := word.replace("_", "-").lower()) in names else word
        for word in words
    ]
