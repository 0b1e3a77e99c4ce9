"""Turn a row of a file into an incident, or into the reason of its reject."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ... import incident_ranking, notation, plans
from ...errors import UsageError
from ...intake import AMOUNTS, IncidentReader, RawIncident, RejectedFact, read_when
from ...messages import Message, joined, marked
from ...model import Incident, Place
from ...model.incident import NO_POSITION_YET
from ...records.values import Reject, Row
from ...results.cascade_answer import EmergencyCall
from .cell_values import parse_count, parse_flag, parse_ids, text_of
from .column_mapping import ColumnMapping
from .kind_mapping import KindMapping

if TYPE_CHECKING:
    from ...catalog import Catalog

T = TypeVar("T")

_NOT_CACHED: Any = object()

REASONS = (
    "too_long",
    "encoding",
    "nul_byte",
    "empty",
    "open_quote",
    "ragged",
    "bad_csv",
    "bad_json",
    "bad_cell",
    "no_kind",
    "unknown_kind",
    "no_place",
    "bad_position",
    "unknown_place",
    "bad_time",
    "time_twice",
    "time_never",
    "bad_number",
    "bad_flag",
    "unknown_word",
    "unknown_client",
    "unknown_provider",
)
"""The reasons of rejects; docs/batch.md explains each."""

_COUNTS = frozenset({"injured", "persons", "children", "pets"})
_FLAGS = frozenset({"ev", "trailer", "trapped"})
_UNUSED_FACTS = ("brand", "where", "language", "note")
"""Facts that neither a plan nor a built-in gate reads: their cells are checked and dropped."""
_HALF_A_POSITION = marked(
    "one half of the position is 0, as in a file that has 0 for an empty cell"
)
_LONGEST_KEY = 300
"""Characters. Longer texts are not cached, because few rows can share them."""
_CACHE_SIZE = 20_000
"""Entries in one cache; a full cache is cleared."""


class ParsedRow(Struct, frozen=True, gc=False):
    """A valid row: its incident, the emergency numbers to call, and its id."""

    incident: Incident
    emergency: tuple[EmergencyCall, ...]
    id: str


class BatchDefaults(Struct, frozen=True, kw_only=True):
    """The settings for all rows of a batch.

    ``texts`` has the text of a fact for rows whose cell is empty, ``gate_facts`` the facts that
    gates read; ``timezone`` is that of times without an offset.
    """

    columns: ColumnMapping
    texts: Mapping[str, str]
    kinds: KindMapping
    timezone: str
    now: datetime
    locate: Callable[[str], Place]
    gate_facts: frozenset[str] = frozenset()


class RowReader:
    """Parse rows into incidents; caches parsed cells.

    ``facts`` has the facts that plans or gates read, each with its column, without place, time and
    id; ``columns`` has the columns of place, time and id, or None.
    """

    def __init__(self, catalog: "Catalog", defaults: BatchDefaults) -> None:
        self._catalog, self._defaults = catalog, defaults
        by_fact = defaults.columns.by_fact
        apart = ("id", "lat", "lon", "at", "when")
        others = [(fact, column) for fact, column in by_fact.items() if fact not in apart]
        unused = [fact for fact in _UNUSED_FACTS if fact not in defaults.gate_facts]
        self.facts = [(fact, column) for fact, column in others if fact not in unused]
        self.columns = {fact: by_fact.get(fact) for fact in apart}
        self._unused_columns = [column for fact, column in others if fact in unused]
        self._by_cells: dict[tuple[object, ...], tuple[Incident, tuple[EmergencyCall, ...]]] = {}
        self._by_words: dict[tuple[tuple[str, str], ...], Incident | None] = {}
        self._amounts: dict[tuple[str, str], tuple[float | None, bool]] = {}
        self._places: dict[tuple[object, ...], Place] = {}
        self._times: dict[str | None, datetime] = {}

    def read(self, row: Row) -> ParsedRow | RejectedFact:
        """Parse one row, or return its first problem."""
        reading = IncidentReader()
        values = row.values
        found = reading.attempt("bad_cell", lambda: self._read_facts(values, reading))
        if found is None or reading.rejected:
            return reading.rejected[0]
        place = reading.attempt("bad_cell", lambda: self._read_place(values, reading))
        if place is None or reading.rejected:
            return reading.rejected[0]
        when_text = reading.attempt("bad_cell", lambda: self._text(values, "when"))
        when = reading.attempt("bad_time", lambda: self._read_when(when_text))
        name = reading.attempt("bad_cell", lambda: self._text(values, "id") or "")
        if when is None or name is None or reading.rejected:
            return reading.rejected[0]
        incident, calls = found
        incident = replace(incident, place=place, when=when, number=row.number)
        return ParsedRow(incident, calls, name)

    def read_incident(self, values: Mapping[str, Any]) -> Incident | None:
        """Read all facts but place and time; None if ``read`` would reject them."""
        reading = IncidentReader()
        found = reading.attempt("bad_cell", lambda: self._read_facts(values, reading))
        return None if found is None or reading.rejected else found[0]

    def read_amount(self, fact: str, cell: str) -> tuple[float | None, bool]:
        """Return an amount, None if the cell is empty, and whether the cell is valid."""
        reading = IncidentReader()
        return reading.amount(fact, text_of(cell)), not reading.rejected

    def read_time(self, values: Mapping[str, Any]) -> datetime | None:
        """Read the time of a row; None if ``read`` would reject it."""
        return IncidentReader().attempt(
            "bad_time", lambda: self._read_when(self._text(values, "when"))
        )

    def check_defaults(self) -> None:
        """Check the values that options set for all rows; raises UsageError with all problems."""
        texts = self._defaults.texts
        facts: dict[str, Any] = {"kind": "tow", **texts}
        facts.pop("when", None)
        reading = IncidentReader()
        incident = reading.incident(RawIncident(**facts), self._catalog.rules)
        if "when" in texts:
            reading.attempt("", lambda: self._read_when(None))
        if reading.rejected:
            raise UsageError(*(each.error.problems[0] for each in reading.rejected))
        incident_ranking.check_names(self._catalog, incident)

    def _read_facts(
        self, values: Mapping[str, Any], reading: IncidentReader
    ) -> tuple[Incident, tuple[EmergencyCall, ...]] | None:
        """Read all facts but place and time; many rows share them."""
        for column in self._unused_columns:
            text_of(values.get(column))
        key = tuple(
            text_of(values.get(column), flag=fact in _FLAGS, list_=fact == "asked")
            for fact, column in self.facts
        )
        found = self._by_cells.get(key)
        if found is None:
            texts = {fact: text for (fact, _), text in zip(self.facts, key, strict=True) if text}
            if "kind" in texts:
                texts["kind"] = self._defaults.kinds.kind_of(texts["kind"])
            incident = self._incident_from_cache(texts)
            if incident is None:
                incident = self._incident({**self._defaults.texts, **texts}, reading)
            if incident is None or reading.rejected:
                return None
            found = incident, plans.emergency_calls(incident, self._catalog.rules)
            _put(self._by_cells, key, found)
        return found

    def _incident_from_cache(self, texts: Mapping[str, str]) -> Incident | None:
        """Read words and amounts with a cache for each; None if any of them is invalid.

        A file may have many weights with few words, and looking up a kind is slow.
        """
        words = tuple((fact, text) for fact, text in texts.items() if fact not in AMOUNTS)
        # Another thread may clear the cache in between.
        incident: Incident | None = self._by_words.get(words, _NOT_CACHED)
        if incident is _NOT_CACHED:
            reading = IncidentReader()
            incident = self._incident({**self._defaults.texts, **dict(words)}, reading)
            incident = None if reading.rejected else incident
            _put(self._by_words, words, incident)
        amounts = {}
        for fact in texts.keys() & AMOUNTS.keys():
            key = (fact, texts[fact])
            amount = self._amounts.get(key)
            if amount is None:
                _put(self._amounts, key, amount := self.read_amount(*key))
            amounts[fact], is_valid = amount
            if not is_valid:
                return None
        if incident is None or not amounts:
            return incident
        clearance_m = amounts.pop("clearance_m", incident.clearance_m)
        vehicle = replace(incident.vehicle, **amounts)
        return replace(incident, vehicle=vehicle, clearance_m=clearance_m)

    def _incident(self, texts: Mapping[str, str], reading: IncidentReader) -> Incident | None:
        facts: dict[str, Any] = {
            name: texts[name] for name in RawIncident.__struct_fields__ if name in texts
        }
        if "kind" not in facts:
            return reading.attempt("no_kind", lambda: _refuse(Message("the row has no kind")))
        for name in sorted(facts.keys() & _COUNTS):
            facts[name] = reading.attempt("bad_number", partial(parse_count, facts[name], name))
        for name in sorted(facts.keys() & _FLAGS):
            facts[name] = reading.attempt("bad_flag", partial(parse_flag, facts[name], name))
        if "asked" in facts:
            facts["asked"] = parse_ids(facts["asked"])
        if reading.rejected:
            return None
        incident = reading.incident(RawIncident(**facts), self._catalog.rules)
        if not reading.rejected:
            no_ids = replace(incident, wish=None, asked=())
            reading.attempt(
                "unknown_client", lambda: incident_ranking.check_names(self._catalog, no_ids)
            )
        if not reading.rejected:
            reading.attempt(
                "unknown_provider", lambda: incident_ranking.check_names(self._catalog, incident)
            )
        return incident

    def _read_place(self, values: Mapping[str, Any], reading: IncidentReader) -> Place | None:
        lat, lon = self._cell(values, "lat"), self._cell(values, "lon")
        at = None
        if lat is None and lon is None:
            at = self._text(values, "at")
        key = (lat, lon, at)
        place = self._places.get(key)
        if place is None:
            if at is not None:
                text = at
                place = reading.attempt("unknown_place", lambda: self._defaults.locate(text))
            elif lat is None and lon is None:
                place = reading.attempt(
                    "no_place", lambda: _refuse(Message("the row has no place"))
                )
            else:
                place = reading.attempt("bad_position", lambda: position_of(lat, lon))
            if place is not None and 0 in (place.lat, place.lon):
                finding = NO_POSITION_YET if place.is_null_island else _HALF_A_POSITION
                place = reading.attempt("bad_position", lambda: _refuse(finding))
            if place is not None:
                _put(self._places, key, place)
        return place

    def _read_when(self, cell: str | None) -> datetime:
        """Read a time; a cell needs a date, because otherwise its day depends on the run."""
        defaults = self._defaults
        when = self._times.get(cell)
        if when is None:
            when = read_when(
                cell or defaults.texts.get("when"),
                defaults.now,
                defaults.timezone,
                self._catalog.rules.settings.timezone,
                needs_date=cell is not None,
            )
            _put(self._times, cell, when)
        return when

    def _cell(self, values: Mapping[str, Any], fact: str) -> str | float | None:
        """Return a number as a float, any other value as text."""
        column = self.columns[fact] or ""
        value = values.get(column)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6:
            return float(value)
        return text_of(value)

    def _text(self, values: Mapping[str, Any], fact: str) -> str | None:
        column = self.columns[fact]
        if column is None:
            return None
        parts = self._defaults.columns.joined.get(column)
        if parts is None:
            return text_of(values.get(column))
        return " ".join(filter(None, (text_of(values.get(part)) for part in parts))) or None


def position_of(lat: str | float | None, lon: str | float | None) -> Place:
    """Read latitude and longitude, with decimal points or commas; raises UsageError."""
    if lat is None or lon is None:
        raise UsageError("lat is empty" if lat is None else "lon is empty")
    if isinstance(lat, float) and isinstance(lon, float):
        try:
            return notation.place_at(lat, lon)
        except ValueError as error:
            raise UsageError(
                "position {lat}, {lon}: {error}", lat=lat, lon=lon, error=error
            ) from None
    first, second = _with_decimal_point(str(lat)), _with_decimal_point(str(lon))
    # Between whole numbers a comma would be read as a decimal comma.
    separator = "," if "." in first and "." in second else ";"
    return notation.parse_place(f"{first}{separator}{second}")


def _with_decimal_point(text: str) -> str:
    return text if "." in text else text.replace(",", ".")


def _refuse(template: Message | str) -> Any:
    raise UsageError(template)


def _put(cache: dict[Any, T], key: object, value: T) -> None:
    """Put a value into a bounded cache, unless its key is long."""
    if is_long(key):
        return
    if len(cache) >= _CACHE_SIZE:
        cache.clear()
    cache[key] = value


def is_long(key: object) -> bool:
    """Return whether a cache key contains a text over 300 characters."""
    if isinstance(key, tuple):
        return any(map(is_long, key))
    return isinstance(key, str | bytes) and len(key) > _LONGEST_KEY


def as_reject(record: Row | Reject, found: Reject | RejectedFact | ParsedRow) -> Reject:
    """Make the reject of a record, with its first problem."""
    if isinstance(record, Reject):
        return record
    assert isinstance(found, RejectedFact)  # noqa: S101 - a parsed row is not rejected
    detail = joined(problem.sentence for problem in found.error.problems)
    kind = getattr(found.error, "word", "")
    return Reject(record.number, record.line, found.reason, detail, record.raw, unknown_kind=kind)
