"""Plus codes (Open Location Codes), full and short."""

import re
from math import cos, hypot, radians

from ..messages import Message
from ..model import Place
from ..model.sphere import EARTH_RADIUS_KM
from .reading import Reading, cleaned, refused

_ALPHABET = "23456789CFGHJMPQRVWX"
_FULL = re.compile(
    rf"([{_ALPHABET}0]{{8}}\+(?:[{_ALPHABET}]{{2,7}})?)(?:[ ,]+[^\W\d_][^\d+]*)?", re.I
)
_SHORT = re.compile(rf"([{_ALPHABET}]{{2,6}}\+[{_ALPHABET}]{{2,7}})(?:[ ,]+(.+))?", re.I)
_SHORTEST = 4
"""With fewer characters before the plus, the next town of the name's size gives another place."""


def read_plus_code(text: str) -> Reading | None:
    """Read a full plus code, with or without a town behind it, from a cleaned text.

    The position is the middle of the cell, the uncertainty half its diagonal.
    """
    match = _FULL.fullmatch(text)
    return _middle(text, match[1]) if match else None


def split_short_code(text: str) -> tuple[str, str] | None:
    """Split ``9VCX+6R Augsburg`` into the code and the place; None if it is no short code.

    Raises UsageError for a code that no place can complete for certain.
    """
    text = cleaned(text)
    match = _SHORT.fullmatch(text)
    if match is None:
        return None
    code, where = match[1].upper(), (match[2] or "").strip(" ,")
    if not where:
        raise refused(
            text,
            "a short plus code needs its town",
            hint=Message('write "{code} 86150" with yours', code=code),
        )
    if code.index("+") != _SHORTEST:
        raise refused(
            text, f"too short for certain: give {_SHORTEST} or 8 characters before the plus"
        )
    return code, where


def read_short_code(code: str, near: Place) -> Reading:
    """Complete a short code to the nearest of the many positions that it fits."""
    from openlocationcode import openlocationcode

    return _middle(code, openlocationcode.recoverNearest(code, near.lat, near.lon))


def _middle(text: str, code: str) -> Reading:
    from openlocationcode import openlocationcode

    if not openlocationcode.isFull(code):
        raise refused(text, "not a valid plus code")
    cell = openlocationcode.decode(code)
    tall = radians(cell.latitudeHi - cell.latitudeLo)
    wide = radians(cell.longitudeHi - cell.longitudeLo) * cos(radians(cell.latitudeCenter))
    half_km = hypot(tall, wide) / 2 * EARTH_RADIUS_KM
    return Reading(cell.latitudeCenter, cell.longitudeCenter, "plus_code", half_km)
