"""Add the rules for checks to the JSON Schema: which kind of check has and needs which keys."""

from typing import Any

from ..model.check_kinds import CHECK_KINDS, CheckKeys
from .check_tables import HEADER_PATTERN, HOST_PATTERN, SIP_URL_PATTERN

URL_PATTERNS = {
    "http": {"pattern": "^[hH][tT][tT][pP][sS]?://[!-~]+$"},
    "sip": {"pattern": f"^(?:{SIP_URL_PATTERN})$"},
}


def describe_checks(tables: dict[str, Any]) -> None:
    """Add the rules for ``[[provider.check]]``: names, headers, and the keys of each kind."""
    probe = tables["RawProbe"]
    keys = probe["properties"]
    keys["kind"]["enum"] = list(CHECK_KINDS)
    keys["host"]["pattern"] = f"^(?:{HOST_PATTERN})$"
    keys["headers"]["propertyNames"] = {"pattern": f"^(?:{HEADER_PATTERN})$"}
    keys["headers"]["additionalProperties"] = {"type": "string"}
    probe["allOf"] = [_rule(kind, allowed) for kind, allowed in CHECK_KINDS.items()]


def _rule(kind: str, allowed: CheckKeys) -> dict[str, Any]:
    """Make the rule of a kind: its keys, all keys of one of its groups, its form of URL."""
    then: dict[str, Any] = {"propertyNames": {"enum": ["kind", *allowed.keys]}}
    groups = [{"required": list(group)} for group in allowed.needs]
    then.update(groups[0] if len(groups) == 1 else {"anyOf": groups})
    if allowed.url is not None:
        then["properties"] = {"url": URL_PATTERNS[allowed.url]}
        # A URL has host and port in itself.
        then["not"] = {"anyOf": [{"required": ["url", key]} for key in ("host", "port")]}
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": then,
    }
