"""Find the columns of facts by the usual names of other programs' files."""

import re
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from ...intake import RawIncident
from ...messages import Message
from ...model.words import fold

FACTS = ("id", "kind", "lat", "lon", "at", "when", *RawIncident.__struct_fields__[1:])
"""Every fact that a column can have; ``at`` is any place that ``--at`` accepts."""

JOINT = "+"
"""The character between columns whose cells are joined into one fact: ``when=Datum+Uhrzeit``."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "nr", "no", "nummer", "number", "einsatznummer", "einsatznr", "vorgangsnummer",
        "auftragsnummer", "incidentid", "incidentnumber", "incidentnr", "caseid", "callid",
        "objectid", "uuid",
    ),
    "kind": (
        "kind", "title", "titel", "stichwort", "einsatzstichwort", "alarmstichwort", "einsatzart",
        "einsatzgrund", "pannenart", "schadensart", "ereignis", "meldebild", "type", "typ",
        "incidenttype", "calltype", "category", "kategorie", "problem",
    ),
    "lat": (
        "lat", "latitude", "breite", "breitengrad", "geobreite", "geolat", "gpslat", "latwgs84",
        "wgs84lat", "ygcswgs84", "ywgs84", "wgs84y",
    ),
    "lon": (
        "lon", "lng", "long", "longitude", "laenge", "laengengrad", "geolaenge", "geolon", "geolng",
        "gpslon", "gpslng", "lonwgs84", "wgs84lon", "xgcswgs84", "xwgs84", "wgs84x",
    ),
    "at": (
        "at", "einsatzort", "adresse", "address", "anschrift", "location", "place", "standort",
        "ort", "plz", "postleitzahl", "postcode", "zip", "zipcode",
    ),
    "when": (
        "when", "datetime", "dateandtime", "timestamp", "zeitstempel", "zeitpunkt", "datumzeit",
        "datumuhrzeit", "einsatzzeit", "alarmzeit", "einsatzbeginn", "eingang", "anrufzeit",
        "createdat", "calltime", "time", "zeit", "date", "datum",
    ),
    "client": ("client", "auftraggeber", "mandant", "club", "automobilclub"),
    "vehicle": ("vehicle", "fahrzeug", "fahrzeugart", "fahrzeugklasse", "vehicletype"),
    "weight_t": ("weightt", "gewichtt", "gewichttonnen", "weighttonnes"),
    "height_m": ("heightm", "hoehem"),
    "injured": ("injured", "verletzte"),
    "brand": ("brand", "marke", "fabrikat", "make"),
}  # fmt: skip
"""The usual names in lower case, without blanks, punctuation and umlauts."""

_OF_AN_INCIDENT = ("", "einsatz", "alarm", "anruf", "start", "beginn", "call", "incident")
_DAYS = frozenset({"tag", *(f"{of}{day}" for of in _OF_AN_INCIDENT for day in ("date", "datum"))})
_CLOCKS = frozenset(
    f"{of}{clock}" for of in _OF_AN_INCIDENT for clock in ("time", "zeit", "uhrzeit")
)
"""Times of day beside a column of days; alone, one of ``_NAMES`` may hold a whole moment."""
_ALL_NAMES = frozenset({*_DAYS, *_CLOCKS, *(name for names in _NAMES.values() for name in names)})
_LONGEST = 40
"""Characters of a usual name, with blanks and signs."""


class FoundColumn(Struct, frozen=True):
    """The column that was found for a fact, and why."""

    fact: str
    column: str
    why: Message | str


class ColumnSearch(Struct, frozen=True):
    """The column found for each fact, and the facts with several fitting columns."""

    found: tuple[FoundColumn, ...]
    ambiguous: Mapping[str, tuple[str, ...]]

    @property
    def by_fact(self) -> dict[str, str]:
        """The column of each fact."""
        return {each.fact: each.column for each in self.found}


def search_columns(columns: Sequence[str], named: Mapping[str, str]) -> ColumnSearch:
    """Find the column of each fact: by ``--columns``, by the fact's name, or by a usual name.

    A usual name counts only if exactly one column has one. A column with date and time counts
    before those with one of them, and "Datum" and "Uhrzeit" are joined. A place is looked for only
    where latitude and longitude are not found.
    """
    found: dict[str, FoundColumn] = {}
    for fact in FACTS:
        if named.get(fact):
            found[fact] = FoundColumn(fact, named[fact], Message("named with --columns"))
        elif fact not in named and fact in columns:
            found[fact] = FoundColumn(fact, fact, Message("has the name of the fact"))
    plain = _usual_names(columns)
    ambiguous: dict[str, tuple[str, ...]] = {}
    for fact in _NAMES:
        if fact in found or fact in named or (fact == "at" and {"lat", "lon"} <= found.keys()):
            continue
        taken = {each.column for each in found.values()}
        fitting = _fitting(fact, [each for each in plain if each[0] not in taken])
        if len(fitting) == 1:
            found[fact] = FoundColumn(fact, fitting[0], Message("a usual name of the fact"))
        elif fitting:
            ambiguous[fact] = tuple(fitting)
    return ColumnSearch(tuple(found[fact] for fact in FACTS if fact in found), ambiguous)


def missing_facts(by_fact: Collection[str], defaults: Collection[str]) -> list[str]:
    """List the required facts that are missing: "place", "kind"."""
    has_place = "at" in by_fact or {"lat", "lon"} <= set(by_fact)
    has_kind = "kind" in by_fact or "kind" in defaults
    return [name for name, is_there in (("place", has_place), ("kind", has_kind)) if not is_there]


def _usual_names(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Return the columns with a usual name of any fact, each with its plain name."""
    plain = (
        (column, re.sub("[^a-z0-9]", "", fold(column)))
        for column in columns
        if 0 < len(column) <= _LONGEST
    )
    return [(column, name) for column, name in plain if name in _ALL_NAMES]


def _fitting(fact: str, columns: Sequence[tuple[str, str]]) -> list[str]:
    """Return the columns with a usual name of a fact."""
    if fact == "when":
        days = [column for column, name in columns if name in _DAYS]
        clocks = [column for column, name in columns if name in _CLOCKS]
        fitting = [column for column, name in columns if name in _NAMES["when"]]
        whole = [column for column in fitting if column not in {*days, *clocks}]
        if whole:
            return whole
        if len(days) == len(clocks) == 1:
            return [f"{days[0]}{JOINT}{clocks[0]}"]
    return [column for column, name in columns if name in _NAMES[fact]]
