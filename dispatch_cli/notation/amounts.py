"""Weights and heights, with a decimal comma or point and with or without a unit."""

import re

from ..errors import UsageError
from .reading import number_of, quoted

MOST_T = 100.0
MOST_M = 20.0


def parse_weight_t(text: str) -> float:
    """Read a mass in tonnes from ``1.6``, ``1,6 t`` or ``1600kg``.

    Raises UsageError for anything that is not above 0 and at most 100 t, and for ``1.600 kg``,
    which is a ton and a half to some and the weight of a book to others.
    """
    allowed = 'write "1.6", "1,6 t" or "1600 kg"'
    match = re.fullmatch(
        r"([0-9]+(?:[.,][0-9]+)?) ?(t|to|tonnen?|tons?|kg|kilo(?:gramm)?)?", _lower(text)
    )
    if match is None:
        raise UsageError(f"weight {quoted(text)} is not understood: {allowed}")
    amount, unit = number_of(match[1]), match[2] or ""
    if unit.startswith("k"):
        if re.fullmatch(r"[0-9]+[.,][0-9]{3}", match[1]):
            raise UsageError(f"weight {quoted(text)} may be a thousand times more: {allowed}")
        amount /= 1000
    elif not unit and amount > MOST_T:
        raise UsageError(f"weight {quoted(text)} is over {MOST_T:g} t: did you mean kg?")
    if not 0 < amount <= MOST_T:
        raise UsageError(f"weight {quoted(text)} is not above 0 and at most {MOST_T:g} t")
    return amount


def parse_metres(text: str) -> float:
    """Read a length in metres from ``2.5``, ``2,5 m`` or ``250 cm``.

    Raises UsageError for anything that is not above 0 and at most 20 m.
    """
    match = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?) ?(m|meter|metres?|cm|zentimeter)?", _lower(text))
    if match is None:
        raise UsageError(f'length {quoted(text)} is not understood: write "2.5", "2,5 m", "250 cm"')
    amount, unit = number_of(match[1]), match[2] or ""
    if unit in ("cm", "zentimeter"):
        amount /= 100
    elif not unit and amount > MOST_M:
        raise UsageError(f"length {quoted(text)} is over {MOST_M:g} m: did you mean cm?")
    if not 0 < amount <= MOST_M:
        raise UsageError(f"length {quoted(text)} is not above 0 and at most {MOST_M:g} m")
    return amount


def _lower(text: str) -> str:
    return " ".join(text.split()).lower()
