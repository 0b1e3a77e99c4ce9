"""Blocks of CSV understood in columns; what is odd in them, row by row like everything else.

No word is understood here: ``rows.Rows`` is asked once for each combination of cells, each amount
and each hour, and for every row that it would refuse or that is written in an unusual way.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..intake import Refusal
from ..model import HEAVY_FROM_T, Incident, Place
from ..notation import place_at
from ..records import Block, Reject, Row
from ..records.csv_rows import CsvRows
from . import cutting, layout
from .compiled import EPOCH, Batch, CompiledEngine
from .layout import Array
from .offers import Shape
from .rows import AMOUNTS, WORDS, Rows, Taken, as_reject

_MOST_KEPT = 20_000
_MISSING = {"weight_t": -inf, "height_m": -inf, "clearance_m": inf}
_OWN = ("lat", "lon", "when", "id")


class Understood(Struct):
    """The rows of a block that are ranked, in columns, and those that are rejected."""

    numbers: Array
    lat: Array
    lon: Array
    uncertainty_km: Array
    at_us: Array
    limits: dict[str, Array]
    said: Array
    """For each row the number of what it says in ``incidents``."""
    incidents: list[Incident]
    """What rows say but for place, time and amounts; a row that was odd is here as a whole."""
    plain: int
    """So many of ``incidents`` are of rows that were not odd."""
    cells: layout.Cells
    rejects: list[Reject]

    @property
    def count(self) -> int:
        """How many rows there are to rank."""
        return len(self.numbers)

    def shapes(self, engine: CompiledEngine) -> tuple[Array, list[Shape]]:
        """Number the shape of each row, each combination of facts looked at once."""
        weight_t = self.limits["weight_t"]
        code = self.said * 3 + np.where(
            weight_t == -inf, 0, np.where(weight_t > HEAVY_FROM_T, 1, 2)
        )
        first = np.full(3 * len(self.incidents), -1)
        first[code[::-1]] = np.arange(self.count)[::-1]
        numbers: dict[int, int] = {}
        shapes: list[Shape] = []
        of_code = np.zeros(len(first), np.int32)
        for at in np.flatnonzero(first >= 0).tolist():
            shape = engine.shape_of(self.incident(int(first[at])))
            if id(shape) not in numbers:
                numbers[id(shape)] = len(shapes)
                shapes.append(shape)
            of_code[at] = numbers[id(shape)]
        return of_code[code], shapes

    def batch(self, shape: Array) -> Batch:
        """What the compiled engine asks for."""
        is_plain = np.array([not (one.wish or one.asked) for one in self.incidents], np.bool_)
        return Batch(
            lat=self.lat,
            lon=self.lon,
            uncertainty_km=self.uncertainty_km,
            at_us=self.at_us,
            shape=shape,
            is_plain=is_plain[self.said],
            **self.limits,
        )

    def incident(self, row: int, *, is_placed: bool = False) -> Incident:
        """Make one row an incident; its surroundings are only looked up if it is placed."""
        said = self.incidents[self.said[row]]
        if self.said[row] >= self.plain:
            return said
        lat, lon = float(self.lat[row]), float(self.lon[row])
        limits = {name: float(values[row]) for name, values in self.limits.items()}
        known = {name: value for name, value in limits.items() if abs(value) < inf}
        vehicle = replace(
            said.vehicle, weight_t=known.get("weight_t"), height_m=known.get("height_m")
        )
        return replace(
            said,
            place=place_at(lat, lon) if is_placed else Place(lat=lat, lon=lon),
            when=EPOCH + timedelta(microseconds=int(self.at_us[row])),
            vehicle=vehicle,
            clearance_m=known.get("clearance_m"),
        )


class Blocks:
    """Understands block after block; what was understood once is not asked again."""

    def __init__(
        self,
        source: CsvRows,
        rows: Rows,
        wanted: Sequence[str],
        keep: Sequence[str],
        escape: tuple[Any, bytes],
    ) -> None:
        self._source, self._rows, self._wanted = source, rows, wanted
        self._escape, signs = escape
        self._is_special = np.isin(np.arange(256), np.frombuffer(signs, np.uint8))
        facts = dict(rows.facts)
        self._amounts = {fact: facts[fact] for fact in AMOUNTS if fact in facts}
        self._words = [column for fact, column in facts.items() if fact not in (*AMOUNTS, *WORDS)]
        self._own = {fact: rows.column(fact) for fact in _OWN}
        self._keep = keep
        names = dict.fromkeys([*self._words, *self._amounts.values(), *keep,
                               *filter(None, self._own.values())])  # fmt: skip
        self._slot = {name: at for at, name in enumerate(names)}
        self._slots = np.full(len(source.columns), -1)
        for name, at in self._slot.items():
            self._slots[source.columns.index(name)] = at
        self._known: dict[object, Any] = {}

    def read(self, block: Block, engine: CompiledEngine) -> Understood:
        """Understand a block, its rows in their order."""
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        sheet = Sheet(block.data, self._source, self._slots, engine)
        lat, lon = self._positions(sheet)
        at_us = self._times(sheet)
        if (column := self._own["id"]) is not None:
            sheet.run(cutting.find_edges, self._slot[column], sheet.odd)
        said, incidents = self._facts(sheet)
        limits = {fact: self._limit(sheet, fact) for fact in _MISSING}
        begin, end = self._copied(sheet)
        found = Understood(
            numbers=block.begin.number + np.arange(sheet.count),
            lat=lat,
            lon=lon,
            uncertainty_km=np.zeros(sheet.count),
            at_us=at_us,
            limits=limits,
            said=said,
            incidents=incidents,
            plain=len(incidents),
            cells=layout.Cells(sheet.data, begin, end),
            rejects=[],
        )
        return self._with_odd(found, sheet, block)

    def _positions(self, sheet: "Sheet") -> tuple[Array, Array]:
        found = []
        for fact, most in (("lat", 90.0), ("lon", 180.0)):
            values, states = np.zeros(sheet.count), np.ones(sheet.count, np.int8)
            column = self._own[fact]
            if column is not None:
                slot = self._slot[column]
                sheet.run(cutting.decimals, slot, values, states)
                for row in np.flatnonzero((states == cutting.LONG) & ~sheet.odd).tolist():
                    values[row], states[row] = float(sheet.cell(row, slot).replace(b",", b".")), 0
            sheet.odd |= (states != cutting.PLAIN) | (np.abs(values) > most)
            found.append(values + 0.0)
        lat, lon = found
        # Where latitude and longitude may be swapped.
        sheet.odd |= (lat > 4) & (lat < 17) & (lon > 45) & (lon < 57)
        return lat, lon

    def _times(self, sheet: "Sheet") -> Array:
        """The moment of each row: of each hour the first and the last second are understood."""
        count, column = sheet.count, self._own["when"]
        hours, tails = np.full(count, -1), np.zeros(count, np.int64)
        seconds = np.zeros(count, np.int64)
        if column is not None:
            slot = self._slot[column]
            sheet.run(cutting.moments, slot, hours, tails, seconds, sheet.odd)
        codes, firsts = sheet.alike(lambda *args: cutting.number_pairs(hours, tails, *args))
        starts, known = np.zeros(len(firsts), np.int64), np.zeros(len(firsts), np.bool_)
        for code, row in enumerate(firsts.tolist()):
            if hours[row] == -2:
                continue
            key = (int(hours[row]), int(tails[row]))
            if key not in self._known:
                text = sheet.cell(row, self._slot[column]) if column is not None else b""
                self._known[key] = self._hour(_text(text), key[1])
            if self._known[key] is not None:
                starts[code], known[code] = self._known[key], True
        sheet.odd |= ~known[codes]
        return starts[codes] + seconds * 1_000_000

    def _hour(self, text: str, tail: int) -> int | None:
        """When the hour begins in which a time lies, if all of its seconds follow each other."""
        if not text:
            return self._moment("")
        while tail > 255:
            tail //= 256
        is_exact = tail % 2 == 1
        behind = text[19:] if is_exact else text[16:]
        first = self._moment(f"{text[:14]}00{':00' if is_exact else ''}{behind}")
        last = self._moment(f"{text[:14]}59{':59' if is_exact else ''}{behind}")
        length = 3599 if is_exact else 3540
        return first if first is not None and last == first + length * 1_000_000 else None

    def _moment(self, text: str) -> int | None:
        when = self._rows.moment({self._own["when"]: text} if self._own["when"] else {})
        return None if when is None else _microseconds(when)

    def _facts(self, sheet: "Sheet") -> tuple[Array, list[Incident]]:
        """What each row says in words, each combination of cells understood once."""
        codes, firsts, texts = sheet.combinations([self._slot[name] for name in self._words])
        incidents: list[Incident] = []
        of_code = np.zeros(len(firsts), np.int64)
        is_known = np.zeros(len(firsts), np.bool_)
        for code, cells in enumerate(texts):
            if cells not in self._known:
                self._known[cells] = self._rows.understood(
                    dict(zip(self._words, map(_text, cells), strict=True))
                )
            if (found := self._known[cells]) is not None:
                of_code[code], is_known[code] = len(incidents), True
                incidents.append(found)
        sheet.odd |= ~is_known[codes]
        return of_code[codes], incidents

    def _limit(self, sheet: "Sheet", fact: str) -> Array:
        """One amount of each row; it is understood together with the words of some row."""
        column = self._amounts.get(fact)
        if column is None:
            return np.full(sheet.count, _MISSING[fact])
        codes, firsts, texts = sheet.combinations([self._slot[column]])
        values, is_known = np.full(len(firsts), _MISSING[fact]), np.ones(len(firsts), np.bool_)
        for code, (row, (text,)) in enumerate(zip(firsts.tolist(), texts, strict=True)):
            key = (fact, text)
            if key not in self._known:
                cells = {name: _text(sheet.cell(row, self._slot[name])) for name in self._words}
                incident = self._rows.understood({**cells, column: _text(text)})
                if incident is None:
                    is_known[code] = False  # for this block: it may be another cell of that row
                    continue
                holder: Any = incident if fact == "clearance_m" else incident.vehicle
                self._known[key] = getattr(holder, fact)
            if (value := self._known[key]) is not None:
                values[code] = value
        sheet.odd |= ~is_known[codes]
        return values[codes]

    def _copied(self, sheet: "Sheet") -> tuple[Array, Array]:
        """Where the id and the copied cells of each row stand; empty where there is no id."""
        wide = (sheet.count, 1 + len(self._keep))
        begin, end = np.zeros(wide, np.int64), np.zeros(wide, np.int64)
        for at, name in enumerate((self._own["id"], *self._keep)):
            if name is not None:
                begin[:, at] = sheet.cells[:, self._slot[name], 0]
                end[:, at] = sheet.cells[:, self._slot[name], 1]
        return begin, end

    def _with_odd(self, found: Understood, sheet: "Sheet", block: Block) -> Understood:
        """Read the odd rows one by one, and write down anew what cannot be copied as it is."""
        more = _More(len(sheet.data))
        is_left = np.ones(sheet.count, np.bool_)
        for row in np.flatnonzero(sheet.odd).tolist():
            record, taken = self._singly(sheet, row, block)
            if isinstance(taken, Reject):
                found.rejects.append(taken)
                is_left[row] = False
                continue
            assert isinstance(record, Row)  # noqa: S101 - no reject was ever understood
            _put(found, row, taken)
            kept = [record.values.get(name) or "" for name in self._keep]
            for at, text in enumerate((taken.id, *kept)):
                more.put(found.cells, row, at, self._escape(text))
        plain = ~sheet.odd
        for at, name in enumerate((self._own["id"], *self._keep)):
            if name is None:
                continue
            is_special = np.zeros(sheet.count, np.bool_)
            sheet.run(cutting.find_signs, self._slot[name], self._is_special, is_special)
            for row in np.flatnonzero(is_special & plain).tolist():
                text = _text(sheet.cell(row, self._slot[name]))
                more.put(found.cells, row, at, self._escape(text))
        found.cells = more.joined(found.cells)
        return found if is_left.all() else _picked(found, np.flatnonzero(is_left))

    def _singly(
        self, sheet: "Sheet", row: int, block: Block
    ) -> tuple[Row | Reject, Taken | Reject]:
        mark = replace(block.begin, number=block.begin.number + row, line=block.begin.line + row)
        one = Block(sheet.line(row), mark)
        [chunk] = self._source.chunks_of(one, self._wanted)
        [record] = chunk.records
        if isinstance(record, Reject):
            return record, record
        taken = self._rows.read(record)
        return record, as_reject(record, taken) if isinstance(taken, Refusal) else taken


class Sheet:
    """The cells of a block, and which of its rows are odd."""

    def __init__(self, data: bytes, source: CsvRows, slots: Array, engine: CompiledEngine) -> None:
        self._raw, self._engine = data, engine
        self.data = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(self.data == 10)
        if not len(ends) or ends[-1] != len(data) - 1:
            ends = np.append(ends, len(data))
        self._ends = ends
        self._starts = np.concatenate([[0], ends[:-1] + 1])
        self.count = len(ends)
        self.cells = np.zeros((self.count, int(slots.max(initial=-1)) + 1, 2), np.int32)
        self.odd, high = np.zeros(self.count, np.bool_), np.zeros(self.count, np.bool_)
        engine.share(self.count, lambda begin, end: cutting.cut(
            self.data, self._starts, ends, ord(source.delimiter), slots, begin, end,
            self.cells, self.odd, high,
        ))  # fmt: skip
        if high.any() and not _is_utf8(data):
            self.odd |= high

    def run(self, kernel: Any, slot: int, *columns: Array) -> None:
        """Let a compiled part work through one column of cells."""
        self._engine.share(self.count, lambda begin, end: kernel(
            self.data, self.cells, slot, begin, end, *columns
        ))  # fmt: skip

    def cell(self, row: int, slot: int) -> bytes:
        """What stands in a cell."""
        begin, end = self.cells[row, slot]
        return self._raw[begin:end]

    def line(self, row: int) -> bytes:
        """A line with its end."""
        return self._raw[self._starts[row] : self._ends[row] + 1]

    def alike(self, number: Any) -> tuple[Array, Array]:
        """Number rows: the number of each, and for each number its first row."""
        table = np.full(1 << (2 * self.count).bit_length(), -1, np.int32)
        codes, firsts = np.empty(self.count, np.int64), np.empty(self.count, np.int64)
        count = number(table, codes, firsts)
        return codes, firsts[:count]

    def combinations(self, slots: list[int]) -> tuple[Array, Array, list[tuple[bytes, ...]]]:
        """Number rows by what stands in some cells; for each number its first row and its cells."""
        slots_of = np.array(slots, np.int64)
        hashes = np.empty(self.count, np.uint64)
        self._engine.share(self.count, lambda begin, end: cutting.blends(
            self.data, self.cells, slots_of, begin, end, hashes
        ))  # fmt: skip
        codes, firsts = self.alike(lambda *args: cutting.number_alike(
            self.data, self.cells, slots_of, hashes, *args
        ))  # fmt: skip
        return codes, firsts, [tuple(self.cell(row, slot) for slot in slots) for row in firsts]


class _More:
    """Cells that stand nowhere in the block as they are to be written."""

    def __init__(self, begin: int) -> None:
        self._at, self._texts = begin, list[bytes]()

    def put(self, cells: layout.Cells, row: int, column: int, text: bytes) -> None:
        self._texts.append(text)
        cells.begin[row, column], cells.end[row, column] = self._at, self._at + len(text)
        self._at += len(text)

    def joined(self, cells: layout.Cells) -> layout.Cells:
        if not self._texts:
            return cells
        more = np.frombuffer(b"".join(self._texts), np.uint8)
        return cells._replace(text=np.concatenate([cells.text, more]))


def _put(found: Understood, row: int, taken: Taken) -> None:
    """Put a row that was read by itself among the others."""
    incident, place = taken.incident, taken.incident.place
    found.lat[row], found.lon[row] = place.lat, place.lon
    found.uncertainty_km[row] = place.uncertainty_km
    found.at_us[row] = _microseconds(incident.when)
    for name, missing in _MISSING.items():
        holder: Any = incident if name == "clearance_m" else incident.vehicle
        value = getattr(holder, name)
        found.limits[name][row] = missing if value is None else value
    found.said[row] = len(found.incidents)
    found.incidents.append(incident)


def _picked(found: Understood, rows: Array) -> Understood:
    """Only some of the rows."""
    cells = found.cells
    return replace(
        found,
        numbers=found.numbers[rows],
        lat=found.lat[rows],
        lon=found.lon[rows],
        uncertainty_km=found.uncertainty_km[rows],
        at_us=found.at_us[rows],
        limits={name: values[rows] for name, values in found.limits.items()},
        said=found.said[rows],
        cells=cells._replace(begin=cells.begin[rows], end=cells.end[rows]),
    )


def _text(cell: bytes) -> str:
    return cell.decode(errors="replace")  # what is no UTF-8 is odd, whatever comes of it here


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _microseconds(when: datetime) -> int:
    return (when - EPOCH) // timedelta(microseconds=1)
