"""Parse cells: texts, counts, flags and lists of ids."""

import re
from math import isnan
from typing import Any

import msgspec

from ...errors import UsageError
from ...model.words import composed

_YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "ja", "j", "wahr", "x", "on"})
_NO = frozenset({"0", "0.0", "false", "f", "no", "n", "nein", "falsch", "off", "-"})
_COUNT = re.compile(r"([0-9]{1,6})(?:[.,]0+)?")


def text_of(value: Any, *, flag: bool = False, list_: bool = False) -> str | None:
    """Return the text of a cell without surrounding blanks; None if it is empty.

    JSON booleans are allowed for a ``flag`` only, JSON lists of texts for a ``list_`` only. Raises
    UsageError for any other value, and for a number with more than 4,300 digits.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return composed(value).strip() or None
    if isinstance(value, bool) and flag:
        return "1" if value else "0"
    if isinstance(value, float) and isnan(value):
        return None
    if list_ and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ";".join(value) or None
    if isinstance(value, dict | list | bool):
        raise UsageError("{short} is not a single text or number", short=_short(value))
    try:
        return str(value)
    except ValueError:  # Python converts at most 4,300 digits
        raise UsageError("number has too many digits") from None


def shown_text_of(value: Any) -> str | None:
    """Return the text of a cell, also of one that ``text_of`` refuses: a sign for its values."""
    try:
        return text_of(value)
    except UsageError:
        return "…"


def text_of_kept(value: Any) -> str | None:
    """Return a copied cell as text, so that all cells of its column have one type."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return str(value)


def parse_count(text: str, name: str) -> int:
    """Read a whole number from 0 to 999,999; raises UsageError."""
    match = _COUNT.fullmatch(text)
    if match is None:
        raise UsageError(
            "{name} {short} is not a whole number from 0 to 999999", name=name, short=_short(text)
        )
    return int(match[1])


def parse_flag(text: str, name: str) -> bool:
    """Read yes or no, in English or German; raises UsageError."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise UsageError(
        "{name} {short} is neither yes nor no; use 1 or 0", name=name, short=_short(text)
    )


def parse_ids(text: str) -> tuple[str, ...]:
    """Read ids that are separated by blanks, commas or semicolons."""
    return tuple(filter(None, re.split(r"[;,\s]+", text)))


def _short(value: object) -> str:
    text = repr(value)
    return f"{text[:57]}..." if len(text) > 60 else text
