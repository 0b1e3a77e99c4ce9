"""Many rows understood in columns; what is odd among them, row by row like everything else.

No word is understood here: ``rows.Rows`` is asked once for each combination of cells, each amount
and each hour, and for every row that it would refuse or that is written in an unusual way.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np

from ..intake import AMOUNTS, Refusal
from ..model import Incident
from ..records import Reject, Row
from . import cutting, layout
from .layout import Array
from .output import text_of_kept
from .rows import Rows, Taken, as_reject, is_long
from .sheet import More, Sheet, text_of_cell
from .understood import MISSING, Understood, microseconds

T = TypeVar("T")

_MOST_KEPT = 20_000
_OWN = ("lat", "lon", "when", "id")


class _Asked:
    """What the compiled parts are asked for in a block, all in one go."""

    def __init__(self, sheet: Sheet, at: "Blocks") -> None:
        count = sheet.count
        self.axes = {}
        for fact in ("lat", "lon"):
            self.axes[fact] = np.zeros(count), np.ones(count, np.int8)
            if (slot := at.slot_of(fact)) is not None:
                sheet.ask(cutting.decimals, slot, *self.axes[fact])
        self.hours, self.tails = np.full(count, -1), np.zeros(count, np.int64)
        self.seconds = np.zeros(count, np.int64)
        if (slot := at.slot_of("when")) is not None:
            sheet.ask(cutting.moments, slot, self.hours, self.tails, self.seconds, sheet.odd)
        if (slot := at.slot_of("id")) is not None:
            sheet.ask(cutting.find_edges, slot, sheet.odd)
        self.facts = sheet.ask_hashes(at.word_slots)
        self.amounts = {fact: sheet.ask_hashes(slots) for fact, slots in at.amounts.items()}
        self.special = {}
        for slot in at.copied:
            if slot is not None:
                self.special[slot] = np.zeros(count, np.bool_)
                sheet.ask(cutting.find_signs, slot, at.is_special, self.special[slot])
        sheet.work()


class Blocks:
    """Understands sheet after sheet; what was understood once is not asked again.

    ``escape`` writes a text as it stands in the output, and has the signs for which it must.
    """

    def __init__(
        self, rows: Rows, keep: Sequence[str], escape: tuple[Callable[[str], bytes], bytes]
    ) -> None:
        self._rows, self._keep = rows, keep
        self._escape, signs = escape
        self.is_special = np.isin(np.arange(256), np.frombuffer(signs, np.uint8))
        facts = dict(rows.facts)
        self._words = [column for fact, column in facts.items()
                       if fact not in AMOUNTS]  # fmt: skip
        amounts = {fact: facts[fact] for fact in AMOUNTS if fact in facts}
        self._own = {fact: rows.column(fact) for fact in _OWN}
        names = dict.fromkeys([*self._words, *amounts.values(), *keep,
                               *filter(None, self._own.values())])  # fmt: skip
        self._slot = {name: at for at, name in enumerate(names)}
        self.names = (*names,)
        """The columns whose cells a sheet must have, in the order of its slots."""
        self.word_slots = np.array([self._slot[name] for name in self._words], np.int64)
        self.amounts = {fact: np.array([self._slot[name]]) for fact, name in amounts.items()}
        self.copied = (self.slot_of("id"), *(self._slot[name] for name in keep))
        """Where the cells are that are copied; None: there is no id."""
        self._known: dict[object, Any] = {}

    def slot_of(self, fact: str) -> int | None:
        """Where the cells of place, time or id are, if the file has them."""
        name = self._own[fact]
        return None if name is None else self._slot[name]

    def read(self, sheet: Sheet) -> Understood:
        """Understand the rows of a sheet, in their order."""
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        asked = _Asked(sheet, self)
        lat, lon = self._positions(sheet, asked)
        at_us = self._times(sheet, asked)
        said, incidents = self._facts(sheet, asked)
        limits = {fact: self._limit(sheet, asked, fact) for fact in MISSING}
        begin, end = self._copied(sheet)
        found = Understood(
            numbers=sheet.numbers,
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
        return self._with_odd(found, sheet, asked)

    def _positions(self, sheet: Sheet, asked: _Asked) -> tuple[Array, Array]:
        found = []
        for fact, most in (("lat", 90.0), ("lon", 180.0)):
            values, states = asked.axes[fact]
            slot = self.slot_of(fact)
            if slot is not None:
                for row in np.flatnonzero((states == cutting.LONG) & ~sheet.odd).tolist():
                    values[row], states[row] = float(sheet.cell(row, slot).replace(b",", b".")), 0
            sheet.odd |= (states != cutting.PLAIN) | (np.abs(values) > most)
            found.append(values + 0.0)  # no negative nought
        lat, lon = found
        # Where latitude and longitude may be swapped.
        sheet.odd |= (lat > 4) & (lat < 17) & (lon > 45) & (lon < 57)
        return lat, lon

    def _times(self, sheet: Sheet, asked: _Asked) -> Array:
        """The moment of each row: of each hour the first and the last second are understood."""
        slot = self.slot_of("when")
        # Spread out and added up: two pairs hardly ever come to the same.
        tails, hours = asked.tails.view(np.uint64), asked.hours.view(np.uint64)
        hashes = tails * np.uint64(0x9E3779B97F4A7C15) + hours
        codes, firsts = cutting.alike_rows(np.stack([asked.hours, asked.tails], axis=1), hashes)
        starts, is_known = np.zeros(len(firsts), np.int64), np.zeros(len(firsts), np.bool_)
        for code, row in enumerate(firsts.tolist()):
            key = (int(asked.hours[row]), int(asked.tails[row]))
            if key[0] == cutting.NO_HOUR:
                continue
            if key not in self._known:
                text = b"" if slot is None else sheet.cell(row, slot)
                self._known[key] = self._hour(text_of_cell(text), key[1])
            if self._known[key] is not None:
                starts[code], is_known[code] = self._known[key], True
        sheet.odd |= ~is_known[codes]
        return starts[codes] + asked.seconds * 1_000_000

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
        return None if when is None else microseconds(when)

    def _facts(self, sheet: Sheet, asked: _Asked) -> tuple[Array, list[Incident]]:
        """What each row says in words, each combination of cells understood once."""
        codes, texts = sheet.combinations(self.word_slots, asked.facts)
        incidents: list[Incident] = []
        of_code, is_known = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
        for code, cells in enumerate(texts):
            said = dict(zip(self._words, map(text_of_cell, cells), strict=True))
            found = self._asked_once(cells, partial(self._rows.understood, said))
            if found is not None:
                of_code[code], is_known[code] = len(incidents), True
                incidents.append(found)
        sheet.odd |= ~is_known[codes]
        return of_code[codes], incidents

    def _limit(self, sheet: Sheet, asked: _Asked, fact: str) -> Array:
        """One amount of each row, each text understood once."""
        if fact not in self.amounts:
            return np.full(sheet.count, MISSING[fact])
        codes, texts = sheet.combinations(self.amounts[fact], asked.amounts[fact])
        values, is_known = np.full(len(texts), MISSING[fact]), np.ones(len(texts), np.bool_)
        for code, (text,) in enumerate(texts):
            value, is_known[code] = self._asked_once(
                (fact, text), partial(self._rows.amount, fact, text_of_cell(text))
            )
            if value is not None:
                values[code] = value
        sheet.odd |= ~is_known[codes]
        return values[codes]

    def _asked_once(self, key: object, ask: Callable[[], T]) -> T:
        if key in self._known:
            known: T = self._known[key]
            return known
        found = ask()
        if not is_long(key):
            self._known[key] = found
        return found

    def _copied(self, sheet: Sheet) -> tuple[Array, Array]:
        """Where the id and the copied cells of each row stand; empty where there is no id."""
        wide = (sheet.count, len(self.copied))
        begin, end = np.zeros(wide, np.int64), np.zeros(wide, np.int64)
        for at, slot in enumerate(self.copied):
            if slot is not None:
                begin[:, at] = sheet.cells[:, slot, 0]
                end[:, at] = sheet.cells[:, slot, 1]
        return begin, end

    def _with_odd(self, found: Understood, sheet: Sheet, asked: _Asked) -> Understood:
        """Read the odd rows one by one, and write down anew what cannot be copied as it is."""
        more = More(len(sheet.data))
        is_left = np.ones(sheet.count, np.bool_)
        for row in np.flatnonzero(sheet.odd).tolist():
            record, taken = self._singly(sheet.record(row))
            if isinstance(taken, Reject):
                found.rejects.append(taken)
                is_left[row] = False
                continue
            assert isinstance(record, Row)  # noqa: S101 - no reject was ever understood
            found.put(row, taken)
            kept = [text_of_kept(record.values.get(name)) or "" for name in self._keep]
            for at, text in enumerate((taken.id, *kept)):
                more.put(found.cells, row, at, self._escape(text))
        for at, slot in enumerate(self.copied):
            if slot is not None:
                for row in np.flatnonzero(asked.special[slot] & ~sheet.odd).tolist():
                    text = text_of_cell(sheet.cell(row, slot))
                    more.put(found.cells, row, at, self._escape(text))
        found.cells = more.joined(found.cells)
        return found if is_left.all() else found.picked(np.flatnonzero(is_left))

    def _singly(self, record: Row | Reject) -> tuple[Row | Reject, Taken | Reject]:
        if isinstance(record, Reject):
            return record, record
        taken = self._rows.read(record)
        return record, as_reject(record, taken) if isinstance(taken, Refusal) else taken
