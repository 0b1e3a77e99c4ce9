"""Read phone numbers in the spellings of German lists."""

import re

from ..errors import SentenceError
from .dialling import SHORT_CODES

_ALLOWED = re.compile(r"(?:tel:)?\s*[+(]?[0-9][0-9 ()/.+-]*", re.I)
# Two extensions in one entry of a list: together they are no number.
_TWO_NUMBERS = re.compile(r"[0-9]-[0-9]+ ?/ ?[0-9]|[0-9] ?/[^/]*[0-9] ?/ ?[0-9]")
_GROUPED = re.compile(r"(?:\+49 ?(?:\(0\))? ?|0)[1-9][0-9]*(?: ?[-/ ] ?[0-9]+)+")
_ASCII_OF = {**dict.fromkeys(map(ord, "‐‑‒–—−"), "-"), 0xA0: " ", 0x202F: " ", 0x2009: " "}


def parse_phone(text: str) -> tuple[str, str]:
    """Read a phone number; returns the number to dial and the number to show.

    The first is E.164, or a short code unchanged (110, 112, 116117, the clubs' mobile 22 22 22).
    The second keeps the grouping of the text if it has one, else it has that of the national
    numbering plan; foreign numbers have their country code. Raises ValueError.
    """
    shown = " ".join(text.translate(_ASCII_OF).split())
    if len(shown) > 40 or not _ALLOWED.fullmatch(shown):
        raise SentenceError(
            '"{number}" is not a phone number; write it like "089 99998-114"', number=shown[:40]
        )
    shown = re.sub("^tel: ?", "", shown, flags=re.I)
    digits = re.sub("[^0-9+]", "", shown)
    if SHORT_CODES.fullmatch(digits):
        return digits, shown
    if _TWO_NUMBERS.search(shown):
        raise SentenceError(
            '"{number}" contains two numbers; write an entry of phones for each', number=shown
        )
    import phonenumbers

    try:
        number = phonenumbers.parse(shown, "DE")
    except phonenumbers.NumberParseException:
        raise SentenceError(
            '"{number}" is not a phone number; write it like "089 99998-114"', number=shown
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise SentenceError(
            '"{number}" is not a valid number; write it with area code, like "089 99998-114"',
            number=shown,
        )
    dial = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code != 49:
        foreign = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return dial, phonenumbers.format_number(number, foreign)
    if _GROUPED.fullmatch(shown):
        return dial, shown
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    # The library omits the leading 0 of short rural numbers, which must be dialled.
    return dial, national if national.startswith("0") else f"0{national}"
