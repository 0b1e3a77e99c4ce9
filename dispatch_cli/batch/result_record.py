"""The columns of a batch result, declared once.

CSV, JSON lines, Parquet, record batches, the JSON schema and the table in docs/batch.md derive from
``COLUMNS``. A value comes from the attribute of the column's name: of a row, of a service's
``ServiceRanks``, or of a ``RankedProvider`` candidate.
"""

from typing import Any, Literal

from msgspec import Struct

Scope = Literal["row", "service", "candidate"]


class ResultColumn(Struct, frozen=True):
    """One column: its type in Parquet and Arrow, its unit, its scope and its description.

    ``is_total`` marks columns that are only computed with ``--full``.
    """

    name: str
    type: Literal["int64", "float64", "string"]
    unit: str
    scope: Scope
    description: str
    is_total: bool = False


COLUMNS = (
    ResultColumn("row", "int64", "", "row", "number of the record in the input, from 1"),
    ResultColumn("id", "string", "", "row", "the text of the column `id`"),
    ResultColumn("service", "string", "", "service", "the service that the plan asks for"),
    ResultColumn("rank", "int64", "", "candidate",
                 "1 is called first; 0 for an emergency number"),
    ResultColumn("provider", "string", "", "candidate", "the id in the provider file"),
    ResultColumn("phone", "string", "", "candidate", "the number to dial"),
    ResultColumn("order_min", "float64", "min", "candidate",
                 "minutes that decide the order, lowest first"),
    ResultColumn("wait_min", "float64", "min", "candidate", "until a unit is free"),
    ResultColumn("turnout_min", "float64", "min", "candidate",
                 "from acceptance to departure"),
    ResultColumn("travel_min", "float64", "min", "candidate", "estimated drive"),
    ResultColumn("late_min", "float64", "min", "candidate", "learned lateness, negative if early"),
    ResultColumn("answer_min", "float64", "min", "candidate", "until an answer on the phone"),
    ResultColumn("acceptance", "float64", "", "candidate", "chance that the answer is yes"),
    ResultColumn("head_start_min", "float64", "min", "candidate", "head start by contract"),
    ResultColumn("reason", "string", "", "service",
                 "why there is no candidate; `emergency` for an emergency number"),
    ResultColumn("expected_min", "float64", "min", "service", "expected time to rescue",
                 is_total=True),
    ResultColumn("success_probability", "float64", "", "service",
                 "chance that any candidate accepts", is_total=True),
)  # fmt: skip

EMERGENCY = "emergency"
"""The reason in the lines of emergency numbers: rank 0, and no provider."""
_JSON_TYPES = {"int64": "integer", "float64": "number", "string": "string"}


def columns_for(*, full: bool) -> tuple[ResultColumn, ...]:
    """List the columns of a result, with the totals or without."""
    return tuple(column for column in COLUMNS if full or not column.is_total)


def names_of(scope: Scope, *, full: bool = False) -> tuple[str, ...]:
    """List the names of the columns of one scope, in order."""
    return tuple(column.name for column in columns_for(full=full) if column.scope == scope)


def json_schema(*, full: bool) -> dict[str, Any]:
    """Make the JSON schema of one line of JSON lines, as ``--format jsonl`` writes it."""

    def properties(scope: Scope, *, nullable: bool) -> dict[str, Any]:
        return {
            column.name: {
                "type": [_JSON_TYPES[column.type], "null"] if nullable
                else _JSON_TYPES[column.type],
                "description": column.description + (f" ({column.unit})" if column.unit else ""),
            }
            for column in columns_for(full=full)
            if column.scope == scope
        }  # fmt: skip

    candidate = _object(properties("candidate", nullable=False))
    service = {**properties("service", nullable=True), "service": {"type": "string"},
               "candidates": {"type": "array", "items": candidate}}  # fmt: skip
    if full:
        counts = {"type": "object", "additionalProperties": {"type": "integer"}}
        service["excluded_counts"] = counts
    emergency = _object({"service": {"type": "string"}, "dial": {"type": "string"}})
    schema = _object({
        **properties("row", nullable=True),
        "row": {"type": "integer", "minimum": 1},
        "kind": {"type": "string"},
        "emergency": {"type": "array", "items": emergency},
        "cascades": {"type": "array", "items": _object(service)},
    })  # fmt: skip
    schema["properties"]["kept"] = {"type": "object"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Make the schema of an object that has all of some properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
