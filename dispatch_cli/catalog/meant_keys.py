"""Other names for keys of the provider file, in German and English, as people write them."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from ..model.words import fold

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("kennung", "kuerzel", "schluessel", "key"),
    "name": ("firma", "firmenname", "betrieb", "unternehmen", "company", "bezeichnung", "title"),
    "phone": (
        "tel", "telefon", "telefonnummer", "telefonnr", "telnr", "telephone", "phonenumber",
        "rufnummer", "festnetz", "fon", "nummer", "number", "zentrale",
    ),
    "number": ("nummer", "tel", "telefon", "telefonnummer", "rufnummer", "phone"),
    "phones": ("telefone", "telefonnummern", "rufnummern", "nummern", "numbers", "phonenumbers"),
    "services": (
        "service", "leistung", "leistungen", "dienst", "dienste", "dienstleistungen", "angebot",
    ),
    "service": ("leistung", "dienst"),
    "base": (
        "standort", "basis", "stuetzpunkt", "adresse", "anschrift", "address", "location", "ort",
        "position", "place",
    ),
    "area": ("gebiet", "einsatzgebiet", "einsatzbereich", "zone", "territory"),
    "radius_km": ("radius", "umkreis", "umkreiskm", "einsatzradius"),
    "postcodes": (
        "plz", "plzgebiet", "plzgebiete", "plzbereich", "postleitzahl", "postleitzahlen",
        "postcode", "postalcode", "postalcodes", "zip", "zipcode", "zipcodes",
    ),
    "polygon": ("geojson", "flaeche", "shape"),
    "lat": ("latitude", "breite", "breitengrad"),
    "lon": ("lng", "long", "longitude", "laenge", "laengengrad"),
    "hours": (
        "oeffnungszeiten", "oeffnungszeit", "zeiten", "geschaeftszeiten", "betriebszeiten",
        "erreichbarkeit", "openinghours", "opening", "times",
    ),
    "region": ("bundesland", "feiertagsregion", "state"),
    "units": ("fahrzeuge", "einheiten", "anzahlfahrzeuge", "vehicles", "trucks", "wagen"),
    "vehicle_classes": (
        "fahrzeugklasse", "fahrzeugklassen", "fahrzeugarten", "vehicleclass", "vehicletypes",
    ),
    "max_weight_t": (
        "gewicht", "maxgewicht", "hoechstgewicht", "tonnage", "tonnen", "gewichtt", "weight",
        "weightt", "maxweight",
    ),
    "max_height_m": ("maxhoehe", "hoechsthoehe", "maxheight"),
    "height_m": ("hoehe", "fahrzeughoehe", "height"),
    "seats": ("sitze", "sitzplaetze", "plaetze"),
    "pets": ("tiere", "haustiere", "animals"),
    "equipment": ("ausruestung", "ausstattung", "geraet", "geraete"),
    "clients": ("kunden", "auftraggeber", "mandanten", "clubs", "customers"),
    "turnout_min": ("ausrueckzeit", "turnout"),
    "tags": ("gruppen", "schlagworte", "groups", "labels"),
    "on_hold": ("pause", "pausiert", "gesperrt", "urlaub", "hold", "paused"),
    "reason": ("grund",),
    "until": ("bis",),
    "notes": ("notiz", "notizen", "bemerkung", "bemerkungen", "hinweis", "note", "comment"),
    "include": ("includes", "einbinden"),
    "provider": ("providers", "anbieter", "dienstleister", "firmen"),
}  # fmt: skip
"""The other names of each key in lower case, without blanks, punctuation and umlauts."""

_INSIDE: Mapping[str, str] = {
    "postcodes": 'area = { postcodes = ["860-865"] }',
    "radius_km": "area = { radius_km = 30 }",
    "polygon": 'area = { polygon = "area.geojson" }',
    "lat": "base = { lat = 48.37, lon = 10.89 }",
    "lon": "base = { lat = 48.37, lon = 10.89 }",
}
"""How a key is written that belongs into an inner table of a provider."""


def plain_name(name: str) -> str:
    """Return a name in lower case, without blanks, punctuation and umlauts."""
    return re.sub("[^a-z0-9]", "", fold(name[:100]))


def meant_key(key: str, allowed: Collection[str]) -> str | None:
    """Return the allowed key that has a word as another name; None without such a key."""
    return _meant(key[:100], tuple(allowed))


@lru_cache(maxsize=256)
def _meant(key: str, allowed: tuple[str, ...]) -> str | None:
    """Find the key; cached, because a file may repeat a mistake a thousand times."""
    plain = plain_name(key)
    return next(
        (
            each
            for each in allowed
            if plain == plain_name(each) or plain in OTHER_NAMES.get(each, ())
        ),
        None,
    )


def written_inside(key: str, allowed: Collection[str]) -> str | None:
    """Return how a key is written that belongs into an inner table of this one; else None."""
    meant = meant_key(key, _INSIDE)
    if meant is None:
        return None
    written = _INSIDE[meant]
    return written if written.partition(" ")[0] in allowed else None
