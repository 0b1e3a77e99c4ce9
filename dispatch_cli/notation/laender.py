"""The sixteen Länder, and which postcodes lie in which."""

from collections.abc import Mapping

from .centres import centres

LAENDER: Mapping[str, str] = {
    "BB": "Brandenburg", "BE": "Berlin", "BW": "Baden-Württemberg", "BY": "Bayern",
    "HB": "Bremen", "HE": "Hessen", "HH": "Hamburg", "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen", "NW": "Nordrhein-Westfalen", "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein", "SL": "Saarland", "SN": "Sachsen", "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}  # fmt: skip

_FIRST = "01067"
"""The smallest postcode with an area."""


def land_of(postcode: str) -> str:
    """The Land in which a postcode lies (``"BY"``), also of codes without an area; "" if none."""
    if len(postcode) != 5 or not (postcode.isascii() and postcode.isdigit()):
        return ""
    return centres().land(postcode) if postcode >= _FIRST else ""
