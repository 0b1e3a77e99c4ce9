"""Read what people write into the cells of a list of firms, or answer, as values of keys."""

import re
from collections.abc import Mapping

from ..errors import SentenceError, UsageError
from ..model.words import fold
from ..notation import parse_weight_t

_PARTS = re.compile(r"[,;|/\n]|\s(?:und|and)\s|\s[&+]\s")
_NUMBER = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(km|t|m|min)?\.?", re.IGNORECASE)
_LEADING_DIGITS = re.compile(r"[0-9]{1,4}")
_COUNTRY = ("country", "germany", "deutschland", "bundesweit", "de", "nationwide")
UNITS: Mapping[str, str] = {
    "radius_km": "km", "max_weight_t": "t", "max_height_m": "m", "height_m": "m",
}  # fmt: skip
"""The unit that may stand behind a number, by key."""
Area = str | dict[str, object]


def read_list(text: str) -> list[str]:
    """Split a cell at commas, semicolons, slashes, line breaks and "und"; without duplicates."""
    return list(dict.fromkeys(filter(None, map(str.strip, _PARTS.split(text)))))


def read_number(text: str, key: str) -> float | int:
    """Read a number with a decimal comma or point, with or without its unit; a weight also in kg.

    Raises SentenceError for any other text, also for a number with another unit.
    """
    if key == "max_weight_t" and text.strip().lower().endswith("kg"):
        try:
            return parse_weight_t(text)
        except UsageError as error:
            raise SentenceError(error.problems[0].text) from None
    match = _NUMBER.fullmatch(text.strip())
    unit = UNITS.get(key, "")
    if match is None or (match[2] and match[2].lower() != unit):
        raise SentenceError(
            '{key}: "{text}" is not a number such as {instead}',
            key=key,
            text=text[:40],
            instead=f"30 {unit}".strip(),
        )
    number = float(match[1].replace(",", "."))
    return int(number) if number.is_integer() else number


def read_area(text: str) -> Area:
    """Read an area: a radius with its unit, postcodes, or the whole country.

    A number without a unit may be both a radius and leading digits of postcodes, and is refused.
    Raises SentenceError.
    """
    words = text.strip()
    if not words:
        raise SentenceError('write "30 km", postcodes such as 860-865, or "country"')
    if fold(words) in _COUNTRY:
        return "country"
    if re.fullmatch(r"[0-9.,]+\s*km\.?", words, re.IGNORECASE):
        return {"radius_km": read_number(words, "radius_km")}
    if _LEADING_DIGITS.fullmatch(words):
        raise SentenceError(
            '"{text}" may be a radius or leading digits of postcodes; write "{text} km" or'
            ' "{text}-{text}"',
            text=words,
        )
    return {"postcodes": read_list(words)}
