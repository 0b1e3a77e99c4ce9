"""Refuse a list of firms that has values in columns which mean no key."""

import csv
import io
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import BadDataError, Problem
from ..messages import Message, joined, quoted

if TYPE_CHECKING:
    from ..provider_lists.list_columns import ListColumns
    from ..provider_lists.read_firms import FirmList, UnreadColumn


def unread_columns(
    found: "FirmList", columns: "ListColumns", ignored: str, *, shown: str
) -> BadDataError:
    """Make the error about the columns whose values no entry has, and about all bad rows.

    A firm without the limit that its list has would be called for vehicles it cannot help, so that
    nothing is written, also with --keep-valid. The hint has the options that decide.
    """
    problems = [_problem(each, shown) for each in found.unread]
    names = [each.name for each in found.unread if each.name]
    parts: list[Message | str] = [Message("nothing is written")]
    if names:
        parts += [
            Message(
                "use a column with {option} (keys without a column: {keys})",
                option=f"--columns {shlex.quote('KEY=' + listed(names[:1]))}",
                keys=", ".join(columns.free_keys),
            ),
            Message(
                "or leave out what no call needs: {option}",
                option="--ignore-columns "
                + shlex.quote(",".join(filter(None, (ignored, listed(names))))),
            ),
        ]
    return BadDataError(*problems, *found.problems, hint=joined(parts))


def _problem(column: "UnreadColumn", shown: str) -> Problem:
    if not column.name:
        return Problem.at(
            shown,
            "a column without a name has the value {text}; give it a name in the header row",
            line=column.line,
            text=quoted(column.text),
        )
    return Problem.at(
        shown,
        "the column {name} is not used, but has values such as {text}",
        line=column.line,
        name=quoted(column.name),
        text=quoted(column.text),
    )


def listed(names: Iterable[str]) -> str:
    """Join names of columns with commas; those with a comma are quoted, as in CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()
