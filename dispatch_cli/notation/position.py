"""The position that a notation gives, and what all its readers use: clean text, numbers, errors."""

from math import inf
from typing import Any

from msgspec import Struct

from ..errors import UsageError
from ..messages import Message, quoted
from ..model.words import composed

LONGEST_TEXT = 2_000
"""Characters; a map link that a browser shows is shorter."""

NO_COORDINATES = "the link contains no coordinates; write a position, postcode or town"

# Typographic characters of keyboards, word processors and phones, with their ASCII counterparts.
_ASCII_OF = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "′ʹ’‘‛`´ʼ＇"), "'"),
    **dict.fromkeys(map(ord, "″“”„‟˝ʺ＂"), '"'),
    **dict.fromkeys(map(ord, "º˚"), "°"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202c"), ""),
}


class Position(Struct, frozen=True):
    """A position as a notation gives it; ``uncertainty_km`` comes from the notation itself."""

    lat: float
    lon: float
    source: str = "coordinate"
    uncertainty_km: float = 0.0


def clean_text(text: str) -> str:
    """Replace typographic characters by ASCII, and each run of white space by one blank."""
    if not text.isascii():
        text = composed(text).translate(_ASCII_OF)
    return " ".join(text.split())


def place_error(
    text: str, template: str, /, *, hint: Message | str = "", **values: Any
) -> UsageError:
    """Make the error for a text that is meant as a place; ``values`` fill the reason's places."""
    reason = Message(template, **values)
    return UsageError("place {text}: {reason}", text=quoted(text), reason=reason, hint=hint)


def number_of(digits: str) -> float:
    """Convert digits with a decimal point or comma; too many of them give infinity."""
    return float(digits.replace(",", ".")) if len(digits) < 300 else inf
