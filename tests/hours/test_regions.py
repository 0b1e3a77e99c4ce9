"""The names of holiday regions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.hours import is_region, parse_region


@pytest.mark.parametrize(
    ("text", "region"),
    [("BY", "BY"), ("by", "BY"), (" By + Catholic ", "BY+catholic"), ("AUGSBURG", "Augsburg")],
)
def test_regions_in_any_case(text: str, region: str) -> None:
    """Case and blanks make no difference; the result is the one canonical name."""
    assert parse_region(text) == region
    assert is_region(text)


@pytest.mark.parametrize("text", ["", "DE", "BW+catholic", "München", "BY+", "BY+protestant"])
def test_unknown_regions_are_refused_with_all_that_are_allowed(text: str) -> None:
    """The error lists the Länder, the Catholic parts and Augsburg."""
    assert not is_region(text)
    with pytest.raises(ValueError, match=r"BB, .*TH, BY\+catholic, .*Augsburg"):
        parse_region(text)


@given(st.text())
def test_any_text_is_a_region_or_refused(text: str) -> None:
    """``is_region`` is true for exactly the texts that ``parse_region`` accepts."""
    try:
        parse_region(text)
    except ValueError:
        assert not is_region(text)
    else:
        assert is_region(text)
