"""The text for a provider before its acceptance has a rough place and nothing more exact."""

import pytest

from dispatch_cli.cases import call_texts
from dispatch_cli.model import Place
from dispatch_cli.model.words import LANGUAGES
from dispatch_cli.notation import place_at, place_of_postcode

from ..worlds import incident


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (place_of_postcode("86150", "Augsburg"), "86150 Augsburg"),
        (place_at(48.3705, 10.8978), "86153"),
        (place_at(47.5596, 7.5886), "Switzerland, nearest 79576"),
        (place_at(54.5, 6.5), "outside Germany, nearest 27498"),
        (Place(lat=45.0, lon=9.0, foreign_km=240.0), "?"),
    ],
)
def test_the_rough_area(place: Place, said: str) -> None:
    """Postcode and town, or country and nearest postcode; a blurred place abroad has neither."""
    assert call_texts.rough_area(incident(place=place)) == said
    assert str(place.lat) not in said


def test_every_language_has_every_text():
    """A language that is only named would be spoken in English."""
    assert set(call_texts.TEXTS) == set(LANGUAGES)
    for texts in call_texts.TEXTS.values():
        assert texts.keys() == call_texts.TEXTS["en"].keys()
