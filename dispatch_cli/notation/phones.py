"""Phone numbers as German lists write them."""

import re

from ..errors import SentenceError
from .dialling import SHORT_CODES

_ALLOWED = re.compile(r"(?:tel:)?\s*[+(]?[0-9][0-9 ()/.+-]*", re.I)
# Two extensions in one entry, as lists write them: together they are nobody's number.
_TWO_NUMBERS = re.compile(r"[0-9]-[0-9]+ ?/ ?[0-9]|[0-9] ?/[^/]*[0-9] ?/ ?[0-9]")
_GROUPED = re.compile(r"(?:\+49 ?(?:\(0\))? ?|0)[1-9][0-9]*(?: ?[-/ ] ?[0-9]+)+")
_SIGNS = {**dict.fromkeys(map(ord, "‐‑‒–—−"), "-"), 0xA0: " ", 0x202F: " ", 0x2009: " "}


def parse_phone(text: str) -> tuple[str, str]:
    """Read a number as (to dial, to show).

    To dial is E.164, or a short code as it is (110, 112, 116117, the clubs' mobile 22 22 22). To
    show is the text's own grouping if it has one, else that of the national numbering plan;
    foreign numbers are shown with their country code. Raises ValueError.
    """
    shown = " ".join(text.translate(_SIGNS).split())
    if len(shown) > 40 or not _ALLOWED.fullmatch(shown):
        raise SentenceError(
            '"{shown}" is not a phone number: write "089 99998-114"', shown=shown[:40]
        )
    shown = re.sub("^tel: ?", "", shown, flags=re.I)
    digits = re.sub("[^0-9+]", "", shown)
    if SHORT_CODES.fullmatch(digits):
        return digits, shown
    if _TWO_NUMBERS.search(shown):
        raise SentenceError(
            '"{shown}" holds two numbers: give each an entry of its own in phones', shown=shown
        )
    import phonenumbers

    try:
        number = phonenumbers.parse(shown, "DE")
    except phonenumbers.NumberParseException:
        raise SentenceError(
            '"{shown}" is not a phone number: write "089 99998-114"', shown=shown
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise SentenceError(
            '"{shown}" is not a number in use: give it with area code, like "089 99998-114"',
            shown=shown,
        )
    dial = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code != 49:
        foreign = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return dial, phonenumbers.format_number(number, foreign)
    if _GROUPED.fullmatch(shown):
        return dial, shown
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    # The library leaves out the 0 of short numbers of the countryside, which must be dialled.
    return dial, national if national.startswith("0") else f"0{national}"
