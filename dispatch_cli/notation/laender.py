"""The sixteen Länder, and which postcodes lie in which."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache

LAENDER: Mapping[str, str] = {
    "BB": "Brandenburg", "BE": "Berlin", "BW": "Baden-Württemberg", "BY": "Bayern",
    "HB": "Bremen", "HE": "Hessen", "HH": "Hamburg", "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen", "NW": "Nordrhein-Westfalen", "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein", "SL": "Saarland", "SN": "Sachsen", "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}  # fmt: skip

# The first postcode of each stretch that lies in one Land; it reaches up to the next. Eleven codes
# lie in two Länder: the one with more places in the code stands here, and where it is one against
# one the larger municipality (Schönefeld, Hirschhorn, Lorch, Hallenberg, Mühltroff).
_STRETCHES = """
01000SN 01945BB 02625SN 03042BB 04103SN 04600TH 04643SN 04895BB 06108ST 06556TH 06618ST 07318TH
07919SN 07922TH 07952SN 07955TH 07985SN 07987TH 08056SN 10115BE 12529BB 12555BE 14467BB 17033MV
17268BB 17309MV 17326BB 17328MV 19309BB 19370MV 20095HH 21039SH 21073HH 21217NI 21465SH 21522NI
21524SH 21614NI 22041HH 22113SH 22115HH 22145SH 22147HH 22844SH 23923MV 24103SH 26121NI 27498SH
27499HH 27568HB 27607NI 28195HB 28790NI 29410ST 29439NI 32049NW 34117HE 34346NI 34359HE 34414NW
34454HE 36404TH 37073NI 37213HE 37308TH 37412NI 37671NW 37691NI 37696NW 37697NI 38486ST 38518NI
38820ST 40210NW 48455NI 48477NW 48480NI 48485NW 48488NI 48493NW 48499NI 48565NW 49074NI 49477NW
49565NI 50126NW 51598RP 51643NW 53424RP 53604NW 53619RP 53639NW 54290RP 55246HE 55257RP 57072NW
57518RP 58089NW 60306HE 63739BY 64283HE 65558RP 65589HE 65623RP 65627HE 65629RP 65719HE 66111SL
66482RP 66538SL 66849RP 68159BW 68519HE 68526BW 68623HE 68723BW 69239HE 69242BW 69434HE 69436BW
69483HE 69493BW 69509HE 69514BW 69517HE 70173BW 76726RP 77652BW 80331BY 88045BW 88131BY 88147BW
88149BY 88212BW 89231BY 89518BW 90402BY 96515TH 97070BY 97877BW 97892BY 97896BW 97901BY 97922BW
98527TH
"""


@cache
def _stretches() -> tuple[tuple[str, ...], tuple[str, ...]]:
    stretches = _STRETCHES.split()
    return tuple(one[:5] for one in stretches), tuple(one[5:] for one in stretches)


def land_of(postcode: str) -> str:
    """The Land in which a postcode lies (``"BY"``), also of codes without an area; "" if none."""
    if len(postcode) != 5 or not (postcode.isascii() and postcode.isdigit()):
        return ""
    first, land = _stretches()
    return land[bisect_right(first, postcode) - 1] if postcode >= first[0] else ""
