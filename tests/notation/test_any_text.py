"""Any text gives a value or the documented error."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.errors import UsageError
from dispatch_cli.notation import (
    land_of,
    parse_metres,
    parse_phone,
    parse_place,
    parse_postcode_ranges,
    parse_weight_t,
    parse_when,
)
from dispatch_cli.notation.position import clean_text
from dispatch_cli.notation.roads import read_road

from .corpus_malformed import MALFORMED
from .corpus_valid import VALID

TEXTS = [text for text, *_ in VALID] + [text for text, _ in MALFORMED]
_MATERIAL = """
48.3705 10.8978 86150 22 53 0 -1 . , ; : / + - = ° ' " N S E O W km A8 geo: u= crs= lat lon ( )
Augsburg 9VCX+64 8FWG 32U PU https:// www.google.com /maps/ @ !3d !4d ?q= # map= %2C Uhr kg
BAB Kilometer Richtung zwischen und Ausfahrt AK
"""
PIECES = _MATERIAL.split()


@st.composite
def near_misses(draw: st.DrawFn) -> str:
    """Return a text of the corpus with a part removed, doubled or replaced."""
    text = draw(st.sampled_from(TEXTS))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 8)))
    piece = draw(st.one_of(st.text(max_size=4), st.sampled_from(PIECES), st.just(text[start:end])))
    return text[:start] + piece + text[end:]


anything = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*PIECES, " "]), max_size=12).map("".join),
    near_misses(),
)


@given(anything)
def test_any_text_is_a_place_or_a_usage_error(text: str) -> None:
    """No text gives another exception, and every place is on the globe and complete."""
    with suppress(UsageError):
        read_road(clean_text(text))
    try:
        place = parse_place(text)
    except UsageError:
        return
    assert -90 <= place.lat <= 90
    assert -180 <= place.lon <= 180
    assert 0 <= place.uncertainty_km <= 50
    assert bool(place.postcode) != bool(place.foreign_km)
    assert (place.postcode in place.postcodes) == (not place.foreign_km)
    assert place.readback


@given(anything)
def test_any_text_is_a_phone_number_or_a_value_error(text: str) -> None:
    """No text gives another exception, and the result can be dialled."""
    try:
        number, shown = parse_phone(text)
    except ValueError:
        return
    assert number.removeprefix("+").isdigit()
    assert shown


@given(anything)
def test_any_text_is_an_amount_or_a_usage_error(text: str) -> None:
    """No text gives another exception, and amounts are within their bounds."""
    for parse, most in ((parse_weight_t, 100), (parse_metres, 20)):
        try:
            assert 0 < parse(text) <= most
        except UsageError:
            continue


@given(anything, st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_any_text_is_a_moment_or_a_usage_error(text: str, now: datetime) -> None:
    """No text gives another exception, and every moment knows its offset."""
    try:
        assert parse_when(text, now.replace(tzinfo=UTC), "Europe/Berlin").utcoffset() is not None
    except UsageError:
        return


@given(st.lists(anything, max_size=3))
def test_any_texts_are_postcode_ranges_or_a_value_error(texts: list[str]) -> None:
    """No text gives another exception, and ranges run forwards between five-digit codes."""
    assert all(land_of(text) == "" or len(text) == 5 for text in texts)
    try:
        ranges = parse_postcode_ranges(texts)
    except ValueError:
        return
    assert all(len(first) == len(last) == 5 and first <= last for first, last in ranges)
