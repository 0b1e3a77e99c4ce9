"""Compare phone numbers by the number that a phone dials."""

import re

LEAST_DIGITS = 6
"""A number with fewer digits, country code included, is incomplete."""

# They get no country code: with one they would be the number of another line.
SHORT_CODES = re.compile(r"110|112|115|116[0-9]{3}|19222|118[0-9]{2,3}|222222")
"""Short numbers, which several services share: none of them is the line of one firm."""

_GERMANY = "+49"


def line_of(text: str) -> str:
    """Return the number to dial from Germany, in E.164; "" for a short code.

    For a number as ``parse_phone`` shows it, and for a German one in any spelling, it equals the
    number to dial of ``parse_phone``, without the library. A number without area code keeps its
    digits: the area is unknown.
    """
    digits = "".join(each for each in text.replace("(0)", "") if each in "0123456789")
    if SHORT_CODES.fullmatch(digits):
        return ""
    number = digits
    if "+" in text:
        number = f"+{digits}"
    elif digits.startswith("00"):
        number = f"+{digits[2:]}"
    elif digits.startswith("0"):
        number = f"{_GERMANY}{digits[1:]}"
    if number.startswith(f"{_GERMANY}0"):  # no area code begins with the 0 dialled within Germany
        number = f"{_GERMANY}{number[4:]}"
    return number if len(number.lstrip("+")) >= LEAST_DIGITS else ""


def is_same_number(one: str, other: str) -> bool:
    """Return whether two texts dial the same number, with any grouping and prefix."""
    line = line_of(one)
    return one == other or (line != "" and line == line_of(other))
