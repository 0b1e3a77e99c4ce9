"""New facts typed on one line in the loop, as on the command line of ``case amend``."""

from typing import Any

from ...errors import UsageError
from ..incident_options import IncidentOptions
from .motorist import MotoristOptions

_NAMES = (*IncidentOptions.__struct_fields__, *MotoristOptions.__struct_fields__)


def parse_amendment(line: str) -> dict[str, object]:
    """Read ``injured 1 trailer``, dashes or not, as the options of ``case amend``."""
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
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        raise UsageError(message.rstrip(".")) from None
    names = {*_NAMES} - {"note"}
    said = {
        name: value
        for name, value in context.params.items()
        if name in names and value not in (None, [], ())
    }
    if not said:
        raise UsageError("nothing to amend; say it as: injured 1 trailer spot shoulder")
    return said


def _amend() -> Any:
    from ..lazy import single
    from .amend import amend

    return single("amend", amend)


def _with_dashes(words: list[str]) -> list[str]:
    """Put the dashes before the names of facts that were typed without."""
    names = {name.replace("_", "-") for name in _NAMES}
    names |= {f"no-{name}" for name in names}
    return [
        f"--{plain}" if (plain := word.replace("_", "-").lower()) in names else word
        for word in words
    ]
