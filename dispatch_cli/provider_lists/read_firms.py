"""Read the rows of a list of firms as entries of the provider file."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from ..catalog.new_entries import EntryChecker
from ..catalog.table_conversion import Path
from ..errors import Problem, SentenceError, as_message
from ..messages import Message, quoted
from ..model.words import composed
from ..records.open_records import RecordFile, RecordReader
from ..records.values import Reject, Row, Values
from .cell_problems import in_columns
from .entry_cells import is_empty, read_area, read_list, read_number
from .list_columns import ListColumns

_TEXTS = ("id", "name", "base", "hours", "region", "notes")
_LISTS = ("services", "vehicle_classes", "equipment", "clients", "tags")
_NUMBERS = ("max_weight_t", "max_height_m", "height_m", "units", "seats")
_AREAS = ("radius_km", "postcodes", "area")
_ORDER = (
    "id", "name", "phone", "phones", "services", "base", "area", "hours", "region", "units",
    "vehicle_classes", "max_weight_t", "max_height_m", "height_m", "seats", "equipment", "clients",
    "tags", "notes",
)  # fmt: skip
Cells = Mapping[str, str]
_BARE_NUMBER = re.compile("[0-9]+([.,][0-9]+)?")


class UnreadColumn(Struct, frozen=True):
    """A column that means no key, with its first cell that has a value."""

    name: str
    line: int
    text: str


class FirmList(Struct, frozen=True):
    """The entries of the readable rows, and the problems of all others; both by line.

    ``unread`` are the columns with values that no entry has.
    """

    entries: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]
    unread: tuple[UnreadColumn, ...]


def read_firms(
    records: RecordFile,
    columns: ListColumns,
    defaults: Mapping[str, Any],
    checker: EntryChecker,
    *,
    shown: str,
) -> FirmList:
    """Read all rows and check each one; ``defaults`` are values for rows that have none.

    A firm without an id gets one of its name. A row is refused as well if its id is in use, or if
    its name and number are those of another firm. Each problem names the columns of its key.
    """
    entries: list[dict[str, Any]] = []
    problems: list[Problem] = []
    rows = _Rows(records, columns)
    for line, cells in rows:
        if isinstance(cells, Message):
            problems.append(Problem(cells, shown, line))
            continue
        entry, read = entry_of(cells, defaults)
        found = [in_columns(each, (key,), cells, columns.by_key) for key, each in read]
        if not found:  # A cell that is not read is one problem; its key is not missing besides.
            conflicts, invalid = complete(entry, checker)
            found = [
                *conflicts,
                *(
                    in_columns(each, path, cells, columns.by_key, is_missing=path[0] not in entry)
                    for path, each in invalid
                ),
            ]
        who = Message("provider {id}", id=quoted(entry["name"])) if "name" in entry else ""
        problems += [Problem(each, shown, line, who) for each in found]
        if not found:
            checker.reserve(entry)
            entries.append(entry)
    return FirmList(tuple(entries), tuple(problems), tuple(rows.unread.values()))


def finish(entry: dict[str, Any], checker: EntryChecker) -> list[Message]:
    """Give an entry an id if it has none, bring its keys into order, and list its problems."""
    conflicts, invalid = complete(entry, checker)
    return [*conflicts, *(problem for _, problem in invalid)]


def complete(
    entry: dict[str, Any], checker: EntryChecker
) -> tuple[list[Message], Sequence[tuple[Path, Message]]]:
    """Do the same, and return what is in use already apart from the problems of values by path."""
    conflicts = checker.conflicts_of(entry)
    if not entry.get("id"):
        entry["id"] = checker.new_id(str(entry.get("name", "")))
    ordered = {key: entry[key] for key in _ORDER if key in entry}
    entry.clear()
    entry.update(ordered)
    return conflicts, checker.faults_of(entry)


def entry_of(
    cells: Cells, defaults: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, Message]]]:
    """Make the entry of a row; returns also the problems of cells that are not read, by key."""
    entry: dict[str, Any] = {key: cells[key] for key in _TEXTS if cells.get(key)}
    problems: list[tuple[str, Message]] = []
    entry |= {key: read_list(cells[key]) for key in _LISTS if cells.get(key)}
    _add_phones(entry, cells)
    _add_base(entry, cells, problems)
    for key in _NUMBERS:
        if cells.get(key):
            _put(entry, key, key, partial(read_number, cells[key], key), problems)
    _add_area(entry, cells, problems)
    has_phone = "phone" in entry or "phones" in entry
    for key, value in defaults.items():
        if key not in entry and not (has_phone and key in ("phone", "phones")):
            entry[key] = value
    return entry, problems


def _add_area(entry: dict[str, Any], cells: Cells, problems: list[tuple[str, Message]]) -> None:
    """Read the one cell that has the area; two of them are a problem, because one would be lost."""
    filled = [key for key in _AREAS if cells.get(key)]
    if len(filled) > 1:
        problem = Message(
            "only one of {keys} is possible; empty the other cells, or leave a column out with"
            " --columns {key}=",
            keys=", ".join(filled),
            key=filled[-1],
        )
        problems.append(("area", problem))
    elif filled == ["radius_km"]:
        radius = cells["radius_km"]
        _put(entry, "area", "radius_km",
             lambda: {"radius_km": read_number(radius, "radius_km")}, problems)  # fmt: skip
    elif filled == ["postcodes"]:
        entry["area"] = {"postcodes": read_list(cells["postcodes"])}
    elif filled:
        _put(entry, "area", "area", lambda: read_area(cells["area"]), problems)


def _put(
    entry: dict[str, Any],
    key: str,
    column: str,
    read: Callable[[], object],
    problems: list[tuple[str, Message]],
) -> None:
    try:
        entry[key] = read()
    except SentenceError as error:
        problems.append((column, error.sentence))


def _add_phones(entry: dict[str, Any], cells: Cells) -> None:
    found = [cells[key] for key in ("phone", "phone_2") if cells.get(key)]
    if len(found) == 1:
        entry["phone"] = found[0]
    elif found:
        entry["phones"] = found


def _add_base(entry: dict[str, Any], cells: Cells, problems: list[tuple[str, Message]]) -> None:
    """Join latitude and longitude, or postcode and town, unless a cell has the base.

    Half a position is a problem, because it would be lost, and the base be another place.
    """
    for key, other in (("lat", "lon"), ("lon", "lat")):
        if cells.get(key) and not cells.get(other):
            problem = Message(
                "has a value, but no cell has {other}; fill both cells or none, or leave both out"
                " with {columns}",
                other=other,
                columns="--columns lat=,lon=",
            )
            problems.append((key, problem))
    if "base" in entry:
        return
    if cells.get("lat") and cells.get("lon"):
        parts = (cells[key].replace(",", ".") for key in ("lat", "lon"))
        entry["base"] = ",".join(parts)
    elif place := " ".join(cells[key] for key in ("postcode", "town") if cells.get(key)):
        entry["base"] = place


class _Rows:
    """The rows of a list; ``unread`` grows while they are read."""

    def __init__(self, records: RecordFile, columns: ListColumns) -> None:
        self._rows, self._columns = records.rows, columns
        self.unread: dict[str, UnreadColumn] = {}

    def __iter__(self) -> Iterator[tuple[int, Cells | Message]]:
        """Iterate over the rows with their lines: the cells of each, or why it cannot be read."""
        wanted = (*self._columns.by_key.values(), *self._columns.unknown)
        for chunk in self._rows.chunks(self._rows.start, wanted):
            for record in chunk.records:
                if isinstance(record, Reject):
                    if not record.more:
                        yield record.line, as_message(record.detail)
                    continue
                self._look_at_unknown(record)
                cells = _cells(record.values, self._columns)
                if any(cells.values()):  # spreadsheets end in rows of empty cells
                    yield record.line, cells

    def _look_at_unknown(self, record: Row) -> None:
        """Remember the first value of each column that means no key."""
        for name in self._columns.unknown:
            text = _text(record.values.get(name))
            if name and name not in self.unread and not is_empty(text):
                self.unread[name] = UnreadColumn(name, record.line, text)
        if "" in self._columns.unknown and "" not in self.unread:
            text = next(filter(None, unnamed_cells(self._rows, record)), "")
            if text:
                self.unread[""] = UnreadColumn("", record.line, text)


def unnamed_cells(rows: RecordReader, record: Row) -> Iterator[str]:
    """Iterate over the values in columns without a name, which are only in CSV."""
    delimiter, encoding = getattr(rows, "delimiter", ""), getattr(rows, "encoding", "")
    if not delimiter:
        return
    cells = next(csv.reader([record.raw.decode(encoding)], delimiter=delimiter), [])
    for name, cell in zip(rows.columns or (), cells, strict=False):
        if not name and not is_empty(_text(cell)):
            yield _text(cell)


def _cells(values: Values, columns: ListColumns) -> Cells:
    """Return the cells of a row by key; those that say that they have no value are empty."""
    found = {key: _text(values.get(column)) for key, column in columns.by_key.items()}
    found = {key: "" if is_empty(text) else text for key, text in found.items()}
    for key, unit in columns.units.items():
        if _BARE_NUMBER.fullmatch(found[key]):
            found[key] = f"{found[key]} {unit}"
    return found


def _text(value: object) -> str:
    return "" if value is None else composed(str(value)).strip()
