"""The corpus: no wrong position, at most 5 % of the valid refused, all malformed refused."""

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.model import Place
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation import parse_place

from .corpus_malformed import MALFORMED
from .corpus_valid import VALID


def read(text: str) -> Place | None:
    """Return the place, or None if the text is refused."""
    try:
        return parse_place(text)
    except UsageError:
        return None


def test_the_corpus_is_large_enough() -> None:
    """The corpus has at least 300 different inputs, 200 of them valid and 80 malformed."""
    assert len({text for text, *_ in VALID}) == len(VALID) >= 200
    assert len({text for text, _ in MALFORMED}) == len(MALFORMED) >= 80
    assert len(VALID) + len(MALFORMED) >= 300


@pytest.mark.parametrize(("text", "lat", "lon", "tolerance_km"), VALID)
def test_no_valid_place_is_read_wrong(
    text: str, lat: float, lon: float, tolerance_km: float
) -> None:
    """A spelling in use gives the position that it means, or nothing, never another one."""
    place = read(text)
    if place is not None:
        assert great_circle_km(lat, lon, place.lat, place.lon) <= tolerance_km


def test_hardly_any_valid_place_is_refused() -> None:
    """At most 5 % of the valid spellings are refused; the failure names them."""
    refused = [text for text, *_ in VALID if read(text) is None]
    assert len(refused) <= 0.05 * len(VALID), refused


@pytest.mark.parametrize(("text", "words"), MALFORMED)
def test_every_malformed_place_is_refused(text: str, words: str) -> None:
    """A text without a place, or with an ambiguous one, is refused with the reason."""
    with pytest.raises(UsageError) as refusal:
        parse_place(text)
    assert words in f"{refusal.value} {refusal.value.hint}"
