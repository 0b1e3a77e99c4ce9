"""Read weights and lengths, with a decimal comma or point, with or without a unit."""

import re

from ..errors import UsageError
from ..messages import quoted
from .position import number_of

MOST_T = 100.0
MOST_M = 20.0
LEAST_KG = 50
"""No vehicle that is called for weighs less."""


def parse_weight_t(text: str) -> float:
    """Read a mass in tonnes from ``1.6``, ``1,6 t``, ``1600kg``, ``1.600 kg`` or ``1600``.

    A number above 100 without a unit is in kilograms; a blank separates thousands. Raises
    UsageError for anything that is not above 0 and at most 100 t, and for kilograms whose point may
    separate thousands or decimals.
    """
    match = re.fullmatch(
        r"([0-9]{1,3} [0-9]{3}|[0-9]+(?:[.,][0-9]+)?) ?(t|to|tonnen?|tons?|kg|kilo(?:gramm)?)?",
        _lower(text),
    )
    if match is None:
        raise UsageError(
            'weight {text} is not understood; write "1.6", "1,6 t" or "1600 kg"', text=quoted(text)
        )
    digits, unit = match[1].replace(" ", ""), match[2] or ""
    amount = number_of(digits)
    if unit.startswith("k"):
        amount = _kilograms(text, digits) / 1000
    elif not unit and MOST_T < amount <= 1000 * MOST_T:
        amount /= 1000
    if not 0 < amount <= MOST_T:
        raise UsageError(
            "weight {text} must be above 0 and at most {most_t:g} t",
            text=quoted(text),
            most_t=MOST_T,
        )
    return amount


def _kilograms(text: str, digits: str) -> float:
    """Read a number of kilograms; ``1.600`` is 1600, because no vehicle weighs 1.6 kg.

    Raises UsageError if a vehicle may have either weight.
    """
    amount = number_of(digits)
    if not re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", digits):
        return amount
    thousands = amount * 1000
    if amount < LEAST_KG:
        return thousands
    if thousands <= 1000 * MOST_T:
        raise UsageError(
            'weight {text} has two readings; write "{one:g} kg" or "{other:g} t"',
            text=quoted(text),
            one=amount,
            other=thousands / 1000,
        )
    return amount


def parse_metres(text: str) -> float:
    """Read a length in metres from ``2.5``, ``2,5 m``, ``250 cm`` or ``250``.

    A number from 100 on without a unit is in centimetres. Raises UsageError for anything that is
    not above 0 and at most 20 m.
    """
    match = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?) ?(m|meter|metres?|cm|zentimeter)?", _lower(text))
    if match is None:
        raise UsageError(
            'length {text} is not understood; write "2.5", "2,5 m" or "250 cm"', text=quoted(text)
        )
    amount, unit = number_of(match[1]), match[2] or ""
    if unit in ("cm", "zentimeter") or (not unit and 100 <= amount <= 100 * MOST_M):
        amount /= 100
    elif not unit and amount > MOST_M:
        raise UsageError(
            "length {text} is over {most_m:g} m: did you mean cm?", text=quoted(text), most_m=MOST_M
        )
    if not 0 < amount <= MOST_M:
        raise UsageError(
            "length {text} must be above 0 and at most {most_m:g} m",
            text=quoted(text),
            most_m=MOST_M,
        )
    return amount


def _lower(text: str) -> str:
    return " ".join(text.split()).lower()
