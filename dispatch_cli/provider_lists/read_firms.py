"""Read the rows of a list of firms as entries of the provider file."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from msgspec import Struct

from ..catalog.new_entries import EntryChecker
from ..errors import Problem, SentenceError, as_message
from ..messages import Message, quoted
from ..model.words import composed
from ..records.open_records import RecordFile
from ..records.values import Reject, Values
from .entry_cells import UNITS, read_area, read_list, read_number
from .list_columns import ListColumns

_TEXTS = ("id", "name", "base", "hours", "region", "notes")
_LISTS = ("services", "vehicle_classes", "equipment", "clients", "tags")
_NUMBERS = (*(key for key in UNITS if key != "radius_km"), "units", "seats")
_ORDER = (
    "id", "name", "phone", "phones", "services", "base", "area", "hours", "region", "units",
    "vehicle_classes", "max_weight_t", "max_height_m", "height_m", "seats", "equipment", "clients",
    "tags", "notes",
)  # fmt: skip
Cells = Mapping[str, str]


class FirmList(Struct, frozen=True):
    """The entries of the readable rows, and the problems of all others; both by line."""

    entries: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]


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
    its name and number are those of another firm.
    """
    entries: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for line, cells in _rows(records, columns):
        if isinstance(cells, Message):
            problems.append(Problem(cells, shown, line))
            continue
        entry, found = entry_of(cells, defaults)
        # A cell that is not read is one problem; its key is not missing besides.
        found = found or finish(entry, checker)
        who = Message("provider {id}", id=quoted(entry["name"])) if "name" in entry else ""
        problems += [Problem(each, shown, line, who) for each in found]
        if not found:
            checker.reserve(entry)
            entries.append(entry)
    return FirmList(tuple(entries), tuple(problems))


def finish(entry: dict[str, Any], checker: EntryChecker) -> list[Message]:
    """Give an entry an id if it has none, bring its keys into order, and list its problems."""
    problems = checker.conflicts_of(entry)
    if not entry.get("id"):
        entry["id"] = checker.new_id(str(entry.get("name", "")))
    ordered = {key: entry[key] for key in _ORDER if key in entry}
    entry.clear()
    entry.update(ordered)
    return [*problems, *checker.problems_of(entry)]


def entry_of(cells: Cells, defaults: Mapping[str, Any]) -> tuple[dict[str, Any], list[Message]]:
    """Make the entry of a row; returns also the problems of cells that are not read."""
    entry: dict[str, Any] = {key: cells[key] for key in _TEXTS if cells.get(key)}
    problems: list[Message] = []
    entry |= {key: read_list(cells[key]) for key in _LISTS if cells.get(key)}
    _add_phones(entry, cells)
    if "base" not in entry:
        _add_base(entry, cells)
    for key in _NUMBERS:
        if cells.get(key):
            _put(entry, key, partial(read_number, cells[key], key), problems)
    if cells.get("radius_km"):
        radius = cells["radius_km"]
        _put(entry, "area", lambda: {"radius_km": read_number(radius, "radius_km")}, problems)
    elif cells.get("postcodes"):
        entry["area"] = {"postcodes": read_list(cells["postcodes"])}
    elif cells.get("area"):
        _put(entry, "area", lambda: read_area(cells["area"]), problems)
    has_phone = "phone" in entry or "phones" in entry
    for key, value in defaults.items():
        if key not in entry and not (has_phone and key in ("phone", "phones")):
            entry[key] = value
    return entry, problems


def _put(
    entry: dict[str, Any], key: str, read: Callable[[], object], problems: list[Message]
) -> None:
    try:
        entry[key] = read()
    except SentenceError as error:
        problems.append(error.sentence)


def _add_phones(entry: dict[str, Any], cells: Cells) -> None:
    found = [cells[key] for key in ("phone", "phone_2") if cells.get(key)]
    if len(found) == 1:
        entry["phone"] = found[0]
    elif found:
        entry["phones"] = found


def _add_base(entry: dict[str, Any], cells: Cells) -> None:
    """Join latitude and longitude, or postcode and town."""
    if cells.get("lat") and cells.get("lon"):
        parts = (cells[key].replace(",", ".") for key in ("lat", "lon"))
        entry["base"] = ",".join(parts)
    elif place := " ".join(cells[key] for key in ("postcode", "town") if cells.get(key)):
        entry["base"] = place


def _rows(records: RecordFile, columns: ListColumns) -> Iterator[tuple[int, Cells | Message]]:
    """Iterate over the rows with their lines: the cells of each, or why it cannot be read."""
    for chunk in records.rows.chunks(records.rows.start, tuple(columns.by_key.values())):
        for record in chunk.records:
            if isinstance(record, Reject):
                if not record.more:
                    yield record.line, as_message(record.detail)
                continue
            cells = _cells(record.values, columns)
            if any(cells.values()):  # spreadsheets end in rows of empty cells
                yield record.line, cells


def _cells(values: Values, columns: ListColumns) -> Cells:
    found = ((key, values.get(column)) for key, column in columns.by_key.items())
    return {key: composed(str(value)).strip() for key, value in found if value is not None}
