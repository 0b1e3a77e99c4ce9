"""The closed sets of terms, with the words that operators may type for them.

Each set maps the name in files, JSON and code to its words: first the German term, as
``dispatch kinds`` shows it, then the other words that an operator may type.
"""

from collections.abc import Mapping

EMERGENCY_SERVICES: Mapping[str, tuple[str, ...]] = {
    "ambulance": ("Rettungsdienst", "rettungswagen", "rtw", "notarzt", "krankenwagen"),
    "fire": ("Feuerwehr", "fire brigade"),
    "police": ("Polizei",),
}
EMERGENCY_NUMBERS: Mapping[str, str] = {"ambulance": "112", "fire": "112", "police": "110"}

SERVICES: Mapping[str, tuple[str, ...]] = {
    "roadside_repair": ("Pannenhilfe", "patrol", "strassenwacht", "minor mechanical"),
    "jump_start": ("Starthilfe",),
    "battery_replacement": ("Batteriewechsel",),
    "tyre_change": ("Reifenwechsel", "radwechsel", "tire change"),
    "tyre_repair": ("Reifenreparatur", "tire repair"),
    "lockout": ("Türöffnung", "autoöffnung"),
    "key_made": ("Schlüsselanfertigung", "schlüsseldienst"),
    "fuel_delivery": ("Kraftstofflieferung",),
    "fuel_drain": ("Kraftstoff absaugen", "absaugen"),
    "ev_charge": ("Mobiles Laden", "ladehilfe"),
    "tow": ("Abschleppen", "abschleppdienst"),
    "flatbed_tow": ("Plateautransport", "plateau"),
    "motorcycle_tow": ("Motorradtransport",),
    "heavy_tow": ("Lkw-Abschleppen", "schwerabschleppen"),
    "winch_out": ("Herausziehen", "seilwinde"),
    "recovery": ("Bergung", "bergen"),
    "heavy_recovery": ("Schwerbergung", "lkw-bergung"),
    "accident_securing": ("Absicherung", "unfallsicherung"),
    "load_transfer": ("Umladung", "umladen"),
    "undecking": ("Entladen vom Autotransporter", "abladen"),
    "impound": ("Sicherstellung",),
    "storage": ("Verwahrung",),
    "taxi": ("Weiterfahrt", "weitertransport"),
    **EMERGENCY_SERVICES,
}

# A unit for one of these services takes the vehicle away, and people only if it has seats.
CARRYING_SERVICES = frozenset(
    {"tow", "flatbed_tow", "motorcycle_tow", "heavy_tow", "recovery", "heavy_recovery"}
)

VEHICLE_CLASSES: Mapping[str, tuple[str, ...]] = {
    "car": (
        "Pkw",
        "auto",
        "wagen",
        "personenwagen",
        "suv",
        "kombi",
        "limousine",
        "cabrio",
        "geländewagen",
        "estate",
        "station wagon",
        "saloon",
    ),
    "motorcycle": ("Motorrad", "krad", "moped", "roller", "motorbike", "scooter"),
    "van": (
        "Transporter",
        "kleintransporter",
        "lieferwagen",
        "sprinter",
        "kastenwagen",
        "delivery van",
    ),
    "camper": ("Wohnmobil", "reisemobil", "motorhome"),
    "truck": (
        "Lkw",
        "laster",
        "lastwagen",
        "sattelzug",
        "traktor",
        "trecker",
        "tractor",
        "lorry",
        "hgv",
    ),
    "bus": ("Bus", "omnibus", "reisebus", "linienbus", "coach"),
}
# The assumed weight in tonnes if none was entered: that of a rather heavy vehicle of the class.
DEFAULT_WEIGHT_T: Mapping[str, float] = {
    "car": 1.8, "motorcycle": 0.3, "van": 3.0, "camper": 3.5, "truck": 12.0, "bus": 14.0,
}  # fmt: skip

VEHICLE_STATES: Mapping[str, tuple[str, ...]] = {
    "rolls": ("rollt", "rollfähig"),
    "blocked": ("blockiert", "räder blockiert"),
    "on_side": ("auf der Seite", "seite", "seitenlage"),
    "on_roof": ("auf dem Dach", "dach", "dachlage"),
}

SPOTS: Mapping[str, tuple[str, ...]] = {
    "lane": ("Fahrbahn", "fahrspur", "spur", "überholspur", "carriageway", "overtaking lane"),
    "shoulder": ("Standstreifen", "seitenstreifen", "pannenstreifen", "standspur", "hard shoulder"),
    "roadside": ("Straßenrand", "rand", "side of the road"),
    "tunnel": ("Tunnel",),
    "ramp": ("Auf- oder Abfahrt", "rampe", "auffahrt", "abfahrt", "ausfahrt"),
    "parking": ("Parkplatz", "rastplatz"),
    "garage": ("Parkhaus", "tiefgarage"),
    "ditch": ("Graben", "strassengraben"),
    "offroad": ("Gelände", "acker", "feld", "wald"),
}
# On these spots the motorist stands in moving traffic, so that no contract counts.
DANGEROUS_SPOTS = frozenset({"lane", "shoulder", "tunnel"})

EQUIPMENT: Mapping[str, tuple[str, ...]] = {
    "flatbed": ("Plateau",),
    "winch": ("Seilwinde",),
    "crane": ("Kran",),
    "dollies": ("Rangierroller",),
    "trailer_hitch": ("Anhängekupplung",),
    "motorcycle_rig": ("Motorradwippe",),
    "underlift": ("Hubbrille",),
    "rotator": ("Bergekran",),
    "fuel_pump": ("Absaugpumpe",),
    "charger": ("Ladegerät",),
    "lighting": ("Beleuchtung",),
}

SPEAKERS = ("provider", "driver", "operator", "motorist")
"""The sources of a promised arrival."""

DECLINE_REASONS = (
    "no_unit",
    "no_driver",
    "equipment",
    "out_of_area",
    "eta_too_long",
    "closed",
    "weather",
    "refuses_customer",
    "other",
)
"""The reasons for a refusal; ``other`` needs a text."""

YES = frozenset({"y", "yes", "j", "ja"})
"""What an operator may type for yes."""

LANGUAGES = ("de", "en")
"""The languages of the texts for callers and drivers."""

CLIENT_KINDS = ("club", "maker", "insurer")

LAENDER: Mapping[str, str] = {
    "BB": "Brandenburg", "BE": "Berlin", "BW": "Baden-Württemberg", "BY": "Bayern",
    "HB": "Bremen", "HE": "Hessen", "HH": "Hamburg", "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen", "NW": "Nordrhein-Westfalen", "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein", "SL": "Saarland", "SN": "Sachsen", "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}  # fmt: skip
"""The sixteen Länder, by their codes."""

COUNTRIES: Mapping[str, str] = {
    "AT": "Austria", "BE": "Belgium", "CH": "Switzerland", "CZ": "Czechia", "DK": "Denmark",
    "FR": "France", "LI": "Liechtenstein", "LU": "Luxembourg", "NL": "Netherlands", "PL": "Poland",
}  # fmt: skip
"""Countries at the border, by their ISO 3166 codes."""

METHODS = ("index", "time-bands", "nearest")


def composed(text: str) -> str:
    """Return a text with each letter as one character (NFC); Macs write "ü" as two."""
    if text.isascii():
        return text
    from unicodedata import normalize  # only for texts with umlauts

    return normalize("NFC", text)


def fold(word: str) -> str:
    """Normalize a word for comparison: case, umlauts, hyphens and blanks make no difference."""
    folded = composed(word).strip().casefold().replace("-", "_").replace(" ", "_")
    folded = folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):  # "ß" is folded by casefold
        folded = folded.replace(umlaut, plain)
    return folded


def lookup(word: str, words: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the name in a closed set for an English or German word; None for other words."""
    folded = fold(word)
    for name, others in words.items():
        if folded == name or any(folded == fold(other) for other in others):
            return name
    return None
