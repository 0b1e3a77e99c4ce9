"""The meaning of a cell: a text, a count, a yes or no."""

import re
from math import isnan
from typing import Any

import msgspec

from ...errors import UsageError

_YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "ja", "j", "wahr", "x", "on"})
_NO = frozenset({"0", "0.0", "false", "f", "no", "n", "nein", "falsch", "off", "-"})
_COUNT = re.compile(r"([0-9]{1,6})(?:[.,]0+)?")


def text_of(value: Any, *, flag: bool = False, list_: bool = False) -> str | None:
    """The text of a cell without blanks round it; None where nothing stands in it.

    JSON's true and false are for a ``flag`` alone, its lists for what may be a ``list_``. Raises
    UsageError for any other, and for a number of thousands of digits.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) and flag:
        return "1" if value else "0"
    if isinstance(value, float) and isnan(value):
        return None
    if list_ and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ";".join(value) or None
    if isinstance(value, dict | list | bool):
        raise UsageError(f"{_short(value)} is not one text or number")
    try:
        return str(value)
    except ValueError:  # Python writes integers of at most 4,300 digits
        raise UsageError("number has too many digits") from None


def text_of_kept(value: Any) -> str | None:
    """A copied cell as text, since its column has texts in other rows."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return str(value)


def parse_count(text: str, name: str) -> int:
    """Read how many; raises UsageError for what is no whole number from 0."""
    match = _COUNT.fullmatch(text)
    if match is None:
        raise UsageError(f"{name} {_short(text)} is not a whole number from 0")
    return int(match[1])


def parse_flag(text: str, name: str) -> bool:
    """Read yes or no; raises UsageError."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise UsageError(f"{name} {_short(text)} is neither yes nor no: write 1 or 0")


def parse_ids(text: str) -> tuple[str, ...]:
    """Read ids with blanks, commas or semicolons between them."""
    return tuple(filter(None, re.split(r"[;,\s]+", text)))


def _short(value: object) -> str:
    text = repr(value)
    return f"{text[:57]}..." if len(text) > 60 else text
