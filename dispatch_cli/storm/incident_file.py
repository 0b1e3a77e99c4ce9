"""Read a file of open incidents, with the columns that a batch reads and a priority."""

from collections.abc import Callable, Iterator
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..batch.read.cell_values import text_of
from ..batch.read.column_mapping import ColumnMapping, map_columns, parse_columns
from ..batch.read.kind_mapping import KindMapping, parse_kinds, read_mapping_file
from ..batch.read.make_reader import make_reader
from ..batch.read.row_reader import ParsedRow, RowReader, as_reject
from ..batch.read.time_columns import TimeColumns, find_time_columns, has_times, refuse_times
from ..cases.case_deadlines import APPOINTMENT_AFTER
from ..eligibility import GATES
from ..errors import BadDataError, UsageError
from ..messages import Message
from ..records.open_records import RecordFile
from ..records.values import Reject, Row
from .waiting import Waiting

if TYPE_CHECKING:
    from ..catalog import Catalog

PRIORITY = "priority"
"""The column with the weights of the incidents, unless an option names another one."""

MOST_WEIGHT = 100.0


class IncidentFile(Struct, frozen=True, kw_only=True):
    """How a file of incidents is read, as typed on the command line."""

    columns: str = ""
    map_kinds: Path | None = None
    priority: str = ""
    defaults: dict[str, str] = {}


class IncidentsRead(Struct, frozen=True):
    """The incidents of a file.

    ``appointments`` are later than a minute from now, as for a case. The facts of the ``rejected``
    ones are known, since they may need 112.
    """

    waiting: list[Waiting]
    appointments: list[Waiting]
    rejected: list[Waiting]


def read_waiting(
    records: RecordFile,
    options: IncidentFile,
    catalog: "Catalog",
    *,
    now: datetime,
    notify: Callable[[Reject], None],
) -> IncidentsRead:
    """Read the incidents of a file; ``notify`` gets each row that is rejected.

    The time of a row is that of the call; a row without one waits from now on. Raises UsageError
    and BadDataError for options and columns that do not fit the file.
    """
    names = records.rows.columns
    if options.priority and names is not None and options.priority not in names:
        raise UsageError(
            "--priority: no column {name!r}; the columns are {columns}",
            name=options.priority,
            columns=", ".join(names),
        )
    priority = options.priority or PRIORITY
    columns = map_columns(
        names, parse_columns(options.columns), (), options.defaults,
        header=getattr(records.rows, "header", None),
    )  # fmt: skip
    _check_times(records, columns, options)
    reader = _reader(columns, options, catalog, now)
    has_priority = names is None or priority in names
    wanted = (*columns.wanted, priority) if has_priority else columns.wanted
    found = IncidentsRead([], [], [])
    for chunk in records.rows.chunks(records.rows.start, wanted):
        for record in chunk.records:
            read = record if isinstance(record, Reject) else reader.read(record)
            weight = _weight(record, priority) if isinstance(record, Row) else 1.0
            if isinstance(record, Row) and isinstance(read, ParsedRow):
                if isinstance(weight, float):
                    is_later = read.incident.when - now > APPOINTMENT_AFTER
                    into = found.appointments if is_later else found.waiting
                    into.append(_waiting(record, read, weight, now))
                    continue
                notify(weight)
            else:
                notify(as_reject(record, read))
            if isinstance(record, Row):
                found.rejected.extend(_rejected(record, reader, columns, now))
    return found


def _rejected(
    record: Row, reader: RowReader, columns: ColumnMapping, now: datetime
) -> Iterator[Waiting]:
    """Yield the incident of a rejected row, if all but its place, time or weight is readable."""
    incident = reader.read_incident(record.values)
    if incident is not None:
        name = text_of(record.values.get(columns.by_fact.get("id") or ""))
        yield Waiting(ref=name or str(record.number), incident=incident, since=now)


def _waiting(record: Row, read: ParsedRow, weight: float, now: datetime) -> Waiting:
    since = read.incident.when
    return Waiting(
        ref=read.id or str(record.number),
        incident=replace(read.incident, when=max(since, now)),
        since=since,
        weight=weight,
    )


def _weight(record: Row, priority: str) -> float | Reject:
    """Read the weight of a row, 1 for an empty cell."""
    text = text_of(record.values.get(priority)) or "1"
    try:
        weight = float(text.replace(",", "."))
    except ValueError:
        weight = 0.0
    if isfinite(weight) and 0 < weight <= MOST_WEIGHT:
        return weight
    detail = Message(
        "{name} {text!r} is not a number over 0 and up to {most:g}",
        name=priority, text=text, most=MOST_WEIGHT,
    )  # fmt: skip
    return Reject(record.number, record.line, "bad_number", detail, record.raw)


def _check_times(records: RecordFile, columns: ColumnMapping, options: IncidentFile) -> None:
    """Refuse a file whose times no column is taken for: its callers would all count as new."""
    rows = records.rows.first_rows()
    if rows and not has_times(rows, columns):
        found = find_time_columns(rows, columns)
        try:
            refuse_times(found, parse_columns(options.columns), records.source.name)
        except BadDataError as error:
            raise BadDataError(*error.problems, hint=_time_hint(found)) from None


def _time_hint(found: TimeColumns) -> Message:
    """Say how the times are read; a plan has no option that lets all callers count as new."""
    if found.is_unreadable:
        return Message(
            "write these times as 2026-12-24T22:30, because a date with slashes may begin with the"
            " day or with the month"
        )
    return Message("--columns when={column} reads them", column=found.column or "COLUMN")


def _reader(
    columns: ColumnMapping, options: IncidentFile, catalog: "Catalog", now: datetime
) -> RowReader:
    rules = catalog.rules
    kinds = KindMapping({}, {})
    if options.map_kinds is not None:
        content = read_mapping_file(options.map_kinds)
        kinds = parse_kinds(content, str(options.map_kinds), rules.plans)
    return make_reader(
        catalog,
        columns,
        kinds,
        texts=options.defaults,
        timezone=rules.settings.timezone,
        now=now,
        gates=GATES,
    )
