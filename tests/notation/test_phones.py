"""Phone numbers in the spellings of German lists."""

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from dispatch_cli.errors import SentenceError
from dispatch_cli.notation import is_same_number, line_of, parse_phone
from dispatch_cli.notation.dialling import SHORT_CODES

FILM_RANGES = ("030 23125-", "069 90009-", "040 66969-", "0221 4710-", "089 99998-")


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [
        ("089 99998-114", "+498999998114", "089 99998-114"),
        ("  089  99998-114 ", "+498999998114", "089 99998-114"),
        ("089 99998–114", "+498999998114", "089 99998-114"),
        ("089\u00a099998-114", "+498999998114", "089 99998-114"),
        ("08999998114", "+498999998114", "089 99998114"),
        ("+498999998114", "+498999998114", "089 99998114"),
        ("tel:+49-89-99998-114", "+498999998114", "089 99998114"),
        ("+49 89 99998-114", "+498999998114", "+49 89 99998-114"),
        ("+49 (0)821 / 12 34 56", "+49821123456", "+49 (0)821 / 12 34 56"),
        ("0049 821 123456", "+49821123456", "0821 123456"),
        ("(0821) 123456", "+49821123456", "0821 123456"),
        ("0821/123456", "+49821123456", "0821/123456"),
        ("0374064", "+49374064", "0374064"),
        ("0171/1234567", "+491711234567", "0171/1234567"),
        ("0800 5 10 11 12", "+498005101112", "0800 5 10 11 12"),
        ("+43 1 5127777", "+4315127777", "+43 1 5127777"),
        ("0043 1 5127777", "+4315127777", "+43 1 5127777"),
        ("110", "110", "110"),
        ("112", "112", "112"),
        ("1 1 2", "112", "1 1 2"),
        ("115", "115", "115"),
        ("116117", "116117", "116117"),
        ("116 117", "116117", "116 117"),
        ("116116", "116116", "116116"),
        ("22 22 22", "222222", "22 22 22"),
        ("222222", "222222", "222222"),
    ],
)
def test_number_to_dial_and_to_show(text: str, number: str, shown: str) -> None:
    """The number to dial has one form; the number to show keeps the grouping of the text."""
    assert parse_phone(text) == (number, shown)


PREFIXES = ("0", "+49 ", "+49 (0) ", "+49(0)", "0049 ", "0043 ", "+43 ", "+39 0", "+1 ")
AREAS = ("89", "221", "521", "171", "8234", "1", "6", "212")


@given(
    prefix=st.sampled_from(PREFIXES),
    area=st.sampled_from(AREAS),
    own=st.text("0123456789", min_size=3, max_size=9),
    gap=st.sampled_from(["", " ", "-", "/", " - "]),
)
def test_the_line_of_a_number_is_what_it_dials(prefix, area, own, gap):
    """The line of a German number in any spelling, and of any shown number, is the one to dial."""
    text = f"{prefix}{area}{gap}{own}"
    try:
        number, shown = parse_phone(text)
    except ValueError:
        reject()
    assert line_of(shown) == line_of(number) == number
    if number.startswith("+49"):
        assert line_of(text) == number


@pytest.mark.parametrize("code", ["110", "112", "116117", "116 117", "19222", "22 22 22", ""])
def test_a_short_code_is_no_line(code):
    """A short code, which several services share, has no line and equals itself."""
    assert SHORT_CODES.fullmatch(code.replace(" ", "")) or not code
    assert line_of(code) == ""
    assert is_same_number(code, code)


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("0221 97754321", "0521 97754321", False),
        ("089 99998-777", "+49 (0) 89 99998777", True),
        ("089 99998-777", "+49 089 99998777", True),
        ("089 99998-777", "99998777", False),
        ("99998-777", "99998777", True),
        ("+43 89 99998777", "089 99998-777", False),
        ("12345", "1 2345", False),
        ("anna office", "anna cell", False),
    ],
)
def test_which_numbers_are_the_same(one, other, are_same):
    """Two numbers are the same if they dial the same line; the area and the country count."""
    assert is_same_number(one, other) is is_same_number(other, one) is are_same


@pytest.mark.parametrize("prefix", FILM_RANGES)
def test_the_regulators_film_numbers_are_valid(prefix: str) -> None:
    """The first and the last number of the five ranges that are reserved for films are valid."""
    for extension in (0, 1, 114, 500, 999):
        number, shown = parse_phone(f"{prefix}{extension:03}")
        assert number.startswith("+49")
        assert shown == f"{prefix}{extension:03}"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "call me", "0800 ADAC", "123", "99998-114", "+49 110", "0049112", "0", "+", "()",
        "089 99998-114; 089 99998-115", "089 99998-114 ext. 5", "089 99998-114,5", "+999 123456",
        "0" * 60, "٠٨٩ ٩٩٩٩٨", "089\x1b[31m99998", "9" * 20, "+1 555",
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_dialled_is_refused_and_quoted(text: str) -> None:
    """Wrong numbers raise ValueError and quote the text."""
    with pytest.raises(ValueError, match="number") as refusal:
        parse_phone(text)
    assert text.strip()[:5] in str(refusal.value)


TWO_NUMBERS = (
    "089 99998114 / 115", "089 99998114/115", "089 99998-104/-5", "089 99998-104 / -105",
    "0821 123456 / 57", "0821/123456 / 123457", "089 99998114 oder 089 99998115",
    "089 99998114 oder 115", "089 99998114 u. 115", "089 99998-114 und -115",
    "089 99998114\n089 99998115", "089 99998114\r\n115", "089 99998114 089 99998115",
    "089 99998114; 089 99998115", "089 99998114, 0171 3920012", "089 99998114|115",
    "+49 89 99998114 / +49 89 99998115", "0171 1234567 / 0821 123456", "030 23125-0/-12",
    "tel: 089 99998114 / 115", "(089) 99998114 & 115",
)  # fmt: skip


@pytest.mark.parametrize("text", TWO_NUMBERS)
def test_two_numbers_in_one_entry_are_refused_as_two(text: str) -> None:
    """A second number, or the last digits of one, never becomes a part of the first number."""
    with pytest.raises(SentenceError, match="two numbers"):
        parse_phone(text)


@pytest.mark.parametrize(
    "text",
    ["089 99998114 - 116", "089 99998114 115", "089 99998114-116117", "49 89 99998114115",
     "+49 89 99998114 115", "0821 123456789", "0821 12345678-9", "08999998114115"],
)  # fmt: skip
def test_a_german_number_has_at_most_eleven_digits(text: str) -> None:
    """The regulator's plan has no longer numbers: the entry says how many digits were found."""
    with pytest.raises(SentenceError, match=r"digits behind the 0|not a valid number"):
        parse_phone(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("49 221 4710123", "+492214710123"),
        ("49 221/4710-123", "+492214710123"),
        ("492214710123", "+492214710123"),
        ("49 (221) 4710123", "+492214710123"),
        ("(+49) 89 99998-114", "+498999998114"),
        ("(+49)89/99998114", "+498999998114"),
        ("+49 / 89 / 99998114", "+498999998114"),
        ("+49/89/99998-114", "+498999998114"),
        ("Tel. 089 99998114", "+498999998114"),
        ("Tel.: 089/99998-114", "+498999998114"),
        ("Telefon: 089 99998114", "+498999998114"),
        ("Fon 089 99998114", "+498999998114"),
        ("\u260e 089 99998114", "+498999998114"),
        ("\u202a+49 89 99998114\u202c", "+498999998114"),
        ("\u200b089\u200b 99998114", "+498999998114"),
        ("\ufeff089 99998114", "+498999998114"),
        ("\uff10\uff18\uff19 \uff19\uff19\uff19\uff19\uff18\uff11\uff11\uff14", "+498999998114"),
        ("089 / 999 98 - 114", "+498999998114"),
        ("0821/123456", "+49821123456"),
        ("06221 54-0", "+496221540"),
    ],
)
def test_spellings_of_one_number(text: str, number: str) -> None:
    """Country codes without plus or in brackets, labels, marks without width, wide digits."""
    dial, shown = parse_phone(text)
    assert dial == number
    assert line_of(shown) == number


DIGITS = st.text("0123456789", min_size=1, max_size=8)
JOINTS = [" / ", "/", " - ", "/-", " oder ", " u. ", ", ", "; ", "\n", " "]


@given(one=DIGITS, joint=st.sampled_from(JOINTS), other=DIGITS)
def test_digits_behind_a_whole_number_never_lengthen_it_beyond_the_plan(one, joint, other):
    """With any text behind a number, the result is a number that the regulator's plan allows."""
    try:
        number, _ = parse_phone(f"089 99998{one}{joint}{other}")
    except ValueError:
        return
    assert len(number) - len("+49") <= 11
    # A joint of lists never joins: only a blank or a dash may stand within a number.
    assert joint in (" ", " - ") or len(one) == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("8999998114.0", "decimal point"),
        ("4989999981.0", "decimal point"),
        ("08999998114.0", "decimal point"),
        ("049 221 123456", "country code 49 or with an area code"),
        ("049-221-123456", "country code 49 or with an area code"),
        ("4922 123456", "country code 49 or with an area code"),
        ("4921 99170", "country code 49 or with an area code"),
        ("089 99998114 Durchwahl 12", "extension"),
        ("089 99998-0 App. 3", "extension"),
        ("+49 89 99998114;ext=3", "extension"),
        ("089 99998114 x12", "extension"),
        ("089 99998114 bis 117", "two numbers"),
        ("089 99998114 bzw. 115", "two numbers"),
        ("089 99998114 + 115", "two numbers"),
        ("089 99998114 \\ 115", "two numbers"),
        ("089 99998114 • 115", "two numbers"),
        ("089-99998114 Fax: -115", "two numbers"),
        ("110 oder 112", "two numbers"),
        ("112, 110", "two numbers"),
    ],
)
def test_what_may_be_another_number_is_refused_with_the_reason(text: str, reason: str) -> None:
    """Floats of spreadsheets, a country code that may be an area code, extensions, two numbers."""
    with pytest.raises(SentenceError) as refused:
        parse_phone(text)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tel.-Nr. 089 99998114", "+498999998114"),
        ("Tel.Nr.: 089 99998114", "+498999998114"),
        ("T: 089 99998114", "+498999998114"),
        ("Festnetz: 089 99998114", "+498999998114"),
        ("Handy 0171 1234567", "+491711234567"),
        ("Mobiltelefon: 0171 1234567", "+491711234567"),
        ("📱 0171 1234567", "+491711234567"),
        ("Notruf: 112", "112"),
        ("4989 99998114", "+498999998114"),
        ("49171 1234567", "+491711234567"),
        ("49 221 123456", "+49221123456"),
    ],
)
def test_labels_and_bare_country_codes_are_read(text: str, number: str) -> None:
    """A word before the number is left out; 49 is the country code where no area fits."""
    assert parse_phone(text)[0] == number
