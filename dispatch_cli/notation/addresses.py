"""A German postcode, alone, with its town, or at the end of an address."""

import re

from .postcodes import is_postcode
from .reading import refused

_CODE = r"(?:(?:DE?|PLZ)[ -]?)?(?P<code>[0-9]{5})"
_TOWN = r"(?P<town>[^\W\d_](?:[^\W\d_]|[ .,'()/&-])*)"
_STREET = r"(?=[^,]*[^\W\d_])[^\n]*,"
_FORMS = (
    rf"{_CODE}(?:[ ,]+{_TOWN})?",
    rf"{_TOWN}[ ,]+{_CODE}",
    rf"{_STREET} ?{_CODE}(?:[ ,]+{_TOWN})?",
)
# Beside a five-digit code these are other countries' letters, not towns.
_ELSEWHERE = frozenset(
    ("A", "AT", "B", "BE", "CH", "CZ", "DK", "F", "FR", "I", "IT", "L", "LI", "LU", "NL", "PL")
)
_COUNTRY = re.compile(r"[ ,]+(?:deutschland|germany)$", re.I)
_LONGEST_TOWN = 80


def read_address(text: str) -> tuple[str, str] | None:
    """Find the postcode and the town as it was typed ("" if none) in a cleaned text.

    The town's spelling is not checked. Raises UsageError for a code with a digit too few and for
    one that no area has.
    """
    if not any(sign.isdigit() for sign in text):
        return None
    match = next(filter(None, (re.fullmatch(form, text, re.I) for form in _FORMS)), None)
    if match is None:
        _refuse_four_digits(text)
        return None
    code, town = match["code"], _COUNTRY.sub("", match["town"] or "").strip(" ,")
    if town.upper() in _ELSEWHERE or len(town) > _LONGEST_TOWN:
        return None
    if len(re.findall("[0-9]{5,}", text)) > 1:
        raise refused(text, "more than one postcode: give one")
    if not is_postcode(code):
        raise refused(
            text,
            f"{code} is not the postcode of an area",
            hint="P.O. boxes and bulk receivers have codes of their own: give the street's",
        )
    return code, town


def _refuse_four_digits(text: str) -> None:
    """Say what is missing where a spreadsheet has eaten the leading nought."""
    match = re.fullmatch(rf"(?:(?:DE?|PLZ)[ -]?)?([0-9]{{4}})(?:[ ,]+{_TOWN})?", text, re.I)
    if match:
        guess = f'did you mean "0{match[1]}"?' if is_postcode(f"0{match[1]}") else ""
        raise refused(text, "a German postcode has five digits", hint=guess)
