"""Map the columns of a file to the facts of an incident."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ...errors import BadDataError, Problem, UsageError
from ...messages import Message
from ...records.csv_header import CsvHeader, delimiter_advice, skip_advice
from .column_names import FACTS, JOINT, ColumnSearch, missing_facts, search_columns

JOINABLE = ("at", "when")
"""Facts that several columns may have together."""

_HINT = 'name the columns with --columns fact=column, such as "lat=LAT,lon=LNG,kind=title"'


class ColumnMapping(Struct, frozen=True):
    """The column of each fact, and the columns that are copied to the output."""

    by_fact: Mapping[str, str]
    keep: tuple[str, ...]
    joined: Mapping[str, tuple[str, ...]] = {}
    """The columns of a fact whose cells are joined by a blank, by its name in ``by_fact``."""
    by_name: Mapping[str, str] = {}
    """The columns that were found by a usual name; the user is informed of them."""
    ambiguous: Mapping[str, tuple[str, ...]] = {}
    """The columns that may be a fact; none of them is used."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column to read."""
        columns = (part for each in self.by_fact.values() for part in self.parts_of(each))
        return (*columns, *self.keep)

    def parts_of(self, column: str) -> tuple[str, ...]:
        """Return the columns of the file that one of ``by_fact`` stands for."""
        return self.joined.get(column, (column,))


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
    defaults: Collection[str],
    *,
    header: CsvHeader | None = None,
) -> ColumnMapping:
    """Find the column of each fact: by ``--columns``, by the fact's name, or by a usual name.

    ``found`` is None if each record has its own columns. ``defaults`` are the facts with a value
    for all rows, ``header`` is the header row of CSV. Raises UsageError if a named column is
    missing, BadDataError if a name occurs twice or no column has the place or the kind.
    """
    if found is None:
        by_fact = {fact: named.get(fact, fact) for fact in FACTS if named.get(fact, True)}
        joinable = {fact: by_fact[fact] for fact in JOINABLE if fact in by_fact}
        _check_joints(joinable, ())
        return ColumnMapping(by_fact, tuple(keep), _joined(joinable.values(), ()))
    search = search_columns(found, named)
    columns = mapping_of(search, found, named, keep)
    check_names(found, columns, named)
    problems = _problems(search, defaults, header)
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


def mapping_of(
    search: ColumnSearch, found: Sequence[str], named: Mapping[str, str], keep: Iterable[str]
) -> ColumnMapping:
    """Make the mapping of a search; raises UsageError if cells cannot be joined for a fact."""
    _check_joints(search.by_fact, found)
    return ColumnMapping(
        search.by_fact,
        tuple(keep),
        _joined(search.by_fact.values(), found),
        {fact: column for fact, column in search.by_fact.items()
         if column not in (fact, named.get(fact))},
        search.ambiguous,
    )  # fmt: skip


def _check_joints(by_fact: Mapping[str, str], found: Sequence[str]) -> None:
    for fact, column in by_fact.items():
        if JOINT in column and column not in found and fact not in JOINABLE:
            raise UsageError(
                "--columns: cells can be joined for {facts}, not for {fact!r}",
                facts=", ".join(JOINABLE),
                fact=fact,
            )
        if JOINT in column and column not in found and "" in _parts(column):
            raise UsageError(
                "--columns: {column!r} has no column on one side of {joint}",
                column=column,
                joint=JOINT,
            )


def check_names(found: Sequence[str], columns: ColumnMapping, named: Mapping[str, str]) -> None:
    """Raise UsageError if a named column is missing, BadDataError if a name occurs twice."""
    missing = [name for name in dict.fromkeys([*named.values(), *columns.wanted])
               if name and name not in found and name not in columns.joined]  # fmt: skip
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


def header_advice(header: CsvHeader | None) -> Message | None:
    """Say what gives a header row with a place and a kind, where this one has not; else None."""
    if header is not None and header.likely_delimiter:
        return delimiter_advice(header.likely_delimiter)
    if header is not None and header.likely_line:
        return skip_advice(header.likely_line)
    return None


def _problems(
    search: ColumnSearch, defaults: Collection[str], header: CsvHeader | None
) -> list[Message | str]:
    """List the facts without a column, and the columns that may have them."""
    missing = missing_facts(search.by_fact, defaults)
    problems: list[Message | str] = []
    if "place" in missing:
        problems.append(Message("no column has the place; it needs lat and lon, or at"))
    if "kind" in missing:
        problems.append(Message("no column has the kind; it needs kind, or --kind for all rows"))
    facts = {"place": ("lat", "lon", "at"), "kind": ("kind",)}
    for fact in (fact for name in missing for fact in facts[name]):
        if fact in search.ambiguous:
            problems.append(
                Message(
                    "several columns may be {fact}: {columns}",
                    fact=fact,
                    columns=", ".join(search.ambiguous[fact]),
                )
            )
    advice = header_advice(header)
    if missing and advice:
        problems.append(advice)
    return problems


def _joined(columns: Iterable[str], found: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Split the names that join several columns, unless a column has exactly that name."""
    return {each: _parts(each) for each in columns if JOINT in each and each not in found}


def _parts(column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in column.split(JOINT))


def column_notes(columns: ColumnMapping) -> Iterator[Message]:
    """Note which columns are used because of their names, and which are ambiguous."""
    if columns.by_name:
        yield Message(
            "columns used because of their names: {columns}; --columns sets them explicitly",
            columns=columns_option(columns.by_name),
        )
    for fact, found in columns.ambiguous.items():
        yield Message(
            "several columns may be {fact}, and none is used: {columns}",
            fact=fact,
            columns=", ".join(found),
        )


def columns_option(by_fact: Mapping[str, str]) -> str:
    """Write the value of --columns for some facts."""
    parts = [f"{fact}={column}" for fact, column in by_fact.items()]
    return ",".join(f'"{part}"' if "," in part else part for part in parts)


def column_score(
    named: Mapping[str, str], defaults: Collection[str]
) -> Callable[[Sequence[str]], int]:
    """Make the score of names of columns: 2 if they have a place and a kind, else 1 or 0."""

    def score(names: Sequence[str]) -> int:
        found = search_columns(names, {fact: "" for fact, column in named.items() if not column})
        by_fact = {*found.by_fact, *(fact for fact, column in named.items() if column in names)}
        return 2 - len(missing_facts(by_fact, defaults))

    return score


def _shown(found: Sequence[str]) -> Message | str:
    shown = ", ".join(found[:30])
    if len(found) <= 30:
        return shown
    return Message("{columns} and {count} more", columns=shown, count=len(found) - 30)
