"""Convert tables as they were parsed to the structs of ``raw``, with all problems and not only one.

``msgspec.convert`` does the work and stops at the first problem; only then is the table walked
again to find them all. What is wrong is left out and the rest converted, so that the meaning of
the other keys is checked in the same run.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from math import isfinite
from typing import TypeVar

import msgspec
from msgspec import Struct, inspect

from .raw import REQUIRED
from .suggest import quoted, unknown_key

Path = tuple[str | int, ...]
Fault = tuple[Path, str]
S = TypeVar("S", bound=Struct)

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a table"),
    ((datetime, date, time), "a date or time"),
)


_type_of = cache(inspect.type_info)
"""What msgspec knows of a struct: a millisecond for a provider."""


def convert(table: object, shape: type[S]) -> tuple[S, list[Fault]]:
    """Convert a table to a struct, without the keys that are wrong; each fault names its path."""
    try:
        return msgspec.convert(table, shape), []
    except msgspec.ValidationError as error:
        first = str(error)
    faults = list(_faults(table, _type_of(shape), ()))
    if not isinstance(table, dict):
        return shape(), faults
    wrong = {path[0] for path, _ in faults if path}
    rest = {key: value for key, value in table.items() if key not in wrong}
    try:
        return msgspec.convert(rest, shape), faults
    except msgspec.ValidationError:
        # Only if this module and msgspec should disagree: then msgspec is right.
        return shape(), [*faults, ((), first)]


def missing(table: Struct) -> Iterator[Fault]:
    """Name the keys that a table must have and has not, also in the tables inside."""
    required = REQUIRED.get(type(table), ())
    # A key such as "from", which Python keeps for itself, has another name in the struct.
    for key, name in zip(table.__struct_encode_fields__, table.__struct_fields__, strict=True):
        value = getattr(table, name)
        if value is None and key in required:
            yield (key,), f"{key} is missing"
        if isinstance(value, Struct):
            yield from (((key, *path), f"{text} in {key}") for path, text in missing(value))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, Struct):
                    where = f"in entry {number + 1} of {key}"
                    yield from (
                        ((key, number, *path), f"{text} {where}") for path, text in missing(item)
                    )


def _faults(value: object, node: inspect.Type, path: Path) -> Iterator[Fault]:
    """Walk a value along its type; the walk is as deep as the type, never as the value."""
    match node:
        case inspect.Metadata():
            yield from _faults(value, node.type, path)
        case inspect.UnionType():
            yield from _union_faults(value, node, path)
        case inspect.AnyType():
            return
        case inspect.StructType() if isinstance(value, dict):
            yield from _struct_faults(value, node, path)
        case inspect.DictType() if isinstance(value, dict):
            for key, item in value.items():
                yield from _faults(item, node.value_type, (*path, key))
        case inspect.ListType() if isinstance(value, list):
            yield from _list_faults(value, node, path)
        case inspect.TupleType() if isinstance(value, list):
            wanted = len(node.item_types)
            if len(value) != wanted:
                yield path, f"{label(path)} must have {wanted} entries, not {len(value)}"
                return
            for number, (item, item_type) in enumerate(zip(value, node.item_types, strict=True)):
                yield from _faults(item, item_type, (*path, number))
        case _:
            yield from _scalar_faults(value, node, path)


def _union_faults(value: object, node: inspect.UnionType, path: Path) -> Iterator[Fault]:
    """Hold a value against the members of a union of which each has its own kind."""
    members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
    for member in members:
        if _kind_of(member) == _found_kind(value):
            yield from _faults(value, member, path)
            return
    if len(members) == 1:
        yield from _faults(value, members[0], path)
    else:
        allowed = " or ".join(_kind_of(member) for member in members)
        yield path, f"{label(path)} must be {allowed}, not {_found(value)}"


def _struct_faults(
    value: dict[str, object], node: inspect.StructType, path: Path
) -> Iterator[Fault]:
    """Report unknown keys and the faults of the known ones."""
    known = {field.encode_name: field.type for field in node.fields}
    where = label(path) if path else ""
    for key, item in value.items():
        if key in known:
            yield from _faults(item, known[key], (*path, key))
        else:
            yield (*path, key), unknown_key(key, known, where)


def _list_faults(value: list[object], node: inspect.ListType, path: Path) -> Iterator[Fault]:
    """Report a list that is too short or too long, and the faults of its entries."""
    if len(value) < (node.min_length or 0):
        yield path, f"{label(path)} is empty"
    elif node.max_length is not None and len(value) > node.max_length:
        yield path, f"{label(path)} has {len(value)} entries, allowed are {node.max_length}"
    else:
        for number, item in enumerate(value):
            yield from _faults(item, node.item_type, (*path, number))


def _scalar_faults(value: object, node: inspect.Type, path: Path) -> Iterator[Fault]:
    """Report a value of the wrong kind, or a number out of its range."""
    wanted = _kind_of(node)
    found = _found_kind(value)
    if found != wanted and not (wanted == "a number" and found == "a whole number"):
        yield path, f"{label(path)} must be {wanted}, not {_found(value)}"
    elif isinstance(node, inspect.IntType | inspect.FloatType):
        assert isinstance(value, int | float)  # noqa: S101  # its kind was looked at above
        if (isinstance(value, float) and not isfinite(value)) or not _in_range(value, node):
            yield path, f"{label(path)} {_short(value)} {_range(node)}"


def _in_range(value: float, node: inspect.IntType | inspect.FloatType) -> bool:
    return (
        (node.ge is None or value >= node.ge)
        and (node.gt is None or value > node.gt)
        and (node.le is None or value <= node.le)
        and (node.lt is None or value < node.lt)
    )


def _range(node: inspect.IntType | inspect.FloatType) -> str:
    """Say which numbers are allowed."""
    if node.ge is not None and node.le is not None:
        return f"is not between {node.ge:g} and {node.le:g}"
    low = f"above {node.gt:g}" if node.gt is not None else f"at least {node.ge or 0:g}"
    high = f"below {node.lt:g}" if node.lt is not None else f"at most {node.le:g}"
    return f"must be {low} and {high}"


def _kind_of(node: inspect.Type) -> str:
    match node:
        case inspect.Metadata():
            return _kind_of(node.type)
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return "a number"
        case inspect.StrType():
            return "text"
        case inspect.ListType() | inspect.TupleType():
            return "a list"
        case _:
            return "a table"


def _found_kind(value: object) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "something else")


def _found(value: object) -> str:
    """Name what was found, with the value where it is short."""
    kind = _found_kind(value)
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f"text {quoted(value, 40)}"
        case int() | float():
            return f"{kind} ({_short(value)})"
        case _:
            return kind


def _short(number: float) -> str:
    # Python refuses to write integers of thousands of digits.
    huge = isinstance(number, int) and abs(number) >= 10**15
    return "of more than 15 digits" if huge else str(number)


def label(path: Path) -> str:
    """Name what a path leads to: its key, with the number of the entry where it is in a list."""
    keys = [(at, part) for at, part in enumerate(path) if isinstance(part, str)]
    if not keys:
        return "it"
    at, key = keys[-1]
    numbers = "".join(f" of entry {int(part) + 1}" for part in path[:at] if isinstance(part, int))
    inner = [f"entry {int(part) + 1} of " for part in path[at + 1 :]]
    return f"{''.join(reversed(inner))}{key}{numbers}"
