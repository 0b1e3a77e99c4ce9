"""Take record batches from anything that gives Arrow data."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa

from ...errors import UsageError


def batches_of(source: Any) -> Iterator[pa.RecordBatch]:
    """Return the batches of a stream, of one record batch, or of an iterable of record batches.

    Raises UsageError for anything else.
    """
    if isinstance(source, pa.RecordBatch):
        return iter([_plain(source)])
    if hasattr(source, "__arrow_c_stream__"):
        return map(_plain, pa.RecordBatchReader.from_stream(source))
    if hasattr(source, "__arrow_c_array__"):
        return iter([_plain(pa.record_batch(source))])
    if isinstance(source, Iterable) and not isinstance(source, (str, bytes)):
        return map(_plain, _checked(source))
    raise UsageError("{type} is not Arrow data", type=type(source).__name__, hint=_HINT)


_HINT = "pass a table, a data frame, a reader or an iterable of record batches"


def type_of(key: str, batches: Iterator[pa.RecordBatch]) -> tuple[Any, Iterator[pa.RecordBatch]]:
    """Return the type of a column, and the batches; raises UsageError if they do not have it.

    Reads the first batch. Without any batch the type is that of texts.
    """
    first = next(batches, None)
    if first is None:
        return pa.string(), batches
    at = first.schema.get_field_index(key)
    if at < 0:
        names = ", ".join(first.schema.names)
        raise UsageError("the data has no column {key!r}; it has {names}", key=key, names=names)
    return first.schema.field(at).type, chain([first], batches)


def _checked(source: Iterable[Any]) -> Iterator[pa.RecordBatch]:
    for each in source:
        if not isinstance(each, pa.RecordBatch):
            raise UsageError("{type} is not a record batch", type=type(each).__name__, hint=_HINT)
        yield each


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Cast texts that are views, as polars makes them, to the type that all functions know."""
    views = [at for at, field in enumerate(batch.schema) if pa.types.is_string_view(field.type)]
    for at in views:
        field = batch.schema.field(at).with_type(pa.large_string())
        batch = batch.set_column(at, field, batch.column(at).cast(pa.large_string()))
    return batch
