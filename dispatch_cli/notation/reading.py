"""What every reader of a notation shares: cleaned text, a reading, a refusal."""

from math import inf

from msgspec import Struct

from ..errors import UsageError
from ..messages import Message

LONGEST_TEXT = 2_000
"""Longer than any map link that a browser shows."""

# Signs that keyboards, word processors and phones put in place of the plain ones.
_PLAIN_SIGNS = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "′ʹ’‘‛`´ʼ＇"), "'"),
    **dict.fromkeys(map(ord, "″“”„‟˝ʺ＂"), '"'),
    **dict.fromkeys(map(ord, "º˚"), "°"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202c"), ""),
}


class Reading(Struct, frozen=True):
    """A position as a notation gives it; ``uncertainty_km`` is what the notation itself says."""

    lat: float
    lon: float
    source: str = "coordinate"
    uncertainty_km: float = 0.0


def cleaned(text: str) -> str:
    """Write typographic signs plainly and every stretch of white space as one blank."""
    if not text.isascii():
        text = text.translate(_PLAIN_SIGNS)
    return " ".join(text.split())


def quoted(text: str) -> str:
    """Quote what was found, shortened to what fits a line of an error."""
    return f'"{text[:57]}..."' if len(text) > 60 else f'"{text}"'


def refused(text: str, why: Message | str, *, hint: Message | str = "") -> UsageError:
    """The error for a place that was recognised and cannot be taken."""
    return UsageError("place {text}: {why}", text=quoted(text), why=why, hint=hint)


def number_of(digits: str) -> float:
    """Convert digits with a decimal point or comma; too many of them give infinity."""
    return float(digits.replace(",", ".")) if len(digits) < 300 else inf
