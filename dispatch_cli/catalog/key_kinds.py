"""Find which kinds of values the keys of the provider file have, as words for messages."""

from functools import cache

from msgspec import Struct, inspect

from ..messages import marked
from . import raw


def kind_of(node: inspect.Type) -> str:
    """Name the kind of values of a type."""
    match node:
        case inspect.Metadata():
            return kind_of(node.type)
        case inspect.BoolType():
            return marked("true or false")
        case inspect.IntType():
            return marked("a whole number")
        case inspect.FloatType():
            return marked("a number")
        case inspect.StrType():
            return marked("text")
        case inspect.ListType() | inspect.TupleType():
            return marked("a list")
        case inspect.AnyType():
            return marked("a date")
        case _:
            return marked("a table")


def kinds_of(key: str) -> frozenset[str]:
    """List the kinds of values that a key has in any table; none for an unknown key."""
    return _kinds().get(key, frozenset())


@cache
def _kinds() -> dict[str, frozenset[str]]:
    shapes = [each for each in vars(raw).values() if isinstance(each, type)]
    kinds: dict[str, frozenset[str]] = {}
    for shape in shapes:
        if issubclass(shape, Struct) and shape is not Struct:
            found = inspect.type_info(shape)
            assert isinstance(found, inspect.StructType)  # noqa: S101  # each shape is a struct
            for field in found.fields:
                kinds[field.encode_name] = kinds.get(field.encode_name, frozenset()) | {
                    kind_of(each) for each in _members(field.type)
                }
    return kinds


def _members(node: inspect.Type) -> list[inspect.Type]:
    """List the types that a value may have, without None."""
    if isinstance(node, inspect.Metadata):
        return _members(node.type)
    members = list(node.types) if isinstance(node, inspect.UnionType) else [node]
    return [
        inner
        for each in members
        if not isinstance(each, inspect.NoneType)
        for inner in ([each] if not isinstance(each, inspect.Metadata) else _members(each))
    ]
