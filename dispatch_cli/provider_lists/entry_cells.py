"""Read what people write into the cells of a list of firms, or answer, as values of keys."""

import re
from collections.abc import Callable, Mapping

from ..errors import SentenceError, UsageError
from ..model.words import fold
from ..notation import parse_metres, parse_weight_t

_PARTS = re.compile(r"[,;|/\n]|\s(?:und|and)\s|\s[&+]\s")
_NUMBER = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(km)?\.?", re.IGNORECASE)
_LEADING_DIGITS = re.compile(r"[0-9]{1,4}")
_COUNTRY = ("country", "germany", "deutschland", "bundesweit", "de", "nationwide")
_AMOUNTS: Mapping[str, Callable[[str], float]] = {
    "max_weight_t": parse_weight_t, "max_height_m": parse_metres, "height_m": parse_metres,
}  # fmt: skip
"""The keys that are read as the facts of an incident are."""
_NOTHING = frozenset(
    {"-", "--", "---", "–", "—", "./.", "k.a.", "k.a", "keine angabe", "n/a", "n.a."}
)
"""Cells that say that there is no value; each without the blank behind a stop."""
Area = str | dict[str, object]


def read_list(text: str) -> list[str]:
    """Split a cell at commas, semicolons, slashes, line breaks and "und"; without duplicates."""
    return list(dict.fromkeys(filter(None, map(str.strip, _PARTS.split(text)))))


def is_empty(text: str) -> bool:
    """Return whether a cell has no value: empty, a dash, ``k. A.`` or ``n/a``."""
    plain = " ".join(text.split()).casefold()
    return not plain or plain in _NOTHING or plain.replace(". ", ".") in _NOTHING


def read_number(text: str, key: str) -> float | int:
    """Read a number with a decimal comma or point, with or without its unit.

    Weights and heights are read as those of a call, so also in kg and cm. Raises SentenceError for
    any other text, also for a number with another unit.
    """
    if key in _AMOUNTS:
        number = _read_amount(text, key)
    else:
        match = _NUMBER.fullmatch(text.strip())
        unit = "km" if key == "radius_km" else ""
        if match is None or (match[2] and match[2].lower() != unit):
            raise SentenceError(
                '"{text}" is not a number such as {instead}',
                text=text[:40],
                instead=f"30 {unit}".strip(),
            )
        number = float(match[1].replace(",", "."))
    return whole_if_equal(number)


def whole_if_equal(number: float) -> float | int:
    """Return a whole number as an int, which is written without a decimal point."""
    return int(number) if number.is_integer() else number


def _read_amount(text: str, key: str) -> float:
    """Read a weight or a height as those of an incident are read. Raises SentenceError."""
    try:
        return _AMOUNTS[key](text)
    except UsageError as error:
        raise SentenceError(error.problems[0].text) from None


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
