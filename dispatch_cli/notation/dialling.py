"""The number that a phone dials: what tells one telephone line from another."""

import re

LEAST_DIGITS = 6
"""A number with fewer digits, its country included, is not whole."""

# Kept as they are: with a country code in front they would be another line's number.
SHORT_CODES = re.compile(r"110|112|115|116[0-9]{3}|19222|118[0-9]{2,3}|222222")
"""Numbers that belong to several services on purpose, so that none of them is one firm's line."""

_GERMANY = "+49"


def line_of(text: str) -> str:
    """Return the number that is dialled, in E.164 as of Germany; empty for a short code.

    Of a number as ``parse_phone`` shows it, and of a German one however it is written, this is the
    number to dial of ``parse_phone``; it needs no library. A number without its area code keeps
    its digits alone: the area is unknown.
    """
    digits = "".join(sign for sign in text.replace("(0)", "") if sign in "0123456789")
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
    """Return whether two texts dial the same number, however they are grouped or prefixed."""
    line = line_of(one)
    return one == other or (line != "" and line == line_of(other))
