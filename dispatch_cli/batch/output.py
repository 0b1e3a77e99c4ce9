"""What a batch writes: one object for each incident, or a line for each service and rank."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from ..errors import UsageError
from ..records import writer_of
from ..records.writing import Line
from ..results import EmergencyCall
from .ranks import Ranked, Ranks
from .rows import Taken

PARTS = (
    "order_min", "wait_min", "turnout_min", "travel_min", "late_min", "answer_min", "acceptance",
    "head_start_min",
)  # fmt: skip
"""``order_min = wait + turnout + travel + late + answer / acceptance - head start``."""

_BEFORE = ("row", "id", "service", "rank", "provider", "phone", *PARTS, "reason")
_FULL = ("expected_min", "success_probability")
_TYPES = {"row": "int64", "rank": "int64", **dict.fromkeys((*PARTS, *_FULL), "float64")}

EMERGENCY = "emergency"
"""The reason in the lines of those who are dialled first: rank 0, and no provider."""


class Result(Struct, frozen=True, gc=False):
    """A row with what was found for it; ``kept`` are the cells that are copied."""

    row: int
    taken: Taken
    ranks: tuple[Ranks, ...]
    kept: Sequence[Any]

    @property
    def is_served(self) -> bool:
        """Whether anybody can come, or nobody but an emergency service is needed."""
        return not self.ranks or any(each.rows for each in self.ranks)


class Table:
    """Results as lines of CSV or Parquet; the columns are always the same."""

    def __init__(self, form: str, *, keep: Sequence[str], full: bool) -> None:
        fixed = (*_BEFORE, *(_FULL if full else ()))
        taken = [name for name in keep if name in fixed]
        if taken:
            raise UsageError(
                f"--keep {', '.join(taken)}: the output has a column of that name already",
                hint="--format jsonl keeps columns apart",
            )
        self.columns = (*fixed, *keep)
        self.types = {name: _TYPES.get(name, "string") for name in fixed}
        self.types |= dict.fromkeys(keep, "string")
        self.form, self.is_full = form, full
        self._writer = writer_of(form, self.columns)

    def head(self) -> bytes:
        """What stands before the first result."""
        return self._writer.head()

    def encode(self, results: Iterable[Result]) -> bytes:
        """The bytes of some results."""
        return self._writer.lines([line for each in results for line in self._lines(each)])

    def _lines(self, result: Result) -> Iterator[Line]:
        before = (result.row, result.taken.id or None)
        kept = tuple(map(text_of_kept, result.kept))
        nothing = (None,) * len(PARTS)
        totals: tuple[float | None, ...] = (None, None) if self.is_full else ()
        for call in result.taken.emergency:
            yield (
                *before, call.service, 0, None, call.dial, *nothing, EMERGENCY, *totals, *kept
            )  # fmt: skip
        for ranks in result.ranks:
            if self.is_full:
                totals = (ranks.expected_min, ranks.success_probability)
            if not ranks.rows:
                yield (
                    *before, ranks.service, None, None, None, *nothing, ranks.reason or None,
                    *totals, *kept,
                )  # fmt: skip
            for rank, row in enumerate(ranks.rows, start=1):
                yield (
                    *before, ranks.service, rank, row.provider, row.phone, *_parts(row), None,
                    *totals, *kept,
                )  # fmt: skip
        if not result.taken.emergency and not result.ranks:
            yield (*before, None, None, None, None, *nothing, None, *totals, *kept)


class Objects:
    """Results as JSON lines: one object for each incident."""

    def __init__(self, *, keep: Sequence[str], full: bool) -> None:
        self.form = "jsonl"
        self._keep, self.is_full = keep, full

    def head(self) -> bytes:
        """Nothing: an object says its own names."""
        return b""

    def encode(self, results: Iterable[Result]) -> bytes:
        """The bytes of some results."""
        encode = msgspec.json.Encoder(enc_hook=str).encode
        return b"".join(encode(self._object(each)) + b"\n" for each in results)

    def _object(self, result: Result) -> dict[str, Any]:
        taken = result.taken
        found: dict[str, Any] = {
            "row": result.row,
            "id": taken.id or None,
            "kind": taken.incident.kind,
            "emergency": [_emergency(call) for call in taken.emergency],
            "cascades": [self._cascade(ranks) for ranks in result.ranks],
        }
        if self._keep:
            found["kept"] = dict(zip(self._keep, result.kept, strict=True))
        return found

    def _cascade(self, ranks: Ranks) -> dict[str, Any]:
        found: dict[str, Any] = {
            "service": ranks.service,
            "reason": ranks.reason or None,
            "candidates": [
                {
                    "rank": rank,
                    "provider": row.provider,
                    "phone": row.phone,
                    **dict(zip(PARTS, _parts(row), strict=True)),
                }
                for rank, row in enumerate(ranks.rows, start=1)
            ],
        }
        if self.is_full:
            found["expected_min"] = ranks.expected_min
            found["success_probability"] = ranks.success_probability
            found["excluded_counts"] = ranks.counts
        return found


def output_of(form: str, *, keep: Sequence[str], full: bool) -> Table | Objects:
    """Make what turns results into bytes; raises UsageError where columns would clash."""
    if form == "jsonl":
        return Objects(keep=keep, full=full)
    return Table(form, keep=keep, full=full)


def _parts(row: Ranked) -> tuple[float, ...]:
    return (
        row.order_min, row.wait_min, row.turnout_min, row.travel_min, row.late_min,
        row.answer_min, row.acceptance, row.head_start_min,
    )  # fmt: skip


def _emergency(call: EmergencyCall) -> dict[str, str]:
    return {"service": call.service, "dial": call.dial}


def text_of_kept(value: Any) -> str | None:
    """A copied cell as text, since its column has texts in other rows."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return str(value)
