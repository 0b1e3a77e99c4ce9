"""Make the JSON Schema of the provider file, for editors that complete and check TOML."""

from collections.abc import Mapping
from typing import Any

from ..model.check_kinds import CHECK_KINDS
from ..model.words import CLIENT_KINDS, EQUIPMENT, METHODS, SERVICES, VEHICLE_CLASSES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "^[a-z0-9][a-z0-9._-]{0,63}$"
Schema = dict[str, Any]


def json_schema() -> Schema:
    """Make the JSON Schema (draft 2020-12) of a main provider file.

    Editors complete closed sets with their English names; German words and other spellings are
    valid, too. ``dispatch providers validate`` checks the rest: known clients, valid numbers.
    """
    import msgspec

    from . import raw

    shapes = [raw.RawFile]
    _, found = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    tables = {name: _without_null(table) for name, table in found.items()}
    for shape, required in raw.REQUIRED.items():
        tables[shape.__name__]["required"] = list(required)
    _add_sets(tables)
    top = tables.pop("RawFile")
    top["properties"]["provider"]["description"] = "Firms and public services that can be sent."
    return {
        "$schema": DIALECT,
        "title": "Provider file of dispatch",
        **{key: value for key, value in top.items() if key != "title"},
        "$defs": tables,
    }


def _without_null(node: Any) -> Any:
    """Remove null, which TOML does not have, and defaults that mean "absent"."""
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    cleaned = {key: _without_null(value) for key, value in node.items() if key != "default"}
    choices = cleaned.get("anyOf")
    if choices is None:
        return cleaned
    choices = [choice for choice in choices if choice != {"type": "null"}]
    if len(choices) > 1:
        return {**cleaned, "anyOf": choices}
    del cleaned["anyOf"]
    return {**choices[0], **cleaned}


def _add_sets(tables: Schema) -> None:
    """Add the closed sets, and other rules for the meaning of keys, to the tables."""
    services, equipment = _words(SERVICES), _words(EQUIPMENT)
    tables["Service"] = services
    tables["Equipment"] = equipment
    service, gear = {"$ref": "#/$defs/Service"}, {"$ref": "#/$defs/Equipment"}
    provider = tables["RawProvider"]["properties"]
    provider["id"]["pattern"] = _ID
    provider["services"].update(items=service, minItems=1)
    provider["equipment"]["items"] = gear
    provider["vehicle_classes"]["items"] = _words(VEHICLE_CLASSES)
    provider["area"]["anyOf"][0] = {"enum": ["country"]}
    provider["tags"]["items"] = {"type": "string", "pattern": _ID}
    tables["RawProvider"]["oneOf"] = [{"required": ["phone"]}, {"required": ["phones"]}]
    tables["RawArea"].update(minProperties=1, maxProperties=1)
    # Dates of TOML are texts in some editors and a type of their own in others.
    tables["RawHold"]["properties"]["until"].pop("type", None)
    tables["RawProbe"]["properties"]["kind"]["enum"] = list(CHECK_KINDS)
    tables["RawMaintenance"]["properties"]["providers"].update(
        items={"type": "string", "pattern": _ID}, minItems=1
    )
    coverage = tables["RawCoverage"]["properties"]
    coverage["services"]["items"] = service
    coverage["regions"]["items"]["pattern"] = "^[0-9]{1,5}$"
    entry = tables["RawPlanEntry"]["properties"]
    entry["service"].update(service)
    entry["after"].update(service)
    entry["equipment"]["items"] = {"anyOf": [gear, {"type": "array", "items": gear}]}
    tables["RawPlan"]["properties"]["services"]["items"]["anyOf"][0] = service
    _add_conditions(entry)
    ranking = tables["RawRanking"]["properties"]
    ranking["method"]["enum"] = list(METHODS)
    tables["RawClient"]["properties"]["kind"]["enum"] = list(CLIENT_KINDS)
    ranking["service"]["propertyNames"] = service


def _add_conditions(entry: Schema) -> None:
    from ..plans import CONDITIONS

    for key in ("when", "unless"):
        entry[key]["items"] = {"enum": list(CONDITIONS)}


def _words(words: Mapping[str, tuple[str, ...]]) -> Schema:
    """Allow the names of a closed set and its other words."""
    others = sorted({other for several in words.values() for other in several})
    german = "; ".join(f"{name}: {several[0]}" for name, several in words.items() if several)
    return {
        "description": german,
        "anyOf": [{"enum": list(words)}, {"enum": others}],
    }
