"""Read phone numbers in the spellings of German lists."""

import re
import unicodedata

from ..errors import SentenceError
from .dialling import SHORT_CODES

MOST_CHARACTERS = 40
MOST_DIGITS = 11
"""Of a German number behind its leading 0, area code included (numbering plan of the regulator)."""

MOST_OF_ALL = len("00") + 15
"""Digits of the longest number of any country (E.164), dialled from abroad."""

_ALLOWED = re.compile(r"[+(]?[0-9][0-9 ()/.-]*")
_LABEL = re.compile(
    r"(?:tel(?:efon)?(?:[.-]{0,2} ?nr)?|t|fon|phone|mobil(?:telefon)?|handy|festnetz|zentrale"
    r"|notruf|rufnummer|nr)?(?:\.|:|\.:)? ?(?=[+(0-9])",
    re.I,
)
# The mark of a telephone as contact cards have it.
_MARKS = str.maketrans(dict.fromkeys("☎☏✆📞📱", " "))
_COUNTRY_CODE = re.compile(r"^\((\+[0-9]{1,3})\)|^(\+[0-9]{1,3}) ?/(?=[ 0-9(])")
# Between two numbers, or before the end of another one: "114 / 115", "-104/-5", "oder 115".
_JOINTS = re.compile(
    r"[;,|\n\\·•~/]|(?<=[0-9 ])(?:oder|od\.?|und|sowie|bzw\.?|bis|and|or|u\.?|o\.|&|\+|fax:?"
    r"|mobil:?)(?=[ 0-9+(-])",
    re.I,
)
_EXTENSION = re.compile(
    r"(?<=[0-9 ;])(?:durchwahl|dw\.?|app(?:arat)?\.?|nst\.?|ext(?:ension)?[.=]?|x) ?[0-9]", re.I
)
_FLOAT = re.compile(r"[0-9]+\.0")
_BARE_CODE = re.compile(r"49[ ./-]*\(?[1-9]")
_GROUPED = re.compile(r"(?:\+49 ?(?:\(0\))? ?|0)[1-9][0-9]*(?: ?[-/ ] ?[0-9]+)+")
_ASCII_OF = {**dict.fromkeys(map(ord, "‐‑‒–—−"), "-"), 0xA0: " ", 0x202F: " ", 0x2009: " "}


def parse_phone(text: str) -> tuple[str, str]:
    """Read a phone number; returns the number to dial and the number to show.

    The first is E.164, or a short code unchanged (110, 112, 116117, the clubs' mobile 22 22 22).
    The second keeps the grouping of the text if it has one, else it has that of the national
    numbering plan; foreign numbers have their country code. Raises SentenceError.
    """
    lines = _cleaned(text)
    shown = " ".join(lines.split())
    if SHORT_CODES.fullmatch(shown.replace(" ", "")):
        return shown.replace(" ", ""), shown
    if _FLOAT.fullmatch(shown):
        raise SentenceError(
            '"{number}" is a number with a decimal point, as spreadsheets write it; write the phone'
            ' number as a text, like "089 99998-114"',
            number=shown[:MOST_CHARACTERS],
        )
    if _EXTENSION.search(shown):
        raise SentenceError(
            '"{number}" has an extension in words; write the whole number that is dialled, like'
            ' "089 99998-114"',
            number=shown[:MOST_CHARACTERS],
        )
    digits = len(re.sub("[^0-9]", "", lines))
    if digits > MOST_OF_ALL and not _is_two_numbers(lines.strip()):
        raise SentenceError(
            '"{number}" has {count} digits, too many for one number: it may be two numbers; write'
            " each number as an entry of its own",
            number=shown[:MOST_CHARACTERS],
            count=digits,
        )
    if _is_two_numbers(lines.strip()):
        raise SentenceError(
            '"{number}" contains two numbers; write each number as an entry of its own',
            number=shown[:MOST_CHARACTERS],
        )
    if len(shown) > MOST_CHARACTERS or not _ALLOWED.fullmatch(shown):
        raise _not_a_number(shown)
    return _valid(shown)


def _cleaned(text: str) -> str:
    """Write digits of full width plainly, leave out marks without width, labels and symbols."""
    plain = unicodedata.normalize("NFKC", text.translate(_ASCII_OF)).translate(_ASCII_OF)
    plain = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    plain = plain.translate(_MARKS).strip()
    plain = _LABEL.sub("", plain, count=1) if _LABEL.match(plain) else plain
    return _COUNTRY_CODE.sub(lambda found: f"{found[1] or found[2]} ", plain, count=1)


def _is_two_numbers(text: str) -> bool:
    """Return whether digits follow a separator behind a number."""
    for joint in _JOINTS.finditer(text):
        before, after = text[: joint.start()].strip(" \r-"), text[joint.end() :]
        has_digits = re.search("[0-9]", after) is not None
        is_whole = SHORT_CODES.fullmatch(before.replace(" ", "")) or (
            _ALLOWED.fullmatch(before) and _is_valid(before)
        )
        if has_digits and is_whole:
            return True
    return False


def _is_valid(text: str) -> bool:
    try:
        _valid(text)
    except SentenceError:
        return False
    return True


def _valid(shown: str) -> tuple[str, str]:
    """Return the number to dial and to show of one number; raises SentenceError."""
    import phonenumbers

    # With its country code and without a plus: 49 221 … is not the area 04922. The area code 049
    # does not exist, and "4922 123456" may be the area 04922 whose 0 a spreadsheet left out.
    is_bare = _BARE_CODE.match(shown) is not None
    if re.match(r"049[ ./-]", shown) or (is_bare and shown[2].isdigit() and _is_valid(f"0{shown}")):
        raise SentenceError(
            '"{number}" may begin with the country code 49 or with an area code; write +49, or the'
            " area code with its 0",
            number=shown,
        )
    try:
        number = phonenumbers.parse(f"+{shown}" if is_bare else shown, "DE")
    except phonenumbers.NumberParseException:
        raise _not_a_number(shown) from None
    if not phonenumbers.is_valid_number(number):
        raise SentenceError(
            '"{number}" is not a valid number; write it with area code, like "089 99998-114"',
            number=shown,
        )
    dial = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code != 49:
        foreign = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return dial, phonenumbers.format_number(number, foreign)
    if len(dial) - len("+49") > MOST_DIGITS:
        raise SentenceError(
            '"{number}" has {count} digits behind the 0; a German number has at most {most}.'
            " Write each number as an entry of its own",
            number=shown,
            count=len(dial) - len("+49"),
            most=MOST_DIGITS,
        )
    if _GROUPED.fullmatch(shown):
        return dial, shown
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    # The library omits the leading 0 of short rural numbers, which must be dialled.
    return dial, national if national.startswith("0") else f"0{national}"


def _not_a_number(shown: str) -> SentenceError:
    return SentenceError(
        '"{number}" is not a phone number; write it like "089 99998-114"',
        number=shown[:MOST_CHARACTERS],
    )
