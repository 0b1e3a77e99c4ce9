"""The usual names of the columns of a list of firms, in German and English, and their units."""

import re
from collections.abc import Mapping

from ..catalog.meant_keys import OTHER_NAMES, plain_name

__all__ = [
    "COLUMN_KEYS", "SHOWN_NAMES", "UNITS", "USUAL_NAMES", "key_of", "may_be_own_weight",
    "plain_name", "unit_in",
]  # fmt: skip

SHOWN_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("Kennung", "Kürzel"),
    "name": (
        "Firma", "Firmenname", "Betrieb", "Unternehmen", "Anbieter", "Dienstleister",
        "Abschleppdienst", "Abschlepper", "company", "provider",
    ),
    "phone": ("Telefon", "Tel.", "Telefonnummer", "Rufnummer", "Festnetz", "Zentrale", "telephone"),
    "phone_2": (
        "Mobil", "Handy", "Mobilnummer", "Mobiltelefon", "Notruf", "Notrufnummer", "Nachtnummer",
        "Zweitnummer", "Telefon 2", "mobile",
    ),
    "services": ("Leistungen", "Leistung", "Dienste", "Dienstleistungen", "Angebot", "service"),
    "base": ("Standort", "Stützpunkt", "Adresse", "Anschrift", "address", "location"),
    "postcode": ("PLZ", "Postleitzahl", "PLZ Ort", "postal code", "zip"),
    "town": ("Ort", "Stadt", "Gemeinde", "Wohnort", "city"),
    "lat": ("Breite", "Breitengrad", "latitude"),
    "lon": ("Länge", "Längengrad", "longitude", "lng"),
    "radius_km": (
        "Umkreis", "Radius", "Einsatzradius", "Umkreis (km)", "Aktionsradius",
    ),
    "postcodes": ("PLZ-Gebiet", "PLZ-Gebiete", "PLZ-Bereich", "Postleitzahlen", "postal codes"),
    "area": ("Gebiet", "Einsatzgebiet", "Einsatzbereich", "territory"),
    "hours": (
        "Öffnungszeiten", "Zeiten", "Geschäftszeiten", "Betriebszeiten", "Erreichbarkeit",
        "Einsatzzeiten", "Dienstzeiten", "opening hours",
    ),
    "region": ("Bundesland", "Feiertagsregion"),
    "units": ("Fahrzeuge", "Einheiten", "Anzahl Fahrzeuge", "vehicles", "trucks"),
    "vehicle_classes": ("Fahrzeugklassen", "Fahrzeugklasse", "Fahrzeugarten", "vehicle types"),
    "max_weight_t": (
        "Gewicht", "max. Gewicht", "zul. Gewicht", "zulässiges Gewicht", "Höchstgewicht",
        "Maximalgewicht", "Gewichtsgrenze", "Gewichtslimit", "zulässiges Gesamtgewicht",
        "zul. Gesamtgewicht", "max. Gesamtgewicht", "Gesamtgewicht", "zGG", "z. GG", "zGM",
        "zulässige Gesamtmasse", "zul. Gesamtmasse", "Gewicht bis", "bis Gewicht", "Tonnage",
        "Tonnen", "Gewicht (kg)", "weight", "max weight", "maximum weight", "weight limit",
        "permitted weight",
    ),
    "max_height_m": (
        "max. Höhe", "Höchsthöhe", "Maximalhöhe", "zul. Höhe", "max. Fahrzeughöhe",
        "Höhe bis", "max height", "maximum height", "height limit",
    ),
    "height_m": (
        "eigene Höhe", "Höhe des Abschleppwagens", "Höhe des Einsatzfahrzeugs", "truck height",
    ),
    "seats": ("Sitze", "Sitzplätze", "Plätze", "Mitfahrplätze"),
    "equipment": ("Ausrüstung", "Ausstattung", "Geräte"),
    "clients": ("Auftraggeber", "Kunden", "Clubs", "customers"),
    "tags": ("Gruppen", "Schlagworte", "groups", "labels"),
    "notes": ("Bemerkung", "Bemerkungen", "Notiz", "Notizen", "Hinweis", "Kommentar", "comment"),
}  # fmt: skip
"""The names that the documentation lists; the first key of a list is that of the provider file."""

COLUMN_KEYS = tuple(SHOWN_NAMES)
"""What a column can have: a key of the provider file, a second number, or parts of an address."""

UNITS: Mapping[str, tuple[str, ...]] = {
    "radius_km": ("km",),
    "max_weight_t": ("t", "to", "tonnen", "kg"),
    "max_height_m": ("m", "cm"),
    "height_m": ("m", "cm"),
}
"""The units that may stand behind the name of a column, or behind a number, by key."""

_ADDRESS = {
    key: frozenset(map(plain_name, (key, *SHOWN_NAMES[key]))) | more
    for key, more in (("postcode", {"plzort", "plzstadt", "zipcode"}), ("town", {"town"}))
}
_ELSEWHERE = frozenset().union(
    *_ADDRESS.values(),
    ("nummer", "number", "place", "position", "title"),
    ("hoehe", "fahrzeughoehe", "height"),
)
"""Names that mean another thing in a list than in the provider file, or may mean two things.

A number may be any one, and a height that of the truck or that of the vehicles it can carry.
"""

USUAL_NAMES: Mapping[str, frozenset[str]] = {
    key: _ADDRESS[key]
    if key in _ADDRESS
    else frozenset({plain_name(key), *OTHER_NAMES.get(key, ()), *map(plain_name, shown)})
    - _ELSEWHERE
    for key, shown in SHOWN_NAMES.items()
}
"""The usual names of each, in lower case, without blanks, punctuation and umlauts."""

_OF_A_CERTIFICATE = frozenset(
    map(
        plain_name,
        (
            "zulässiges Gesamtgewicht", "zul. Gesamtgewicht", "max. Gesamtgewicht",
            "Gesamtgewicht", "zGG", "z. GG", "zGM", "zulässige Gesamtmasse", "zul. Gesamtmasse",
        ),
    )
)  # fmt: skip

_WITH_UNIT = re.compile(
    r"(?P<name>.+?)(?:\s*[\[(/]\s*|\s+in\s+|[\s,_]+)(?P<unit>km|tonnen|to|t|kg|cm|m)\.?\s*[\])]?",
    re.IGNORECASE,
)


def key_of(column: str) -> tuple[str, str]:
    """Return the key that the name of a column means, and the unit in it; "" for none.

    A unit counts only behind the name of a key that has it, as in ``Gewicht (kg)``.
    """
    named = _key(column)
    match = _WITH_UNIT.fullmatch(column.strip())
    if not named and match:
        named = _key(match["name"])
        if not unit_in(column, named):
            return "", ""
    return named, unit_in(column, named)


def unit_in(column: str, key: str) -> str:
    """Return the unit at the end of the name of a column, if a key may have it; else ""."""
    match = _WITH_UNIT.fullmatch(column.strip())
    unit = match["unit"].lower() if match else ""
    return unit if unit in UNITS.get(key, ()) else ""


def may_be_own_weight(column: str) -> bool:
    """Return whether a column of the heaviest vehicle may have the weight of the firm's own truck.

    The words of a registration certificate are those of a list of trucks as well.
    """
    match = _WITH_UNIT.fullmatch(column.strip())
    names = {plain_name(column), plain_name(match["name"]) if match else ""}
    return not names.isdisjoint(_OF_A_CERTIFICATE)


def _key(name: str) -> str:
    plain = plain_name(name)
    return next((key for key, names in USUAL_NAMES.items() if plain in names), "")
