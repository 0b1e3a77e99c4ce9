"""Map the columns of a file to the facts of an incident."""

import csv
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ...errors import BadDataError, Problem, UsageError
from ...intake import RawIncident
from ...messages import Message

FACTS = ("id", "kind", "lat", "lon", "at", "when", *RawIncident.__struct_fields__[1:])
"""Every fact that a column can have; ``at`` is any place that ``--at`` accepts."""

_HINT = 'name the columns with --columns fact=column, such as "lat=LAT,lon=LNG,kind=title"'


class ColumnMapping(Struct, frozen=True):
    """The column of each fact, and the columns that are copied to the output."""

    by_fact: Mapping[str, str]
    keep: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column to read."""
        return (*self.by_fact.values(), *self.keep)


def parse_columns(text: str) -> dict[str, str]:
    """Read ``lat=LAT,lon=LNG``; a column name with a comma must be quoted. Raises UsageError.

    ``state=`` means that no column has this fact, even if one has its name.
    """
    named: dict[str, str] = {}
    for part in _split(text):
        fact, equals, column = (each.strip() for each in part.partition("="))
        fact = fact.replace("-", "_")
        if not equals:
            raise UsageError("--columns: {part!r} is not fact=column", part=part, hint=_HINT)
        if fact not in FACTS:
            raise UsageError(
                "--columns: unknown fact {fact!r}; allowed: {facts}",
                fact=fact,
                facts=", ".join(FACTS),
                hint=_HINT,
            )
        if fact in named:
            raise UsageError("--columns names the fact {fact!r} twice", fact=fact, hint=_HINT)
        named[fact] = column
    return named


def parse_names(text: str) -> tuple[str, ...]:
    """Read comma-separated column names, without duplicates."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, _split(text)))))


def _split(text: str) -> list[str]:
    return next(csv.reader([text], skipinitialspace=True), []) if text else []


def map_columns(
    found: Sequence[str] | None,
    named: Mapping[str, str],
    keep: Iterable[str],
    defaults: Iterable[str],
) -> ColumnMapping:
    """Find the column of each fact: the one in ``named``, else the column with its name.

    ``found`` is None if each record has its own columns. ``defaults`` are the facts with a value
    for all rows. Raises UsageError if a named column is missing, BadDataError if a name occurs
    twice or no column has the place or the kind.
    """
    by_fact = {
        fact: named.get(fact, fact)
        for fact in FACTS
        if named.get(fact, found is None or fact in found)
    }
    columns = ColumnMapping(by_fact, tuple(keep))
    if found is None:
        return columns
    missing = [name for name in dict.fromkeys([*named.values(), *columns.keep])
               if name and name not in found]  # fmt: skip
    if missing:
        raise UsageError(
            *(Message("the input has no column {name!r}", name=name) for name in missing),
            hint=Message("its columns are {columns}", columns=_shown(found)),
        )
    twice = [name for name in dict.fromkeys(columns.wanted) if found.count(name) > 1]
    if twice:
        raise BadDataError(
            *(
                Problem(Message("the header row has the column {name!r} twice", name=name))
                for name in twice
            ),
            hint="give each column its own name",
        )
    problems = []
    if "at" not in by_fact and not {"lat", "lon"} <= by_fact.keys():
        problems.append("no column has the place; it needs lat and lon, or at")
    if "kind" not in by_fact and "kind" not in defaults:
        problems.append("no column has the kind; it needs kind, or --kind for all rows")
    if problems:
        raise BadDataError(
            *problems,
            hint=Message(
                "{advice}; the columns are {columns}",
                advice=Message(_HINT),
                columns=_shown(found),
            ),
        )
    return columns


def _shown(found: Sequence[str]) -> Message | str:
    shown = ", ".join(found[:30])
    if len(found) <= 30:
        return shown
    return Message("{columns} and {count} more", columns=shown, count=len(found) - 30)
