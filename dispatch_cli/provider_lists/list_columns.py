"""Find the columns of a list of firms by the names of keys and by their usual names."""

import csv
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from ..errors import BadDataError, UsageError
from ..messages import Message, quoted
from .usual_columns import COLUMN_KEYS, USUAL_NAMES, key_of, plain_name, unit_in

_HINT = 'name the columns with --columns key=column, such as "name=Firma,phone=Telefon"'


class ListColumns(Struct, frozen=True):
    """The column of each key, and the columns that are not used.

    ``left_out`` are columns that the user has left out, ``unknown`` those whose names mean no key:
    their cells must be empty. ``units`` are the units in the names of columns, by key.
    """

    by_key: Mapping[str, str]
    left_out: tuple[str, ...]
    unknown: tuple[str, ...]
    units: Mapping[str, str]

    @property
    def free_keys(self) -> tuple[str, ...]:
        """The keys that no column has."""
        return tuple(each for each in COLUMN_KEYS if each not in self.by_key)


def find_columns(
    columns: Sequence[str],
    named: Mapping[str, str],
    given: Collection[str],
    ignored: Collection[str] = (),
) -> ListColumns:
    """Find the column of each key; ``given`` are the keys with a value for all rows.

    A usual name counts only if exactly one column has one, and only for columns that are not
    ``ignored``. Raises BadDataError if several columns may be a key that ``named`` does not decide,
    a required key has no column, or two columns have the same name. Raises UsageError if ``named``
    has an unknown key, or if one of its columns or of those to ignore is missing.
    """
    _check_arguments(columns, named, ignored)
    found = {key: column for key, column in named.items() if column}
    means = {each: key_of(each) for each in columns if each}
    problems: list[Message | str] = []
    for key in COLUMN_KEYS:
        if key in named:
            continue
        taken = {*found.values(), *ignored}
        fitting = [each for each, (meant, _) in means.items() if meant == key and each not in taken]
        fitting = [each for each in fitting if each == key] or fitting
        if len(fitting) == 1:
            found[key] = fitting[0]
        elif fitting:
            problems.append(
                Message(
                    "several columns may be {fact}: {columns}", fact=key, columns=", ".join(fitting)
                )
            )
    problems += missing(found, given)
    problems += [] if problems else _twice(columns, ignored)
    if problems:
        advice = Message(
            "{advice}; the columns are {columns}",
            advice=Message(_HINT),
            columns=", ".join(columns[:30]),
        )
        raise BadDataError(*problems, hint=advice)
    used = set(found.values())
    unused = tuple(dict.fromkeys(each for each in columns if each not in used))
    # The user has decided between the columns that may be a key of --columns.
    left_out = tuple(
        each for each in unused if each in ignored or (each and means[each][0] in named)
    )
    unknown = tuple(each for each in unused if each not in left_out)
    units = {key: unit_in(column, key) for key, column in found.items()}
    return ListColumns(found, left_out, unknown, {key: unit for key, unit in units.items() if unit})


def _check_arguments(
    columns: Sequence[str], named: Mapping[str, str], ignored: Collection[str]
) -> None:
    for key in named:
        if key not in COLUMN_KEYS:
            raise UsageError(
                "--columns: unknown key {key!r}; allowed: {keys}",
                key=key,
                keys=", ".join(COLUMN_KEYS),
            )
    for column in (*named.values(), *ignored):
        if column and column not in columns:
            raise UsageError(
                "the input has no column {name!r}",
                name=column,
                hint=Message("its columns are {columns}", columns=", ".join(columns[:30])),
            )
        if column in ignored and column in named.values():
            raise UsageError(
                "column {name} is in --columns and in --ignore-columns", name=quoted(column)
            )


def _twice(columns: Sequence[str], ignored: Collection[str]) -> list[Message]:
    """List the names that two columns have: the cells of the second one could not be read."""
    counts = Counter(each for each in columns if each and each not in ignored)
    return [
        Message("several columns have the name {name}; rename one of them", name=quoted(each))
        for each, count in counts.items()
        if count > 1
    ]


def score(columns: Sequence[str]) -> int:
    """Return how much of a list's columns some names have: 2 for a name and a number."""
    plain = {plain_name(each) for each in columns}
    return sum(bool(plain & USUAL_NAMES[key]) for key in ("name", "phone"))


def missing(found: Collection[str], given: Collection[str]) -> list[Message]:
    """List what no column and no option has, of all that each firm needs."""
    has = {*found, *given}
    options = {"services": "--service"}
    problems = [
        Message(
            "no column has the {key}; it needs {key}, or {option} for all rows",
            key=key,
            option=options.get(key, f"--{key}"),
        )
        for key in ("name", "phone", "services")
        if key not in has and not (key == "phone" and "phone_2" in has)
    ]
    if not has & {"base", "postcode", "town"} and not {"lat", "lon"} <= has:
        problems.append(Message("no column has the base; it needs base, postcode, or lat and lon"))
    if not has & {"area", "radius_km", "postcodes"}:
        problems.append(
            Message(
                "no column has the area; it needs radius_km, postcodes or area, or --radius-km"
                " for all rows"
            )
        )
    return problems


def parse_named(text: str) -> dict[str, str]:
    """Read ``name=Firma,phone=Telefon``; ``notes=`` means no column. Raises UsageError."""
    named: dict[str, str] = {}
    for part in _split(text):
        key, equals, column = (each.strip() for each in part.partition("="))
        if not equals:
            raise UsageError("--columns: {part!r} is not key=column", part=part, hint=_HINT)
        named[key] = column
    return named


def parse_names(text: str) -> tuple[str, ...]:
    """Read comma-separated names of columns; one with a comma must be quoted, as in CSV."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, _split(text)))))


def _split(text: str) -> list[str]:
    return next(csv.reader([text], skipinitialspace=True), []) if text else []
