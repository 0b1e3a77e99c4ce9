"""Make the JSON Schema of the provider file, for editors that complete and check TOML.

The schema accepts every file that loads. ``tests/catalog/test_schema_and_loader.py`` names the
rules that JSON Schema cannot express; the loader alone checks these.
"""

from typing import Any

from ..model.travel_engines import TRAVEL_ENGINES
from ..model.words import (
    CLIENT_KINDS,
    EMERGENCY_SERVICES,
    EQUIPMENT,
    LANGUAGES,
    METHODS,
    SERVICES,
    VEHICLE_CLASSES,
)
from .provider_tables import COUNTRY_WORDS, ID_PATTERN, MAX_TEXT
from .schema_checks import URL_PATTERNS, describe_checks
from .schema_values import DEFAULTS, EXAMPLES, defaults_of
from .schema_words import closed_set, word_pattern

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "urn:dispatch:provider-file:1"
"""A name for caches and references; there is nothing to fetch."""
_ID = f"^{ID_PATTERN}$"
_TEXT = {"pattern": r"\S"}
_LIMITED_TEXT = {**_TEXT, "maxLength": MAX_TEXT}
_RANGE = r"^\s*[0-9]{1,5}(\s*[-–]\s*[0-9]{1,5})?\s*$"
_NOT_A_DATE = {"type": ["number", "boolean", "array", "object"]}
"""A date of TOML is a text in some editors and has a type of its own in others."""
Schema = dict[str, Any]


def json_schema() -> Schema:
    """Make the JSON Schema (draft 2020-12) of a main provider file.

    ``dispatch providers validate`` checks what a schema cannot: known clients, valid numbers.
    """
    import msgspec

    from . import raw

    shapes = [raw.RawFile]
    _, found = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    tables = {name: _without_null(table) for name, table in found.items()}
    for shape, required in raw.REQUIRED.items():
        tables[shape.__name__]["required"] = list(required)
    tables["Service"] = closed_set(SERVICES)
    tables["Equipment"] = closed_set(EQUIPMENT)
    tables["VehicleClass"] = closed_set(VEHICLE_CLASSES)
    tables["Id"] = {"type": "string", "pattern": _ID}
    tables["Postcodes"] = {"type": "string", "pattern": _RANGE}
    _describe_provider(tables)
    _describe_rules(tables)
    describe_checks(tables)
    _describe_plans(tables)
    _add_values(tables)
    top = tables.pop("RawFile")
    _describe_top(top)
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
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


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _describe_provider(tables: Schema) -> None:
    """Add the rules for the keys of a provider, its area, its phones and its hold."""
    provider = tables["RawProvider"]["properties"]
    provider["id"]["pattern"] = _ID
    provider["name"].update(_LIMITED_TEXT)
    provider["notes"].update(pattern=r"^$|\S", maxLength=MAX_TEXT)
    provider["services"].update(items=_ref("Service"), minItems=1)
    provider["equipment"]["items"] = _ref("Equipment")
    provider["vehicle_classes"]["items"] = _ref("VehicleClass")
    provider["tags"]["items"] = _ref("Id")
    provider["phones"]["minItems"] = 1
    provider["area"]["anyOf"][:1] = [
        {"enum": ["country"]},
        {"type": "string", "pattern": word_pattern(COUNTRY_WORDS)},
    ]
    tables["RawProvider"]["oneOf"] = [{"required": ["phone"]}, {"required": ["phones"]}]
    tables["RawArea"].update(minProperties=1, maxProperties=1)
    for name in ("RawArea", "RawControlCentre"):
        tables[name]["properties"]["postcodes"].update(items=_ref("Postcodes"), minItems=1)
    tables["RawHold"]["properties"]["until"]["not"] = _NOT_A_DATE


def _describe_rules(tables: Schema) -> None:
    """Add the rules for the settings, clients, last resorts, windows and the coverage."""
    ranking = tables["RawRanking"]["properties"]
    ranking["method"]["enum"] = list(METHODS)
    ranking["service"]["propertyNames"] = _ref("Service")
    for name in ("RawRanking", "RawMinutes"):
        tables[name]["not"] = {"required": ["speed", "speed_kmh"]}
        # Taplo ignores prefixItems: its editor would refuse both entries of each pair.
        pair = tables[name]["properties"]["speed"]["items"]
        pair["items"] = pair["prefixItems"][0]
    client = tables["RawClient"]
    client["properties"]["kind"]["enum"] = list(CLIENT_KINDS)
    client["properties"]["name"].update(_LIMITED_TEXT)
    client["if"] = {"properties": {"only_strict": {"const": True}}, "required": ["only_strict"]}
    client["then"] = {"properties": {"only": {"minItems": 1}}, "required": ["only"]}
    tables["RawLastResort"]["properties"]["text"].update(_LIMITED_TEXT)
    tables["RawControlCentre"]["properties"]["name"].update(_LIMITED_TEXT)
    _describe_travel(tables["RawTravel"])
    desk = tables["RawDesk"]["properties"]
    desk["name"].update(_LIMITED_TEXT)
    desk["language"]["enum"] = _languages()
    window = tables["RawMaintenance"]["properties"]
    window["text"].update(_LIMITED_TEXT)
    window["providers"].update(items=_ref("Id"), minItems=1)
    for key in ("from", "until"):
        window[key]["not"] = _NOT_A_DATE
    tables["RawNotify"]["properties"]["name"]["pattern"] = _ID
    coverage = tables["RawCoverage"]["properties"]
    coverage["services"]["items"] = {**_ref("Service"), "not": _emergency_service()}
    coverage["regions"]["items"]["pattern"] = "^[0-9]{1,5}$"


def _describe_travel(travel: Schema) -> None:
    """Add the names of the engines, and that those with a server need its address."""
    served = [name for name, engine in TRAVEL_ENGINES.items() if engine.needs_url]
    travel["properties"]["engine"]["enum"] = list(TRAVEL_ENGINES)
    travel["properties"]["url"].update(URL_PATTERNS["http"])
    travel["if"] = {"properties": {"engine": {"enum": served}}, "required": ["engine"]}
    travel["then"] = {"required": ["url"]}
    travel["else"] = {"not": {"required": ["url"]}}


def _languages() -> list[str]:
    from .. import translations

    return translations.available()


def _emergency_service() -> Schema:
    words = [each for name, others in EMERGENCY_SERVICES.items() for each in (name, *others)]
    return {"pattern": word_pattern(words)}


def _describe_plans(tables: Schema) -> None:
    """Add the rules for the words, services and conditions of plans."""
    from ..plans import CONDITIONS

    plan, entry = (tables[name]["properties"] for name in ("RawPlan", "RawPlanEntry"))
    plan["words"]["items"] = {"type": "string", **_TEXT}
    plan["services"]["items"]["anyOf"][0] = _ref("Service")
    entry["service"].update(_ref("Service"))
    entry["after"].update(_ref("Service"), **{"not": _emergency_service()})
    gear = _ref("Equipment")
    entry["equipment"]["items"] = {"anyOf": [gear, {"type": "array", "items": gear}]}
    for key in ("when", "unless"):
        entry[key]["items"] = {"enum": list(CONDITIONS)}


def _describe_top(top: Schema) -> None:
    """Add the rules for the names of tables, and that a file has a provider or names others."""
    from ..plans import BUILT_IN

    tables = top["properties"]
    tables["provider"]["description"] = "Firms and public services that can be sent."
    tables["clients"]["propertyNames"] = {"pattern": _ID, "not": {"const": "none"}}
    tables["places"]["propertyNames"] = _TEXT
    tables["say"]["propertyNames"] = {"enum": list(LANGUAGES)}
    tables["last_resort"]["propertyNames"] = {
        "anyOf": [{"enum": ["default"]}, {"pattern": word_pattern(["default"])}, _ref("Service")]
    }
    own_kind = {"properties": {"services": {"minItems": 1}}, "required": ["services"]}
    tables["plans"].update(
        propertyNames={"pattern": "^[a-z][a-z0-9_-]{0,63}$"},
        properties={kind: _ref("RawPlan") for kind in BUILT_IN},
        additionalProperties={**_ref("RawPlan"), **own_kind},
    )
    top["anyOf"] = [
        {"required": [key], "properties": {key: {"minItems": 1}}} for key in ("provider", "include")
    ]


def _add_values(tables: Schema) -> None:
    """Add the defaults of the model, and one or more examples for keys with a notation."""
    for name, shapes in DEFAULTS.items():
        for key, value in defaults_of(shapes).items():
            if key in tables[name]["properties"]:
                tables[name]["properties"][key]["default"] = value
    for name, examples in EXAMPLES.items():
        for key, values in examples.items():
            tables[name]["properties"][key]["examples"] = list(values)
