"""The JSON object that every command prints with ``--json``, also when it fails."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import msgspec

from ..errors import DispatchError
from ..messages import Message
from ..results.result_status import Status
from .answer_times import with_local_times
from .clean import json_escaped


class ErrorEntry(msgspec.Struct, frozen=True):
    """One error in the JSON; unknown values are null."""

    code: str
    text: str
    file: str | None = None
    line: int | None = None
    who: str | None = None


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of the JSON object, in the order in which they are printed."""

    schema: str
    status: Status
    exit_code: int
    data: Any
    warnings: Sequence[str]
    errors: Sequence[ErrorEntry]


def envelope(
    schema: str,
    *,
    data: object,
    status: Status,
    exit_code: int,
    warnings: Sequence[Message | str] = (),
    errors: Sequence[ErrorEntry] = (),
) -> bytes:
    """Encode a result as one line of JSON in UTF-8; infinite and undefined numbers are null.

    Times are in the zone of the answers.

    Texts are exact and not cleaned; characters that a terminal could obey (control, bidi and
    invisible ones) are escapes of JSON. ``data`` is a value of ``results`` or of builtin types.
    """
    whole = _Envelope(
        schema=schema,
        status=status,
        exit_code=int(exit_code),
        data=with_local_times(data),
        warnings=tuple(map(str, warnings)),
        errors=tuple(errors),
    )
    return _encoded(whole) + b"\n"


def envelope_of_list(
    schema: str, key: str, items: Iterable[object], beside: Mapping[str, object] = {}
) -> Iterator[bytes]:
    """Yield the bytes of ``envelope`` for a success whose data is one list, item by item.

    ``beside`` are further keys of the data, behind the list.
    """
    empty = b"[]"
    whole = envelope(schema, data={key: (), **beside}, status="success", exit_code=0)
    at = whole.index(empty)
    yield whole[: at + 1]
    between = b""
    for item in items:
        yield between + _encoded(with_local_times(item))
        between = b","
    yield whole[at + 1 :]


def json_lines(items: Iterable[object]) -> bytes:
    """Encode results as lines of JSON, one for each."""
    return b"".join(_encoded(with_local_times(each)) + b"\n" for each in items)


def error_entries(error: DispatchError) -> tuple[ErrorEntry, ...]:
    """Return the problems of an error, all with its code."""
    return tuple(
        ErrorEntry(
            code=error.code,
            text=str(problem.text),
            file=problem.file or None,
            line=problem.line or None,
            who=str(problem.who) or None,
        )
        for problem in error.problems
    )


def _encoded(value: object) -> bytes:
    try:
        return json_escaped(msgspec.json.encode(value, enc_hook=str))
    except UnicodeEncodeError:
        return _with_surrogates(value)


def _with_surrogates(value: object) -> bytes:
    """Encode texts with half a surrogate pair: JSON can hold it as an escape, UTF-8 cannot."""
    import json

    builtins = _finite(msgspec.to_builtins(value, enc_hook=str))
    return json_escaped(json.dumps(builtins, separators=(",", ":")).encode("ascii"))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
