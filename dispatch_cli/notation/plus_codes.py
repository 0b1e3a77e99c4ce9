"""Read plus codes (Open Location Codes), full and short."""

import re
from math import cos, hypot, radians
from urllib.parse import unquote

from ..messages import Message
from ..model import Place
from ..model.sphere import EARTH_RADIUS_KM
from .position import Position, clean_text, place_error

_ALPHABET = "23456789CFGHJMPQRVWX"
_FULL = re.compile(
    rf"([{_ALPHABET}0]{{8}}\+(?:[{_ALPHABET}]{{2,7}})?)(?:[ ,]+[^\W\d_][^\d+]*)?", re.I
)
_LINKED = re.compile(rf"(?:^|[/=,])([{_ALPHABET}]{{8}}\+[{_ALPHABET}]{{2,7}})(?![0-9A-Z])", re.I)
_SHORT = re.compile(rf"([{_ALPHABET}]{{2,6}}\+[{_ALPHABET}]{{2,7}})(?:[ ,]+(.+))?", re.I)
_BEHIND = re.compile(rf"(.+?)[ ,]+([{_ALPHABET}]{{2,6}}\+[{_ALPHABET}]{{2,7}})", re.I)
_COUNTRY = re.compile(r"[ ,]+(?:germany|deutschland|de)$", re.I)
"""What map programs write behind the town."""

_SHORTEST = 4
"""Characters before the plus; with fewer, the next town gives another place."""


def read_plus_code(text: str) -> Position | None:
    """Read a full plus code, with or without a town behind it, from a clean text.

    The position is the middle of the cell, the uncertainty half its diagonal.
    """
    match = _FULL.fullmatch(text)
    return _middle(text, match[1]) if match else None


def read_linked_code(text: str) -> Position | None:
    """Read the full plus code that a part of a link holds, with "%2B" or a plus; None if none."""
    match = _LINKED.search(unquote(text))
    return _middle(text, match[1]) if match else None


def split_short_code(text: str) -> tuple[str, str] | None:
    """Split ``9VCX+6R Augsburg`` into the code and the place; None if it is not a short code.

    The place may stand in front of the code, and the country behind the place.

    Raises UsageError for a code without a town and for one that fits too many places.
    """
    text = clean_text(text)
    match, behind = _SHORT.fullmatch(text), _BEHIND.fullmatch(text)
    if match is not None:
        code, where = match[1].upper(), match[2] or ""
    elif behind is not None:
        code, where = behind[2].upper(), behind[1]
    else:
        return None
    where = _COUNTRY.sub("", where.strip(" ,")).strip(" ,")
    if not where:
        raise place_error(
            text,
            "a short plus code needs its town",
            hint=Message('write the postcode behind it, like "{code} 86150"', code=code),
        )
    if code.index("+") != _SHORTEST:
        raise place_error(
            text,
            "write {shortest} or 8 characters before the plus: fewer fit too many places",
            shortest=_SHORTEST,
        )
    return code, where


def read_short_code(code: str, near: Place) -> Position:
    """Complete a short code to the nearest of the many positions that it fits."""
    from openlocationcode import openlocationcode

    return _middle(code, openlocationcode.recoverNearest(code, near.lat, near.lon))


def _middle(text: str, code: str) -> Position:
    from openlocationcode import openlocationcode

    if not openlocationcode.isFull(code):
        raise place_error(text, "not a valid plus code")
    cell = openlocationcode.decode(code)
    tall = radians(cell.latitudeHi - cell.latitudeLo)
    wide = radians(cell.longitudeHi - cell.longitudeLo) * cos(radians(cell.latitudeCenter))
    half_km = hypot(tall, wide) / 2 * EARTH_RADIUS_KM
    return Position(cell.latitudeCenter, cell.longitudeCenter, "plus_code", half_km)
