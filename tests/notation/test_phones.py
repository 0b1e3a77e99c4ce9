"""Phone numbers as German lists write them."""

import pytest

from dispatch_cli.notation import parse_phone

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
    """What is dialled is one form; what is shown keeps the grouping in which it was written."""
    assert parse_phone(text) == (number, shown)


@pytest.mark.parametrize("prefix", FILM_RANGES)
def test_the_regulators_film_numbers_are_valid(prefix: str) -> None:
    """All five ranges that are reserved for films can be read, from the first to the last."""
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
def test_what_cannot_be_dialled_is_refused_with_what_was_found(text: str) -> None:
    """Wrong numbers raise ValueError and quote the text."""
    with pytest.raises(ValueError, match="number") as refusal:
        parse_phone(text)
    assert text.strip()[:5] in str(refusal.value)
