"""Read a German postcode: alone, with its town, or at the end of an address."""

import re

from msgspec import Struct

from ..messages import Message
from .position import place_error
from .postcode_search import is_postcode

_CODE = r"(?:(?:DE?|PLZ)[ -]?)?(?P<code>[0-9]{5})"
_TOWN = r"(?P<town>[^\W\d_](?:[^\W\d_]|[ .,'()/&-])*)"
_HOUSE = r"(?P<house>[0-9]{1,4}(?: ?[a-z])?)"
_STREET = r"(?=[^,]*[^\W\d_])[^\n]*,"
_FORMS = (
    rf"{_CODE}(?:[ ,]+{_TOWN})?",
    rf"{_TOWN}[ ,]+{_CODE}",
    rf"{_STREET} ?{_CODE}(?:[ ,]+{_TOWN})?",
    rf"{_CODE}[ ,]+(?=[^0-9]*[^\W\d_]{{3}}){_TOWN} {_HOUSE}",
)
# Beside a five-digit code these are the letters of other countries, not towns.
_FOREIGN_LETTERS = frozenset(
    ("A", "AT", "B", "BE", "CH", "CZ", "DK", "F", "FR", "I", "IT", "L", "LI", "LU", "NL", "PL")
)
_COUNTRY = re.compile(r"[ ,]+(?:deutschland|germany)$", re.I)
_LONGEST_TOWN = 80


class Address(Struct, frozen=True):
    """A postcode with the town as it was typed, "" if none.

    If ``has_street``, the town ends with a street.
    """

    postcode: str
    town: str
    has_street: bool = False


def read_address(text: str) -> Address | None:
    """Find the postcode and the town in a clean text.

    The spelling of the town is not checked. Raises UsageError for a code of four digits and for
    one without an area.
    """
    if not any(character.isdigit() for character in text):
        return None
    match = next(filter(None, (re.fullmatch(form, text, re.I) for form in _FORMS)), None)
    if match is None:
        _refuse_four_digits(text)
        return None
    code, town = match["code"], _COUNTRY.sub("", match["town"] or "").strip(" ,")
    if town.upper() in _FOREIGN_LETTERS or len(town) > _LONGEST_TOWN:
        return None
    if len(re.findall("[0-9]{5,}", text)) > 1:
        raise place_error(text, "contains more than one postcode; write one")
    if not is_postcode(code):
        raise place_error(
            text,
            "{postcode} is not the postcode of an area",
            postcode=code,
            hint="P.O. boxes and bulk receivers have codes of their own; write that of the street",
        )
    return Address(code, town, has_street="house" in match.groupdict())


def _refuse_four_digits(text: str) -> None:
    """Refuse a postcode of four digits: a spreadsheet program has removed the leading zero."""
    match = re.fullmatch(rf"(?:(?:DE?|PLZ)[ -]?)?([0-9]{{4}})(?:[ ,]+{_TOWN})?", text, re.I)
    if match:
        code = f"0{match[1]}"
        guess = Message('did you mean "{postcode}"?', postcode=code) if is_postcode(code) else ""
        raise place_error(text, "a German postcode has five digits", hint=guess)
