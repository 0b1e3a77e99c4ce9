"""Warn of a column of a list of firms that may have the weights of the firms' own trucks."""

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..messages import Message, quoted
from .unread_columns import listed

if TYPE_CHECKING:
    from ..provider_lists.list_columns import ListColumns

_KEY = "max_weight_t"


def own_weight_column(
    columns: "ListColumns",
    named: Mapping[str, str],
    entries: Sequence[Mapping[str, Any]],
    defaults: Mapping[str, Any],
) -> str:
    """Return the column that was taken as the limit by such a name, and has values; else ""."""
    from ..provider_lists.usual_columns import may_be_own_weight

    column = columns.by_key.get(_KEY, "")
    if _KEY in named or not may_be_own_weight(column):
        return ""
    values = {each.get(_KEY) for each in entries}
    return column if values - {None, defaults.get(_KEY)} else ""


def own_weight_warning(column: str, named: str, ignored: str, *, is_added: bool) -> Message:
    """Word how the column was read, and which options decide; they repeat those that were typed.

    ``is_added`` says that the firms are in the file, so that the options alone do not help.
    """
    limit = _joined(named, listed([f"{_KEY}={column}"]))
    name = quoted(column)
    without = shlex.join(["--ignore-columns", _joined(ignored, listed([column]))])
    as_limit = shlex.join(["--columns", limit])
    if is_added:
        return Message(
            "column {name} is read as max_weight_t, the heaviest vehicle that a firm can help; if"
            " it is the weight of the firm's own truck, remove max_weight_t from the new firms, and"
            " leave the column out of such lists with {without}; if it is that limit, say so with"
            " {as_limit}",
            name=name,
            without=without,
            as_limit=as_limit,
        )
    return Message(
        "column {name} is read as max_weight_t, the heaviest vehicle that a firm can help; if it is"
        " the weight of the firm's own truck, leave it out with {without}; if it is that limit, say"
        " so with {as_limit}",
        name=name,
        without=without,
        as_limit=as_limit,
    )


def _joined(typed: str, more: str) -> str:
    return ",".join(filter(None, (typed, more)))
