"""Convert parsed tables to the structs of ``raw``, and find all faults of their shape.

``msgspec.convert`` stops at the first fault; only then is the table walked to find them all. Values
with faults are left out, in the tables inside as well, and the rest is converted, so that the
meaning of all other values is checked in the same run.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from functools import cache
from math import isfinite
from typing import TypeVar

import msgspec
from msgspec import Struct, inspect

from ..messages import Message, marked, quoted
from .bare_values import say_wrong_kind
from .key_kinds import kind_of
from .raw import REQUIRED
from .unknown_keys import unknown_key

Path = tuple[str | int, ...]
Fault = tuple[Path, Message | str]
S = TypeVar("S", bound=Struct)

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, marked("true or false")),
    (int, marked("a whole number")),
    (float, marked("a number")),
    (str, marked("text")),
    (list, marked("a list")),
    (dict, marked("a table")),
    ((datetime, date, time), marked("a date or time")),
)

_type_of = cache(inspect.type_info)
"""The fields of a struct, with their limits; cached, since a provider takes a millisecond."""


def convert(table: object, shape: type[S]) -> tuple[S, list[Fault]]:
    """Convert a table to a struct without the faulty keys; returns also the faults."""
    try:
        return msgspec.convert(table, shape), []
    except msgspec.ValidationError as error:
        first = str(error)
    faults = list(_faults(table, _type_of(shape), ()))
    if not isinstance(table, dict):
        return shape(), faults
    paths = [path for path, _ in faults if path]
    # What is left of a list may be too short: then the list, or the whole key, is left out.
    for wrong in (paths, [_without_numbers(path) for path in paths], [path[:1] for path in paths]):
        try:
            return msgspec.convert(_without(table, wrong), shape), faults
        except msgspec.ValidationError:
            continue
    # This module has missed a fault, so the one of msgspec is reported.
    return shape(), [*faults, ((), Message("{fault}", fault=first))]


def _without_numbers(path: Path) -> Path:
    """Return the path of the outermost list that has an entry at a path."""
    while isinstance(path[-1], int):
        path = path[:-1]
    return path


def _without(value: object, paths: Collection[Path]) -> object:
    """Copy a table or list without the values at some paths; an entry that was a table stays one.

    The other entries of a list of tables thereby keep their numbers.
    """
    inner: dict[str | int, list[Path]] = {}
    for path in paths:
        inner.setdefault(path[0], []).append(path[1:])
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if () not in inner.get(key, [])}
        return {key: _without(item, inner.get(key, [])) for key, item in kept.items()}
    if not isinstance(value, list):
        return value
    has_tables = any(isinstance(item, dict) for item in value)
    return [
        {} if () in inner.get(number, []) else _without(item, inner.get(number, []))
        for number, item in enumerate(value)
        if has_tables or () not in inner.get(number, [])
    ]


def missing(table: Struct) -> Iterator[Fault]:
    """Find the required keys that a table lacks, also in the tables inside."""
    required = REQUIRED.get(type(table), ())
    # A key that is reserved in Python, such as "from", has another name in the struct.
    for key, name in zip(table.__struct_encode_fields__, table.__struct_fields__, strict=True):
        value = getattr(table, name)
        if value is None and key in required:
            yield (key,), Message("{key} is missing", key=key)
        if isinstance(value, Struct):
            for path, problem in missing(value):
                yield (key, *path), Message("{problem} in {key}", problem=problem, key=key)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                for path, problem in missing(item) if isinstance(item, Struct) else ():
                    yield (
                        (key, at, *path),
                        Message(
                            "{problem} in entry {number} of {key}",
                            problem=problem,
                            number=at + 1,
                            key=key,
                        ),
                    )


def _faults(value: object, node: inspect.Type, path: Path) -> Iterator[Fault]:
    """Walk a value along its type; the walk is as deep as the type, not as the value."""
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
            yield from _tuple_faults(value, node, path)
        case _:
            yield from _scalar_faults(value, node, path)


def _union_faults(value: object, node: inspect.UnionType, path: Path) -> Iterator[Fault]:
    """Find the faults of a value of a union, whose members differ in their kinds."""
    members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
    for member in members:
        if kind_of(member) == _found_kind(value):
            yield from _faults(value, member, path)
            return
    if len(members) == 1:
        yield from _faults(value, members[0], path)
    else:
        yield path, _wrong_kind(value, path, *(kind_of(member) for member in members))


def _struct_faults(
    value: dict[str, object], node: inspect.StructType, path: Path
) -> Iterator[Fault]:
    """Find unknown keys and the faults of the known ones."""
    known = {field.encode_name: field.type for field in node.fields}
    for key, item in value.items():
        if key in known:
            yield from _faults(item, known[key], (*path, key))
        else:
            yield (*path, key), unknown_key(key, known, label(path) if path else "")


def _list_faults(value: list[object], node: inspect.ListType, path: Path) -> Iterator[Fault]:
    """Find the faults of a list: its length, and those of its entries."""
    if len(value) < (node.min_length or 0):
        yield path, Message("{key} is empty", key=label(path))
    elif node.max_length is not None and len(value) > node.max_length:
        yield (
            path,
            Message(
                "{key} has {found} entries, allowed are {most}",
                key=label(path),
                found=len(value),
                most=node.max_length,
            ),
        )
    for number, item in enumerate(value[: node.max_length]):
        yield from _faults(item, node.item_type, (*path, number))


def _tuple_faults(value: list[object], node: inspect.TupleType, path: Path) -> Iterator[Fault]:
    wanted = len(node.item_types)
    if len(value) != wanted:
        problem = Message(
            "{key} must have {wanted} entries, not {found}",
            key=label(path),
            wanted=wanted,
            found=len(value),
        )
        yield path, problem
        return
    for number, (item, item_type) in enumerate(zip(value, node.item_types, strict=True)):
        yield from _faults(item, item_type, (*path, number))


def _scalar_faults(value: object, node: inspect.Type, path: Path) -> Iterator[Fault]:
    """Find the fault of a value: its kind, or its range."""
    wanted = kind_of(node)
    found = _found_kind(value)
    if found != wanted and not (wanted == "a number" and found == "a whole number"):
        yield path, _wrong_kind(value, path, wanted)
    elif isinstance(node, inspect.IntType | inspect.FloatType):
        assert isinstance(value, int | float)  # noqa: S101  # its kind is checked above
        if (isinstance(value, float) and not isfinite(value)) or not _in_range(value, node):
            yield path, _out_of_range(value, node, path)


def _wrong_kind(value: object, path: Path, wanted: str, other: str = "") -> Message:
    allowed = Message(wanted)
    if other:
        allowed = Message("{wanted} or {other}", wanted=allowed, other=Message(other))
    advice = say_wrong_kind(value, (wanted, other) if other else (wanted,))
    return Message(
        "{key} must be {allowed}, not {found}{advice}",
        key=label(path),
        allowed=allowed,
        found=_found(value),
        advice=advice,
    )


def _in_range(value: float, node: inspect.IntType | inspect.FloatType) -> bool:
    return (
        (node.ge is None or value >= node.ge)
        and (node.gt is None or value > node.gt)
        and (node.le is None or value <= node.le)
        and (node.lt is None or value < node.lt)
    )


def _out_of_range(value: float, node: inspect.IntType | inspect.FloatType, path: Path) -> Message:
    """Make the problem of a number out of range, with the range."""
    found = {"key": label(path), "number": _short(value)}
    if node.ge is not None and node.le is not None:
        template = "{key} {number} is not between {least:g} and {most:g}"
        return Message(template, **found, least=node.ge, most=node.le)
    if node.gt is not None:
        lower = Message("above {bound:g}", bound=node.gt)
    else:
        lower = Message("at least {bound:g}", bound=node.ge or 0)
    if node.lt is not None:
        upper = Message("below {bound:g}", bound=node.lt)
    else:
        upper = Message("at most {bound:g}", bound=node.le)
    return Message("{key} {number} must be {lower} and {upper}", **found, lower=lower, upper=upper)


def _found_kind(value: object) -> str:
    return next(
        (words for kind, words in _KINDS if isinstance(value, kind)), marked("something else")
    )


def _found(value: object) -> Message | str:
    """Name the kind of a value, with the value if it is short."""
    kind = Message(_found_kind(value))
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return Message("text {text}", text=quoted(value, 40))
        case int() | float():
            return Message("{kind} ({number})", kind=kind, number=_short(value))
        case _:
            return kind


def _short(number: float) -> Message | str:
    # Python refuses to write integers of thousands of digits.
    if isinstance(number, int) and abs(number) >= 10**15:
        return Message("of more than 15 digits")
    return str(number)


def label(path: Path) -> Message | str:
    """Name the value at a path: its key, with the number of each list entry on the way."""
    keys = [(at, part) for at, part in enumerate(path) if isinstance(part, str)]
    if not keys:
        return Message("it")
    at, key = keys[-1]
    name: Message | str = key
    for part in path[:at]:
        if isinstance(part, int):
            name = Message("{key} of entry {number}", key=name, number=part + 1)
    for part in path[at + 1 :]:
        name = Message("entry {number} of {key}", number=int(part) + 1, key=name)
    return name
