"""Encode results: one JSON object for each incident, or one line for each service and rank."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from ...errors import UsageError
from ...records.formats import FORMATS
from ...records.writing import CsvWriter, Line
from ..ranks import ServiceRanks
from ..read.cell_values import text_of_kept
from ..read.row_reader import ParsedRow
from ..result_record import EMERGENCY, columns_for, names_of


class RowResult(Struct, frozen=True, gc=False):
    """The result of a row; ``kept`` has the cells that are copied."""

    row: int
    parsed: ParsedRow
    ranks: tuple[ServiceRanks, ...]
    kept: Sequence[Any]

    @property
    def is_served(self) -> bool:
        """Whether any service has a candidate, or only emergency services are needed."""
        return not self.ranks or any(each.rows for each in self.ranks)


class TableWriter:
    """Write results as lines of CSV, all with the same columns.

    Raises UsageError if a copied column has the name of a result column.
    """

    def __init__(self, form: str, *, keep: Sequence[str], full: bool) -> None:
        fixed = {column.name: column.type for column in columns_for(full=full)}
        clashes = [name for name in keep if name in fixed]
        if clashes:
            raise UsageError(
                "--keep {clashes}: the output has a column with the same name",
                clashes=", ".join(clashes),
                hint="--format jsonl writes copied columns into an object of their own",
            )
        self.types: dict[str, str] = {**fixed, **dict.fromkeys(keep, "string")}
        self.form, self.is_full, self.keep = form, full, (*keep,)
        self._columns = (*fixed,)
        self._candidate = names_of("candidate")[1:]
        self._service = names_of("service", full=full)
        self._writer = CsvWriter((*self.types,), guarded=FORMATS[form].is_guarded)

    def head(self) -> bytes:
        """Encode the header row."""
        return self._writer.head()

    def encode(self, results: Iterable[RowResult]) -> bytes:
        """Encode results."""
        return self._writer.lines(line for each in results for line in self._lines(each))

    def _lines(self, result: RowResult) -> Iterator[Line]:
        kept = tuple(map(text_of_kept, result.kept))
        for values in self._values(result):
            values |= {"row": result.row, "id": result.parsed.id or None}
            yield (*(values.get(name) for name in self._columns), *kept)

    def _values(self, result: RowResult) -> Iterator[dict[str, Any]]:
        """Yield the values of each line by column."""
        emergency = result.parsed.emergency
        for call in emergency:
            yield {"service": call.service, "rank": 0, "phone": call.dial, "reason": EMERGENCY}
        for ranks in result.ranks:
            service = {name: getattr(ranks, name) for name in self._service}
            service["reason"] = ranks.reason or None
            if not ranks.rows:
                yield service
            for rank, row in enumerate(ranks.rows, start=1):
                yield {
                    **service,
                    "rank": rank,
                    **{name: getattr(row, name) for name in self._candidate},
                }
        if not emergency and not result.ranks:
            yield {}


class ObjectWriter:
    """Write results as JSON lines: one object for each incident."""

    def __init__(self, *, keep: Sequence[str], full: bool) -> None:
        self.form = "jsonl"
        self.keep, self.is_full = (*keep,), full
        self._candidate = names_of("candidate")[1:]
        totals = [column.name for column in columns_for(full=full) if column.is_total]
        self._totals = (*totals,)

    def head(self) -> bytes:
        """Return no bytes: JSON lines have no header row."""
        return b""

    def encode(self, results: Iterable[RowResult]) -> bytes:
        """Encode results."""
        encode = msgspec.json.Encoder(enc_hook=str).encode
        return b"".join(encode(self._object(each)) + b"\n" for each in results)

    def _object(self, result: RowResult) -> dict[str, Any]:
        parsed = result.parsed
        found: dict[str, Any] = {
            "row": result.row,
            "id": parsed.id or None,
            "kind": parsed.incident.kind,
            "emergency": [
                {"service": call.service, "dial": call.dial} for call in parsed.emergency
            ],
            "cascades": [self._cascade(ranks) for ranks in result.ranks],
        }
        if self.keep:
            found["kept"] = dict(zip(self.keep, result.kept, strict=True))
        return found

    def _cascade(self, ranks: ServiceRanks) -> dict[str, Any]:
        found: dict[str, Any] = {
            "service": ranks.service,
            "reason": ranks.reason or None,
            "candidates": [
                {"rank": rank, **{name: getattr(row, name) for name in self._candidate}}
                for rank, row in enumerate(ranks.rows, start=1)
            ],
        }
        if self.is_full:
            found |= {name: getattr(ranks, name) for name in self._totals}
            found["excluded_counts"] = ranks.counts
        return found


ResultWriter = TableWriter | ObjectWriter


def writer_for(form: str, *, keep: Sequence[str], full: bool) -> ResultWriter:
    """Make the writer for a format; raises UsageError if column names clash."""
    if FORMATS[form].is_table:
        return TableWriter(form, keep=keep, full=full)
    return ObjectWriter(keep=keep, full=full)
