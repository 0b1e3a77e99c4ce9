"""Turn a row of a file into an incident, or into the reason why it is rejected."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ... import desk, notation, plans
from ...errors import UsageError
from ...intake import AMOUNTS, Reading, Refusal, Said, read_when
from ...model import Incident, Place
from ...records.values import Reject, Row
from ...results import EmergencyCall
from .cell_values import parse_count, parse_flag, parse_ids, text_of
from .column_mapping import Columns
from .kind_mapping import Kinds

if TYPE_CHECKING:
    from ...catalog import Catalog

T = TypeVar("T")

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
"""Why a row is rejected; docs/batch.md explains each."""

_COUNTS = frozenset({"injured", "persons", "children", "pets"})
_FLAGS = frozenset({"ev", "trailer", "trapped"})
_UNUSED_FACTS = ("brand", "where", "language", "note")
"""Facts that neither a plan nor a built-in gate reads: their cells are checked and dropped."""
_LONGEST_KEPT = 300
_MOST_KEPT = 20_000
"""So many cells are kept with their meaning; then all are dropped and read again."""


class ParsedRow(Struct, frozen=True, gc=False):
    """A row that was understood: the incident, the emergency numbers, and the row's id."""

    incident: Incident
    emergency: tuple[EmergencyCall, ...]
    id: str


class BatchDefaults(Struct, frozen=True, kw_only=True):
    """What holds for all rows of a batch.

    ``defaults`` are the facts of rows whose cell is empty; ``gate_facts`` those that gates read.
    """

    columns: Columns
    defaults: Mapping[str, str]
    kinds: Kinds
    timezone: str
    now: datetime
    locate: Callable[[str], Place]
    gate_facts: frozenset[str] = frozenset()


class RowReader:
    """Understands rows; cells that were read once are not read again."""

    def __init__(self, catalog: "Catalog", given: BatchDefaults) -> None:
        self._catalog, self._given = catalog, given
        by_fact = given.columns.by_fact
        own = ("id", "lat", "lon", "at", "when")
        said = [(fact, column) for fact, column in by_fact.items() if fact not in own]
        unused = [fact for fact in _UNUSED_FACTS if fact not in given.gate_facts]
        self._facts = [(fact, column) for fact, column in said if fact not in unused]
        self._words = [column for fact, column in said if fact in unused]
        self._own = {fact: by_fact.get(fact) for fact in own}
        self._alike: dict[tuple[object, ...], tuple[Incident, tuple[EmergencyCall, ...]]] = {}
        self._worded: dict[tuple[tuple[str, str], ...], Incident | None] = {}
        self._amounts: dict[tuple[str, str], tuple[float | None, bool]] = {}
        self._places: dict[tuple[object, ...], Place] = {}
        self._times: dict[str | None, datetime] = {}

    def read(self, row: Row) -> ParsedRow | Refusal:
        """Understand one row, or return the first thing that is wrong with it."""
        reading = Reading()
        values = row.values
        alike = reading.attempt("bad_cell", lambda: self._read_facts(values, reading))
        if alike is None or reading.refusals:
            return reading.refusals[0]
        place = reading.attempt("bad_cell", lambda: self._read_place(values, reading))
        if place is None or reading.refusals:
            return reading.refusals[0]
        said_when = reading.attempt("bad_cell", lambda: self._text(values, "when"))
        when = reading.attempt("bad_time", lambda: self._read_when(said_when))
        name = reading.attempt("bad_cell", lambda: self._text(values, "id") or "")
        if when is None or name is None or reading.refusals:
            return reading.refusals[0]
        incident, calls = alike
        return ParsedRow(replace(incident, place=place, when=when), calls, name)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The facts of the file that plans or gates read, and the column of each.

        Place, time and id are not among them.
        """
        return self._facts

    def column(self, fact: str) -> str | None:
        """The column of the id, of a part of the place, or of the time."""
        return self._own[fact]

    def understood(self, values: Mapping[str, Any]) -> Incident | None:
        """Read everything but place and time; None where ``read`` would refuse it."""
        reading = Reading()
        found = reading.attempt("bad_cell", lambda: self._read_facts(values, reading))
        return None if found is None or reading.refusals else found[0]

    def amount(self, fact: str, cell: str) -> tuple[float | None, bool]:
        """One of ``intake.AMOUNTS``, None where the cell says nothing; False if it is refused."""
        reading = Reading()
        return reading.amount(fact, text_of(cell)), not reading.refusals

    def moment(self, values: Mapping[str, Any]) -> datetime | None:
        """Read the time of a row; None where ``read`` would refuse it."""
        return Reading().attempt("bad_time", lambda: self._read_when(self._text(values, "when")))

    def check_defaults(self) -> None:
        """Refuse an option for all rows that cannot be understood; raises UsageError."""
        defaults = self._given.defaults
        said: dict[str, Any] = {"kind": "tow", **defaults}
        said.pop("when", None)
        reading = Reading()
        incident = reading.incident(Said(**said), self._catalog.rules.plans)
        if "when" in defaults:
            reading.attempt("", lambda: self._read_when(None))
        if reading.refusals:
            raise UsageError(*(each.error.problems[0] for each in reading.refusals))
        desk.check_names(self._catalog, incident)

    def _read_facts(
        self, values: Mapping[str, Any], reading: Reading
    ) -> tuple[Incident, tuple[EmergencyCall, ...]] | None:
        """Read everything but place and time, which is the same in many rows."""
        for column in self._words:
            text_of(values.get(column))
        key = tuple(
            text_of(values.get(column), flag=fact in _FLAGS, list_=fact == "asked")
            for fact, column in self._facts
        )
        found = self._alike.get(key)
        if found is None:
            said = {fact: text for (fact, _), text in zip(self._facts, key, strict=True) if text}
            if "kind" in said:
                said["kind"] = self._given.kinds.of(said["kind"])
            incident = self._of_parts(said)
            if incident is None:
                incident = self._incident({**self._given.defaults, **said}, reading)
            if incident is None or reading.refusals:
                return None
            found = incident, plans.emergency_calls(incident, self._catalog.rules)
            _remember(self._alike, key, found)
        return found

    def _of_parts(self, said: Mapping[str, str]) -> Incident | None:
        """Read the same from words and amounts, each kept; None where any is refused.

        A file has many weights, and finding a kind takes long.
        """
        words = tuple((fact, text) for fact, text in said.items() if fact not in AMOUNTS)
        if words in self._worded:
            incident = self._worded[words]
        else:
            reading = Reading()
            incident = self._incident({**self._given.defaults, **dict(words)}, reading)
            incident = None if reading.refusals else incident
            _remember(self._worded, words, incident)
        amounts = {}
        for fact in said.keys() & AMOUNTS.keys():
            key = (fact, said[fact])
            amount = self._amounts.get(key)
            if amount is None:
                _remember(self._amounts, key, amount := self.amount(*key))
            amounts[fact], is_sound = amount
            if not is_sound:
                return None
        if incident is None or not amounts:
            return incident
        clearance_m = amounts.pop("clearance_m", incident.clearance_m)
        vehicle = replace(incident.vehicle, **amounts)
        return replace(incident, vehicle=vehicle, clearance_m=clearance_m)

    def _incident(self, said: Mapping[str, str], reading: Reading) -> Incident | None:
        facts: dict[str, Any] = {
            name: said[name] for name in Said.__struct_fields__ if name in said
        }
        if "kind" not in facts:
            return reading.attempt("no_kind", lambda: _refuse("nothing says what happened"))
        for name in sorted(facts.keys() & _COUNTS):
            facts[name] = reading.attempt("bad_number", partial(parse_count, facts[name], name))
        for name in sorted(facts.keys() & _FLAGS):
            facts[name] = reading.attempt("bad_flag", partial(parse_flag, facts[name], name))
        if "asked" in facts:
            facts["asked"] = parse_ids(facts["asked"])
        if reading.refusals:
            return None
        incident = reading.incident(Said(**facts), self._catalog.rules.plans)
        if not reading.refusals:
            nobody = replace(incident, wish=None, asked=())
            reading.attempt("unknown_client", lambda: desk.check_names(self._catalog, nobody))
        if not reading.refusals:
            reading.attempt("unknown_provider", lambda: desk.check_names(self._catalog, incident))
        return incident

    def _read_place(self, values: Mapping[str, Any], reading: Reading) -> Place | None:
        lat, lon = self._cell(values, "lat"), self._cell(values, "lon")
        at = None
        if lat is None and lon is None:
            at = self._text(values, "at")
        key = (lat, lon, at)
        place = self._places.get(key)
        if place is None:
            if at is not None:
                text = at
                place = reading.attempt("unknown_place", lambda: self._given.locate(text))
            elif lat is None and lon is None:
                place = reading.attempt("no_place", lambda: _refuse("nothing says where"))
            else:
                place = reading.attempt("bad_position", lambda: position_of(lat, lon))
            if place is not None:
                _remember(self._places, key, place)
        return place

    def _read_when(self, said: str | None) -> datetime:
        given = self._given
        text = said or given.defaults.get("when")
        when = self._times.get(text)
        if when is None:
            shown_in = self._catalog.rules.settings.timezone
            when = read_when(text, given.now, given.timezone, shown_in)
            _remember(self._times, text, when)
        return when

    def _cell(self, values: Mapping[str, Any], fact: str) -> str | float | None:
        """Return a number as it is, anything else as text."""
        value = values.get(self._own[fact] or "")
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6:
            return float(value)
        return text_of(value)

    def _text(self, values: Mapping[str, Any], fact: str) -> str | None:
        column = self._own[fact]
        return None if column is None else text_of(values.get(column))


def position_of(lat: str | float | None, lon: str | float | None) -> Place:
    """Read two cells as a position, with decimal points or commas; raises UsageError."""
    if lat is None or lon is None:
        raise UsageError(f"{'lat' if lat is None else 'lon'} is missing")
    if isinstance(lat, float) and isinstance(lon, float):
        try:
            return notation.place_at(lat, lon)
        except ValueError as error:
            raise UsageError(f"position {lat}, {lon}: {error}") from None
    first, second = _pointed(str(lat)), _pointed(str(lon))
    # A comma between whole numbers would be read as a decimal one.
    separator = "," if "." in first and "." in second else ";"
    return notation.parse_place(f"{first}{separator}{second}")


def _pointed(text: str) -> str:
    return text if "." in text else text.replace(",", ".")


def _refuse(text: str) -> Any:
    raise UsageError(text)


def _remember(known: dict[Any, T], key: object, value: T) -> None:
    """Keep what some cells mean, unless they are so long that few rows can have the same."""
    if is_long(key):
        return
    if len(known) >= _MOST_KEPT:
        known.clear()
    known[key] = value


def is_long(key: object) -> bool:
    """Whether any text in a key is too long to be kept twenty thousand times."""
    if isinstance(key, tuple):
        return any(map(is_long, key))
    return isinstance(key, str | bytes) and len(key) > _LONGEST_KEPT


def as_reject(record: Row | Reject, found: Reject | Refusal | ParsedRow) -> Reject:
    """Make the reject of a record, with the first thing that is wrong with it."""
    if isinstance(record, Reject):
        return record
    assert isinstance(found, Refusal)  # noqa: S101 - a parsed row is not rejected
    text = "; ".join(str(problem) for problem in found.error.problems)
    return Reject(record.number, record.line, found.reason, text, record.raw)
