"""Find the columns of a list of firms by the names of keys and by their usual names."""

import csv
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from ..catalog.meant_keys import OTHER_NAMES, plain_name
from ..errors import BadDataError, UsageError
from ..messages import Message

_POSTCODE = (
    "plz", "postleitzahl", "postcode", "postalcode", "zip", "zipcode", "plzort", "plzstadt",
)  # fmt: skip
_TOWN = ("ort", "stadt", "gemeinde", "city", "town", "wohnort")
_ELSEWHERE = frozenset({*_POSTCODE, *_TOWN, "nummer", "number", "place", "position", "title"})
"""Names that mean another thing in a list than in the provider file; a number may be any one."""
_KEYS = (
    "id", "name", "phone", "services", "base", "lat", "lon", "area", "radius_km", "postcodes",
    "hours", "region", "units", "vehicle_classes", "max_weight_t", "max_height_m", "height_m",
    "seats", "equipment", "clients", "tags", "notes",
)  # fmt: skip
_MORE: Mapping[str, tuple[str, ...]] = {
    "phone_2": (
        "mobil", "handy", "mobile", "mobilnummer", "mobiltelefon", "telefon2", "tel2", "phone2",
        "nachtnummer", "notruf", "notrufnummer", "zweitnummer",
    ),
    "postcode": _POSTCODE,
    "town": _TOWN,
    "name": ("provider", "anbieter", "dienstleister", "abschlepper", "abschleppdienst"),
    "area": ("einsatzradiuskm",),
}  # fmt: skip
COLUMN_KEYS = (*_KEYS, "phone_2", "postcode", "town")
"""What a column can have: a key of the provider file, a second number, or parts of an address."""

USUAL_NAMES: Mapping[str, frozenset[str]] = {
    key: frozenset({plain_name(key), *OTHER_NAMES.get(key, ()), *_MORE.get(key, ())})
    - (_ELSEWHERE if key not in ("postcode", "town") else frozenset())
    for key in COLUMN_KEYS
}
"""The usual names of each, in lower case, without blanks, punctuation and umlauts."""

_HINT = 'name the columns with --columns key=column, such as "name=Firma,phone=Telefon"'


class ListColumns(Struct, frozen=True):
    """The column of each key, and the columns that are not used."""

    by_key: Mapping[str, str]
    unused: tuple[str, ...]


def find_columns(
    columns: Sequence[str], named: Mapping[str, str], given: Collection[str]
) -> ListColumns:
    """Find the column of each key; ``given`` are the keys with a value for all rows.

    A usual name counts only if exactly one column has one. Raises BadDataError if several columns
    may be a key that ``named`` does not decide, or a required key has none, UsageError if ``named``
    has an unknown key or a column that is missing.
    """
    for key, column in named.items():
        if key not in COLUMN_KEYS:
            raise UsageError(
                "--columns: unknown key {key!r}; allowed: {keys}",
                key=key,
                keys=", ".join(COLUMN_KEYS),
            )
        if column and column not in columns:
            raise UsageError(
                "the input has no column {name!r}",
                name=column,
                hint=Message("its columns are {columns}", columns=", ".join(columns[:30])),
            )
    found = {key: column for key, column in named.items() if column}
    problems: list[Message | str] = []
    for key in COLUMN_KEYS:
        if key in named:
            continue
        free = [each for each in columns if each and each not in found.values()]
        exact = [each for each in free if each == key]
        fitting = exact or [each for each in free if plain_name(each) in USUAL_NAMES[key]]
        if len(fitting) == 1:
            found[key] = fitting[0]
        elif fitting:
            problems.append(
                Message(
                    "several columns may be {fact}: {columns}", fact=key, columns=", ".join(fitting)
                )
            )
    problems += missing(found, given)
    if problems:
        advice = Message(
            "{advice}; the columns are {columns}",
            advice=Message(_HINT),
            columns=", ".join(columns[:30]),
        )
        raise BadDataError(*problems, hint=advice)
    used = set(found.values())
    return ListColumns(found, tuple(each for each in columns if each and each not in used))


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
    for part in next(csv.reader([text], skipinitialspace=True), []) if text else []:
        key, equals, column = (each.strip() for each in part.partition("="))
        if not equals:
            raise UsageError("--columns: {part!r} is not key=column", part=part, hint=_HINT)
        named[key] = column
    return named
