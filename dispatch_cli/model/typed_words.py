"""Words that operators type for a closed set, and that say more or less than one term of it."""

from collections.abc import Mapping

from ..messages import marked
from .words import fold

WITH_A_FACT: Mapping[str, tuple[str, str]] = {
    "e_auto": ("car", "ev"),
    "elektroauto": ("car", "ev"),
    "elektro_auto": ("car", "ev"),
    "stromer": ("car", "ev"),
    "electric_car": ("car", "ev"),
    "gespann": ("car", "trailer"),
    "pkw_mit_anhaenger": ("car", "trailer"),
    "auto_mit_anhaenger": ("car", "trailer"),
    "car_with_trailer": ("car", "trailer"),
    "lastzug": ("truck", "trailer"),
    "lkw_mit_anhaenger": ("truck", "trailer"),
    "truck_with_trailer": ("truck", "trailer"),
}
"""Folded words of a vehicle, each with its class and the flag that it also sets."""

_MOTORWAY = ("lane", "shoulder")
_ROAD = ("lane", "roadside")
_SITE = ("lane", "offroad")
_CARAVAN = (marked("car with trailer"), "camper")

TWO_READINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "spot": {
        **dict.fromkeys(("autobahn", "schnellstrasse", "motorway", "highway"), _MOTORWAY),
        **dict.fromkeys(("landstrasse", "bundesstrasse", "strasse", "country_road"), _ROAD),
        **dict.fromkeys(("kreuzung", "crossing", "crossroads", "intersection", "junction"), _ROAD),
        **dict.fromkeys(("baustelle", "construction_site", "roadworks"), _SITE),
    },
    "vehicle": dict.fromkeys(("wohnwagen", "caravan", "wohnanhaenger"), _CARAVAN),
}
"""Folded words with two readings, by the fact. The first reading of a spot is in traffic."""


def two_readings(word: str, fact: str) -> tuple[str, str] | None:
    """Return both readings of a word; None for a word that does not have two.

    Each reading is a word that can be typed, also in its translation.
    """
    return TWO_READINGS.get(fact, {}).get(fold(word))
