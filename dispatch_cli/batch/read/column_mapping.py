"""Which column of a file holds which fact of an incident."""

import csv
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ...errors import BadDataError, Problem, UsageError
from ...intake import Said

FACTS = ("id", "kind", "lat", "lon", "at", "when", *Said.__struct_fields__[1:])
"""Everything that a column can hold; ``at`` is any place that ``--at`` takes."""

_HINT = 'write --columns fact=column, as "lat=LAT,lon=LNG,kind=title"'


class Columns(Struct, frozen=True):
    """The column of each fact that the file has, and those that are copied to the output."""

    by_fact: Mapping[str, str]
    keep: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column that is to be read."""
        return (*self.by_fact.values(), *self.keep)


def parse_columns(text: str) -> dict[str, str]:
    """Read ``lat=LAT,lon=LNG``; a name with a comma stands in quotes. Raises UsageError.

    ``state=`` says that no column holds it, whatever is called so.
    """
    named: dict[str, str] = {}
    for part in _parts(text):
        fact, equals, column = (each.strip() for each in part.partition("="))
        fact = fact.replace("-", "_")
        if not equals:
            raise UsageError(f"--columns {part!r} is not fact=column", hint=_HINT)
        if fact not in FACTS:
            raise UsageError(
                f"--columns: unknown fact {fact!r}; allowed: {', '.join(FACTS)}", hint=_HINT
            )
        if fact in named:
            raise UsageError(f"--columns names {fact!r} twice", hint=_HINT)
        named[fact] = column
    return named


def parse_names(text: str) -> tuple[str, ...]:
    """Read the names of columns with commas between them, each once."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, _parts(text)))))


def _parts(text: str) -> list[str]:
    return next(csv.reader([text], skipinitialspace=True), []) if text else []


def columns_of(
    found: Sequence[str] | None, named: Mapping[str, str], keep: Iterable[str], given: Iterable[str]
) -> Columns:
    """Find the column of each fact: the one that was named, else the one of its name.

    ``found`` None: the records are objects, and each may have its own. ``given`` are facts that
    hold for all rows. Raises UsageError for a named column that is not there, BadDataError where
    nothing says where or what.
    """
    by_fact = {
        fact: named.get(fact, fact)
        for fact in FACTS
        if (named[fact] if fact in named else _has(found, fact))
    }
    columns = Columns(by_fact, tuple(keep))
    if found is None:
        return columns
    missing = [name for name in dict.fromkeys([*named.values(), *columns.keep])
               if name and name not in found]  # fmt: skip
    if missing:
        raise UsageError(
            *(f"there is no column {name!r}" for name in missing), hint=f"there are {_list(found)}"
        )
    twice = [name for name in dict.fromkeys(columns.wanted) if found.count(name) > 1]
    if twice:
        raise BadDataError(*(Problem(f"the column {name!r} is there twice") for name in twice))
    lacking = []
    if "at" not in by_fact and not {"lat", "lon"} <= by_fact.keys():
        lacking.append("no column says where: lat and lon, or at")
    if "kind" not in by_fact and "kind" not in given:
        lacking.append("no column says what happened: kind, or --kind for all rows")
    if lacking:
        raise BadDataError(*lacking, hint=f"{_HINT}; there are {_list(found)}")
    return columns


def _has(found: Sequence[str] | None, fact: str) -> bool:
    return found is None or fact in found


def _list(found: Sequence[str]) -> str:
    shown = ", ".join(found[:30])
    return f"{shown} and {len(found) - 30} more" if len(found) > 30 else shown
