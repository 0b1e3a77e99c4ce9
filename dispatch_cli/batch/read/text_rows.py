"""Parse rows in columns of texts; unusual rows are read one by one.

Only positions and seconds are parsed here. ``row_reader`` parses each distinct combination of
words, each distinct amount and each distinct hour once, and every row that is invalid or unusual.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import isfinite
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...intake import AMOUNTS
from ...model import Incident
from ...model.stamps import to_stamp
from ...records.csv_columns import TextColumns
from ...records.values import Reject, Row
from ..compiled.arrays import Array
from ..compiled.incident_columns import IncidentColumns
from ..compiled.parsed_columns import ParsedColumns
from .cell_values import text_of_kept
from .row_reader import ParsedRow, RowReader, as_reject, is_long

T = TypeVar("T")

_NOT_CACHED: Any = object()

_CACHE_SIZE = 20_000
_DECIMAL = r"^-?[0-9]+[.,][0-9]+$"
_LONGEST_DECIMAL = 25
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9](:[0-5][0-9])?([^:\n].{0,5})?$"
_LONGEST_TIME = 64
"""More bytes than a time of that form has; pyarrow 26 cannot slice up to the end."""
_BLANK_EDGE = r"^[^!-~]|[^!-~]$"
"""A first or last character that may be a blank in any script."""


class TextReader:
    """Parse rows in columns of texts; caches parsed cells. ``names`` has the columns to read."""

    def __init__(self, rows: RowReader, keep: Sequence[str]) -> None:
        self._rows, self._keep = rows, keep
        facts = dict(rows.facts)
        self._words = [column for fact, column in facts.items() if fact not in AMOUNTS]
        self._amounts = {fact: facts[fact] for fact in AMOUNTS if fact in facts}
        self._columns = {fact: rows.columns[fact] for fact in ("lat", "lon", "when", "id")}
        self.names = (*dict.fromkeys([
            *self._words, *self._amounts.values(), *keep, *filter(None, self._columns.values())
        ]),)  # fmt: skip
        self._cache: dict[object, Any] = {}

    def read(
        self, found: TextColumns, numbers: Array, record: Callable[[int], Row | Reject]
    ) -> ParsedColumns:
        """Parse rows, in order; ``record`` reads the row of an index by itself."""
        if len(self._cache) > _CACHE_SIZE:
            self._cache.clear()
        texts, is_unusual = found.texts, found.is_unusual.copy()
        count = len(numbers)
        lat, lon = self._positions(texts, is_unusual)
        at_us = self._times(texts, is_unusual)
        template_of, templates = self._facts(texts, is_unusual)
        amounts = {fact: self._amount(texts, fact, is_unusual) for fact in AMOUNTS}
        ids = self._column(texts, "id", count)
        is_unusual |= _mask(pc.match_substring_regex(ids, _BLANK_EDGE))
        columns = IncidentColumns(
            numbers,
            lat,
            lon,
            np.zeros(count),
            at_us,
            amounts,
            template_of,
            templates,
            len(templates),
        )
        kept = {name: texts[name] for name in self._keep}
        rows = ParsedColumns(columns, ids, kept, [])
        return self._add_unusual(rows, np.flatnonzero(is_unusual).tolist(), record)

    def _column(self, texts: dict[str, Any], fact: str, count: int) -> Any:
        name = self._columns[fact]
        return pa.array([""] * count, pa.string()) if name is None else texts[name]

    def _positions(self, texts: dict[str, Any], is_unusual: Array) -> tuple[Array, Array]:
        count = len(is_unusual)
        found = []
        for fact, limit in (("lat", 90.0), ("lon", 180.0)):
            column = self._column(texts, fact, count)
            is_short = _mask(pc.less_equal(pc.binary_length(column), _LONGEST_DECIMAL))
            is_decimal = _mask(pc.match_substring_regex(column, _DECIMAL)) & is_short
            with_points = pc.replace_substring(column, ",", ".")
            values = _numbers(pc.if_else(pa.array(is_decimal), with_points, "0"), pa.float64())
            is_unusual |= ~is_decimal | (np.abs(values) > limit)
            found.append(values + 0.0)  # turns -0.0 into 0.0
        lat, lon = found
        # The row reader decides whether latitude and longitude are swapped.
        is_unusual |= (lat > 4) & (lat < 17) & (lon > 45) & (lon < 57)
        is_unusual |= (lat == 0) | (lon == 0)
        return lat, lon

    def _times(self, texts: dict[str, Any], is_unusual: Array) -> Array:
        """Return the time of each row, in microseconds since 1970.

        It is the start of the hour, plus minutes and seconds.
        """
        count = len(is_unusual)
        column = self._column(texts, "when", count)
        is_time = pc.match_substring_regex(column, _TIME)
        is_unusual |= ~_mask(pc.or_(is_time, pc.equal(column, "")))
        # Up to the seconds, a time of this form has a byte for each character.
        shaped = pc.if_else(is_time, column, "0000-00-00T00:00").cast(pa.binary())
        has_seconds = pc.equal(pc.binary_slice(shaped, 16, 17), b":")
        minute = _numbers(pc.binary_slice(shaped, 14, 16).cast(pa.string()), pa.int64())
        second = _numbers(
            pc.if_else(has_seconds, pc.binary_slice(shaped, 17, 19), b"0").cast(pa.string()),
            pa.int64(),
        )
        zone = pc.if_else(
            has_seconds,
            pc.binary_slice(shaped, 19, _LONGEST_TIME),
            pc.binary_slice(shaped, 16, _LONGEST_TIME),
        )
        hour = pc.if_else(is_time, pc.binary_slice(shaped, 0, 13), b"")
        exact = pc.if_else(has_seconds, b"s", b"m")
        codes, keys = _distinct(
            pc.binary_join_element_wise(hour, exact, zone, b"\n").cast(pa.string())
        )
        starts, is_valid = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        for code, key in enumerate(keys):
            start = self._cached(("hour", key), partial(self._hour, *key.split("\n")))
            if start is not None:
                starts[code], is_valid[code] = start, True
        is_unusual |= ~is_valid[codes]
        at_us: Array = starts[codes] + (minute * 60 + second) * 1_000_000
        return at_us

    def _hour(self, hour: str, exact: str, zone: str) -> int | None:
        """Return the start of an hour in microseconds; None if the clocks change in it.

        An empty text gives the default time.
        """
        if not hour:
            return self._microseconds("")
        seconds = exact == "s"
        first = self._microseconds(f"{hour}:00{':00' if seconds else ''}{zone}")
        last = self._microseconds(f"{hour}:59{':59' if seconds else ''}{zone}")
        length_s = 3599 if seconds else 3540
        return first if first is not None and last == first + length_s * 1_000_000 else None

    def _microseconds(self, text: str) -> int | None:
        name = self._columns["when"]
        when = self._rows.read_time({name: text} if name else {})
        return None if when is None else to_stamp(when)

    def _facts(self, texts: dict[str, Any], is_unusual: Array) -> tuple[Array, list[Incident]]:
        """Return the template of each row, and the templates: one for each valid combination."""
        code = np.zeros(len(is_unusual), np.int64)
        columns = []
        for name in self._words:
            own, values = _distinct(texts[name])
            columns.append((own, values))
            code = code * len(values) + own
            if code.max(initial=0) > 1 << 40:
                code = np.unique(code, return_inverse=True)[1]
        _, first, combination = np.unique(code, return_index=True, return_inverse=True)
        templates: list[Incident] = []
        of_combination = np.zeros(len(first), np.int64)
        is_valid = np.zeros(len(first), np.bool_)
        for at, row in enumerate(first.tolist()):
            cells = tuple(values[own[row]] for own, values in columns)
            by_column = dict(zip(self._words, cells, strict=True))
            incident = self._cached(("words", cells), partial(self._rows.read_incident, by_column))
            if incident is not None:
                of_combination[at], is_valid[at] = len(templates), True
                templates.append(incident)
        is_unusual |= ~is_valid[combination]
        return of_combination[combination], templates

    def _amount(self, texts: dict[str, Any], fact: str, is_unusual: Array) -> Array:
        """Return one amount of each row, NaN if its cell is empty."""
        if fact not in self._amounts:
            return np.full(len(is_unusual), np.nan)
        codes, cells = _distinct(texts[self._amounts[fact]])
        values, is_valid = np.full(len(cells), np.nan), np.ones(len(cells), np.bool_)
        for code, text in enumerate(cells):
            value, is_valid[code] = self._cached(
                (fact, text), partial(self._rows.read_amount, fact, text)
            )
            if value is not None:
                values[code] = value
        is_unusual |= ~is_valid[codes]
        return values[codes]

    def _cached(self, key: object, read: Callable[[], T]) -> T:
        # Several threads read at a time: a key may be gone after it was seen.
        cached: T = self._cache.get(key, _NOT_CACHED)
        if cached is not _NOT_CACHED:
            return cached
        found = read()
        if not is_long(key):
            self._cache[key] = found
        return found

    def _add_unusual(
        self, rows: ParsedColumns, unusual: Sequence[int], record: Callable[[int], Row | Reject]
    ) -> ParsedColumns:
        """Read the unusual rows one by one, and put each into its place or among the rejects."""
        read: list[tuple[int, Row, ParsedRow]] = []
        is_left = np.ones(rows.columns.count, np.bool_)
        for row in unusual:
            raw = record(row)
            parsed = raw if isinstance(raw, Reject) else self._rows.read(raw)
            if isinstance(parsed, ParsedRow):
                assert isinstance(raw, Row)  # noqa: S101 - a reject is never parsed
                rows.columns.put(row, parsed.incident)
                read.append((row, raw, parsed))
            else:
                rows.rejects.append(as_reject(raw, parsed))
                is_left[row] = False
        rows.ids = _replaced(rows.ids, [(row, parsed.id) for row, _, parsed in read])
        rows.ids = pc.if_else(pc.equal(rows.ids, ""), pa.scalar(None, pa.string()), rows.ids)
        for name in self._keep:
            cells = [(row, text_of_kept(raw.values.get(name)) or "") for row, raw, _ in read]
            rows.kept[name] = _replaced(rows.kept[name], cells)
        return rows if is_left.all() else rows.picked(np.flatnonzero(is_left))


def texts_of_rows(rows: Sequence[Row], names: Iterable[str], others: Iterable[str]) -> TextColumns:
    """Put the cells of rows into columns, as texts like those of CSV.

    A row is unusual if any cell is neither text nor number, also in a column of ``others``.
    """
    is_unusual = np.zeros(len(rows), np.bool_)
    texts = {}
    for name in (*names, *others):
        found = [_text_of(row.values.get(name)) for row in rows]
        is_unusual |= np.array([text is None for text in found], np.bool_)
        texts[name] = pa.array([text or "" for text in found], pa.string())
    return TextColumns(texts, is_unusual)


def _text_of(value: Any) -> str | None:
    """Return a text or number as ``cell_values.text_of`` does; None for any other value."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value)
        text.encode()
    except ValueError:  # half of a surrogate pair, or a number with over 4,300 digits
        return None
    return None if isinstance(value, float) and not isfinite(value) else text


def _distinct(texts: Any) -> tuple[Array, list[str]]:
    """Return the code of each text, and the distinct texts by code."""
    encoded = texts.dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _mask(booleans: Any) -> Array:
    return np.array(booleans.to_numpy(zero_copy_only=False))


def _numbers(texts: Any, kind: Any) -> Array:
    return np.array(pc.cast(texts, kind).to_numpy())


def _replaced(texts: Any, more: Sequence[tuple[int, str]]) -> Any:
    """Replace the texts at some indexes."""
    if not more:
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[[at for at, _ in more]] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array([text for _, text in more]))
