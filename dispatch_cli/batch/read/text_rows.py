"""Texts in columns understood many at a time; a row that is unusual is read like any single one.

No word is understood here: ``row_reader`` is asked once for each combination of cells, each amount
and each hour, and for every row that it would refuse or that is written in an unusual way.
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
from ...records.csv_columns import TextColumns
from ...records.values import Reject, Row
from ..compiled.arrays import Array
from ..compiled.incident_columns import IncidentColumns, microseconds
from ..compiled.understood_rows import UnderstoodRows
from .cell_values import text_of_kept
from .row_reader import ParsedRow, RowReader, as_reject, is_long

T = TypeVar("T")

_MOST_KEPT = 20_000
_DECIMAL = r"^-?[0-9]+[.,][0-9]+$"
_LONGEST_DECIMAL = 25
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9](:[0-5][0-9])?.{0,6}$"
_SECONDS = r"^.{16}:[0-5][0-9]"
_BLANK_EDGE = r"^[^!-~]|[^!-~]$"
"""What may be a blank of any script round a text."""


class TextReader:
    """Understands rows in columns of texts; what was understood once is not asked again."""

    def __init__(self, rows: RowReader, keep: Sequence[str]) -> None:
        self._rows, self._keep = rows, keep
        facts = dict(rows.facts)
        self._words = [column for fact, column in facts.items() if fact not in AMOUNTS]
        self._amounts = {fact: facts[fact] for fact in AMOUNTS if fact in facts}
        self._own = {fact: rows.column(fact) for fact in ("lat", "lon", "when", "id")}
        self.names = (*dict.fromkeys([
            *self._words, *self._amounts.values(), *keep, *filter(None, self._own.values())
        ]),)  # fmt: skip
        """The columns that are read."""
        self._known: dict[object, Any] = {}

    def read(
        self, found: TextColumns, numbers: Array, record: Callable[[int], Row | Reject]
    ) -> UnderstoodRows:
        """Understand rows, in their order; ``record`` gives a single one as its reader does."""
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        texts, is_single = found.texts, found.is_single.copy()
        count = len(numbers)
        lat, lon = self._positions(texts, is_single)
        at_us = self._times(texts, is_single)
        said, templates = self._facts(texts, is_single)
        amounts = {fact: self._amount(texts, fact, is_single) for fact in AMOUNTS}
        ids = self._column(texts, "id", count)
        is_single |= _mask(pc.match_substring_regex(ids, _BLANK_EDGE))
        columns = IncidentColumns(
            lat, lon, np.zeros(count), at_us, amounts, said, templates, len(templates)
        )
        kept = {name: texts[name] for name in self._keep}
        rows = UnderstoodRows(numbers, columns, ids, kept, [])
        return self._with_single(rows, np.flatnonzero(is_single).tolist(), record)

    def _column(self, texts: dict[str, Any], fact: str, count: int) -> Any:
        name = self._own[fact]
        return pa.array([""] * count, pa.string()) if name is None else texts[name]

    def _positions(self, texts: dict[str, Any], is_single: Array) -> tuple[Array, Array]:
        count = len(is_single)
        found = []
        for fact, most in (("lat", 90.0), ("lon", 180.0)):
            column = self._column(texts, fact, count)
            is_short = _mask(pc.less_equal(pc.binary_length(column), _LONGEST_DECIMAL))
            is_plain = _mask(pc.match_substring_regex(column, _DECIMAL)) & is_short
            pointed = pc.replace_substring(column, ",", ".")
            values = _numbers(pc.if_else(pa.array(is_plain), pointed, "0"), pa.float64())
            is_single |= ~is_plain | (np.abs(values) > most)
            found.append(values + 0.0)  # no negative nought
        lat, lon = found
        # Where latitude and longitude may be swapped.
        is_single |= (lat > 4) & (lat < 17) & (lon > 45) & (lon < 57)
        return lat, lon

    def _times(self, texts: dict[str, Any], is_single: Array) -> Array:
        """The moment of each row: of each hour the first and the last second are understood."""
        count = len(is_single)
        column = self._column(texts, "when", count)
        is_time = pc.match_substring_regex(column, _TIME)
        is_single |= ~_mask(pc.or_(is_time, pc.equal(column, "")))
        shaped = pc.if_else(is_time, column, "0000-00-00T00:00")
        has_seconds = pc.match_substring_regex(shaped, _SECONDS)
        minute = _numbers(pc.utf8_slice_codeunits(shaped, 14, 16), pa.int64())
        second = _numbers(
            pc.if_else(has_seconds, pc.utf8_slice_codeunits(shaped, 17, 19), "0"), pa.int64()
        )
        zone = pc.if_else(
            has_seconds, pc.utf8_slice_codeunits(shaped, 19), pc.utf8_slice_codeunits(shaped, 16)
        )
        hour = pc.if_else(is_time, pc.utf8_slice_codeunits(shaped, 0, 13), "")
        exact = pc.if_else(has_seconds, "s", "m")
        codes, keys = _coded(pc.binary_join_element_wise(hour, exact, zone, "\n"))
        starts, is_known = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        for code, key in enumerate(keys):
            start = self._asked_once(("hour", key), partial(self._hour, *key.split("\n")))
            if start is not None:
                starts[code], is_known[code] = start, True
        is_single |= ~is_known[codes]
        at_us: Array = starts[codes] + (minute * 60 + second) * 1_000_000
        return at_us

    def _hour(self, hour: str, exact: str, zone: str) -> int | None:
        """When an hour begins, if all of its seconds follow each other; the default without one."""
        if not hour:
            return self._moment("")
        seconds = exact == "s"
        first = self._moment(f"{hour}:00{':00' if seconds else ''}{zone}")
        last = self._moment(f"{hour}:59{':59' if seconds else ''}{zone}")
        length_s = 3599 if seconds else 3540
        return first if first is not None and last == first + length_s * 1_000_000 else None

    def _moment(self, text: str) -> int | None:
        name = self._own["when"]
        when = self._rows.moment({name: text} if name else {})
        return None if when is None else microseconds(when)

    def _facts(self, texts: dict[str, Any], is_single: Array) -> tuple[Array, list[Incident]]:
        """What each row says in words, each combination of cells understood once."""
        code = np.zeros(len(is_single), np.int64)
        columns = []
        for name in self._words:
            own, known = _coded(texts[name])
            columns.append((own, known))
            code = code * len(known) + own
            if code.max(initial=0) > 1 << 40:
                code = np.unique(code, return_inverse=True)[1]
        _, first, combination = np.unique(code, return_index=True, return_inverse=True)
        templates: list[Incident] = []
        of_combination = np.zeros(len(first), np.int64)
        is_known = np.zeros(len(first), np.bool_)
        for at, row in enumerate(first.tolist()):
            cells = tuple(known[own[row]] for own, known in columns)
            incident = self._asked_once(("words", cells), partial(self._said, cells))
            if incident is not None:
                of_combination[at], is_known[at] = len(templates), True
                templates.append(incident)
        is_single |= ~is_known[combination]
        return of_combination[combination], templates

    def _said(self, cells: tuple[str, ...]) -> Incident | None:
        return self._rows.understood(dict(zip(self._words, cells, strict=True)))

    def _amount(self, texts: dict[str, Any], fact: str, is_single: Array) -> Array:
        """One amount of each row, each text understood once; NaN where the row says none."""
        if fact not in self._amounts:
            return np.full(len(is_single), np.nan)
        codes, known = _coded(texts[self._amounts[fact]])
        values, is_known = np.full(len(known), np.nan), np.ones(len(known), np.bool_)
        for code, text in enumerate(known):
            value, is_known[code] = self._asked_once(
                (fact, text), partial(self._rows.amount, fact, text)
            )
            if value is not None:
                values[code] = value
        is_single |= ~is_known[codes]
        return values[codes]

    def _asked_once(self, key: object, ask: Callable[[], T]) -> T:
        if key in self._known:
            known: T = self._known[key]
            return known
        found = ask()
        if not is_long(key):
            self._known[key] = found
        return found

    def _with_single(
        self, rows: UnderstoodRows, single: Sequence[int], record: Callable[[int], Row | Reject]
    ) -> UnderstoodRows:
        """Read the unusual rows one by one, and put them among the others or the rejects."""
        read: list[tuple[int, Row, ParsedRow]] = []
        is_left = np.ones(len(rows.numbers), np.bool_)
        for row in single:
            raw = record(row)
            parsed = raw if isinstance(raw, Reject) else self._rows.read(raw)
            if isinstance(parsed, ParsedRow):
                assert isinstance(raw, Row)  # noqa: S101 - no reject was ever understood
                rows.columns.put(row, parsed.incident)
                read.append((row, raw, parsed))
            else:
                rows.rejects.append(as_reject(raw, parsed))
                is_left[row] = False
        rows.ids = _replaced(rows.ids, [(row, parsed.id) for row, _, parsed in read])
        rows.ids = pc.if_else(pc.equal(rows.ids, ""), pa.scalar(None, pa.string()), rows.ids)
        for name in self._keep:
            own = [(row, text_of_kept(raw.values.get(name)) or "") for row, raw, _ in read]
            rows.kept[name] = _replaced(rows.kept[name], own)
        return rows if is_left.all() else rows.picked(np.flatnonzero(is_left))


def texts_of_rows(rows: Sequence[Row], names: Iterable[str], others: Iterable[str]) -> TextColumns:
    """The cells of rows that were read one by one, as they would stand in CSV.

    A row with a value that is no text or number, also among ``others``, is left to be read again.
    """
    is_single = np.zeros(len(rows), np.bool_)
    texts = {}
    for name in (*names, *others):
        found = [_text_of(row.values.get(name)) for row in rows]
        is_single |= np.array([text is None for text in found], np.bool_)
        texts[name] = pa.array([text or "" for text in found], pa.string())
    return TextColumns(texts, is_single)


def _text_of(value: Any) -> str | None:
    """One text or number as ``cell_values.text_of`` writes it; None for any other value."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value)
        text.encode()
    except ValueError:  # half a character, or a number of thousands of digits
        return None
    return None if isinstance(value, float) and not isfinite(value) else text


def _coded(texts: Any) -> tuple[Array, list[str]]:
    """Number texts, the same for the same text; and the texts by their numbers."""
    encoded = texts.dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _mask(booleans: Any) -> Array:
    return np.array(booleans.to_numpy(zero_copy_only=False))


def _numbers(texts: Any, kind: Any) -> Array:
    return np.array(pc.cast(texts, kind).to_numpy())


def _replaced(texts: Any, more: Sequence[tuple[int, str]]) -> Any:
    """Texts with others at some places."""
    if not more:
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[[at for at, _ in more]] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array([text for _, text in more]))
