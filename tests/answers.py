"""Compare every answer in JSON that a test prints with its schema.

``conftest`` lets ``envelope`` and ``envelope_of_list`` of this process report their bytes here; the
runners of other processes pass what was printed to ``check``. The program is imported when the
first test begins, because coverage does not count what is imported before.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema

_MARK = b'{"schema":"dispatch.'
_LARGE = 200_000
"""Answers with more bytes are of the tests of sizes: to compare them takes seconds."""

_faults: list[str] = []
_known: set[bytes] = set()


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return the validator of a schema; raises UsageError for an unknown name."""
    from dispatch_cli.cli.answer_schemas import answer_schema

    return jsonschema.Draft202012Validator(answer_schema(name))


def faults_of(answer: dict[str, Any]) -> list[str]:
    """Return what in an envelope does not fit its schema, with the innermost reasons."""
    found = validator(answer["schema"]).iter_errors(answer)
    return [f"{answer['schema']}: {line}" for error in found for line in _innermost(error)]


def _innermost(error: jsonschema.ValidationError) -> Iterator[str]:
    if error.context:
        for each in error.context:
            yield from _innermost(each)
    else:
        yield f"{error.json_path}: {error.message[:300]}"


def check(printed: bytes) -> None:
    """Keep the faults of an envelope on stdout, if it is one of the program's."""
    if not printed.startswith(_MARK) or len(printed) > _LARGE or printed in _known:
        return
    answer = json.loads(printed)
    found = faults_of(answer)
    _faults.extend(found)
    if not found:
        _known.add(printed)


def take_faults() -> list[str]:
    """Return the faults since the last call, each once."""
    found = list(dict.fromkeys(_faults))
    _faults.clear()
    return found


@cache
def watch() -> None:
    """Check every envelope that this process makes from now on."""
    from dispatch_cli.cli.answer_schemas import DATA
    from dispatch_cli.render import envelope as made_in

    whole, parts = made_in.envelope, made_in.envelope_of_list

    def checked_whole(schema: str, **values: Any) -> bytes:
        made = whole(schema, **values)
        if schema in DATA:
            check(made)
        return made

    def checked_parts(schema: str, *values: Any) -> Iterator[bytes]:
        kept = []
        for part in parts(schema, *values):
            kept.append(part)
            yield part
        if schema in DATA:
            check(b"".join(kept))

    made_in.envelope = checked_whole
    made_in.envelope_of_list = checked_parts
