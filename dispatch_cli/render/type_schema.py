"""Make JSON Schemas (draft 2020-12) from the types of results: what ``envelope`` encodes.

An object has all of its keys and no others, so that an undocumented key does not fit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from inspect import cleandoc
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from msgspec import Struct, UnsetType
from msgspec.structs import fields

from ..errors import ExitCode
from ..messages import Message
from ..results.cascade_answer import INFINITE_IS_NULL
from ..results.result_status import Status
from .envelope import ErrorEntry

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
_SIMPLE = {bool: "boolean", int: "integer", float: "number", str: "string", NoneType: "null"}


def envelope_schema(name: str, answer: Any, *, failure: Any, recorded: Any) -> Schema:
    """Make the schema of the envelope ``name``, with the types of its ``data``.

    ``answer`` is the data of an answer (None: the command never has one), ``failure`` that of a
    failed command, and ``recorded`` that of an act whose result cannot be shown.
    """
    defs: Schema = {}
    failed = _schema(failure, defs)
    done = [_schema(recorded, defs)]
    answers = [] if answer is None else [_schema(answer, defs)]
    keys = {
        "schema": {"const": name},
        "status": _schema(Status, defs),
        "exit_code": {"enum": [code.value for code in ExitCode]},
        "data": {"type": "object"},
        "warnings": {"type": "array", "items": {"type": "string"}},
        "errors": {"type": "array", "items": _schema(ErrorEntry, defs)},
    }
    return {
        "$schema": DIALECT,
        "$id": schema_id(name),
        "title": name,
        **_object(keys, list(keys)),
        "if": {"properties": {"errors": {"maxItems": 0}}},
        "then": {"properties": {"data": _any_of([*answers, *done])}},
        "else": {"properties": {"data": _any_of([*answers, failed])}},
        "$defs": dict(sorted(defs.items())),
    }


def object_schema(name: str, kind: Any) -> Schema:
    """Make the schema of an object that is printed without an envelope."""
    defs: Schema = {}
    return {
        "$schema": DIALECT,
        "$id": schema_id(name),
        "title": name,
        **_schema(kind, defs),
        "$defs": dict(sorted(defs.items())),
    }


def schema_id(name: str) -> str:
    """Return the id of a schema, which is a name for caches and references."""
    return f"urn:{name.replace('.', ':').replace('/', ':')}"


def _schema(kind: Any, defs: Schema) -> Schema:
    """Make the schema of a type; objects with a name are put into ``defs``."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        of = _schema(args[0], defs)
        return _any_of([of, {"type": "null"}]) if INFINITE_IS_NULL in args else of
    if origin in (Union, UnionType):
        return _any_of([_schema(each, defs) for each in args if each is not UnsetType])
    if origin is Literal:
        return {"enum": list(args)}
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    if kind is Message:
        return {"type": "string"}
    if kind is datetime:
        return {"type": "string", "format": "date-time", "pattern": _TIME}
    if origin is tuple and args[-1] is not Ellipsis:
        return _row([_schema(each, defs) for each in args])
    if origin is not None and issubclass(origin, tuple | Sequence):
        return {"type": "array", "items": _schema(args[0], defs)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(args[1], defs)}
    return _named(kind, defs)


def _named(kind: Any, defs: Schema) -> Schema:
    """Make the schema of a Struct or TypedDict, once, under its name."""
    name = kind.__name__
    if name not in defs:
        defs[name] = {}  # a shape that contains itself refers to its name
        made = _typed_dict(kind, defs) if is_typeddict(kind) else _struct(kind, defs)
        defs[name] = {"description": _description(kind), **made}
    return {"$ref": f"#/$defs/{name}"}


def _typed_dict(kind: Any, defs: Schema) -> Schema:
    hints = get_type_hints(kind)
    keys = {key: _schema(each, defs) for key, each in hints.items()}
    return _object(keys, [key for key in hints if key in kind.__required_keys__])


def _struct(kind: type[Struct], defs: Schema) -> Schema:
    all_fields = fields(kind)
    config = kind.__struct_config__
    if config.array_like:
        return _row([_schema(each.type, defs) for each in all_fields])
    keys = {each.encode_name: _schema(each.type, defs) for each in all_fields}
    needed = [each.encode_name for each in all_fields if UnsetType not in get_args(each.type)]
    if config.tag is not None:
        keys = {str(config.tag_field): {"const": config.tag}, **keys}
        needed = [str(config.tag_field), *needed]
    return _object(keys, needed)


def _object(keys: Schema, needed: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": keys,
        "required": needed,
        "additionalProperties": False,
    }


def _row(items: list[Schema]) -> Schema:
    """Make the schema of an array with a fixed number of different values."""
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _any_of(choices: list[Schema]) -> Schema:
    """Join alternatives: plain types in one list, each alternative once."""
    flat = [part for each in choices for part in each.get("anyOf", [each])]
    plain = [str(each["type"]) for each in flat if each.keys() == {"type"}]
    names = list(dict.fromkeys(plain))
    found = [each for each in flat if each.keys() != {"type"}]
    if names:
        found.append({"type": names if len(names) > 1 else names[0]})
    return found[0] if len(found) == 1 else {"anyOf": found}


def _description(kind: Any) -> str:
    """Return the first sentence of a docstring, without its marks."""
    first = cleandoc(kind.__doc__ or "").split("\n\n")[0]
    return " ".join(first.replace("``", "").split())
