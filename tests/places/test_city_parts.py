"""A name may be that of a municipality and of a part of a city: both readings are named."""

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.model import Place
from dispatch_cli.notation.city_parts import UNLISTED, parts_beside
from dispatch_cli.notation.place_names import fold_name
from dispatch_cli.places.resolving import resolve


def found(text: str) -> Place:
    """Find a place by the tables of the package."""
    return resolve(text, named={}, gazetteer=None)


@pytest.mark.parametrize(
    ("name", "village", "part"),
    [
        ("Harburg", "86655 Harburg", "21073 Hamburg-Harburg"),
        ("Zehlendorf", "16515 Zehlendorf", "14163 Berlin-Zehlendorf"),
        ("Rheinhausen", "79365 Rheinhausen", "47226 Duisburg-Rheinhausen"),
    ],
)
def test_a_large_part_of_a_city_is_a_choice(name, village, part):
    """Both choices are listed, and each can be typed as it stands there."""
    with pytest.raises(UsageError, match="is ambiguous") as refused:
        found(name)
    listed = [str(problem) for problem in refused.value.problems[1:]]
    assert listed[0].strip().startswith(village)
    assert listed[1].strip() == part
    for choice in (village, part):
        assert found(choice).postcode == choice[:5]


def test_a_qualified_name_has_one_reading():
    """The district or the Land says which one is meant."""
    assert found("Harburg, BY").postcode == "86655"
    assert found("Harburg (Donau-Ries)").postcode == "86655"


def test_goeggingen_alone_names_the_part_of_augsburg():
    """The village is taken, and the part of the city is named; with the city's postcode not."""
    assert found("Göggingen").label == "73571 Göggingen"
    assert [part.choice for part in parts_beside(found("Göggingen"))] == [
        "86199 Augsburg-Göggingen"
    ]
    assert found("86199 Augsburg-Göggingen").postcode == "86199"
    assert {fold_name(name) for name in UNLISTED} == {*UNLISTED}


def test_behind_a_short_plus_code_any_namesake_is_a_choice():
    """A short code gives another place near each of them."""
    with pytest.raises(UsageError, match="is ambiguous"):
        found("9VCX+6Q Göggingen")


@pytest.mark.parametrize(
    "text",
    [
        "9VCX+6Q Augsburg", "9vcx+6q augsburg", "9VCX+6Q, Augsburg", "Augsburg 9VCX+6Q",
        "Augsburg, 9VCX+6Q", "9VCX+6Q Augsburg, Germany", "9VCX+6Q Augsburg, Deutschland",
        "9VCX+6Q 86150", "86150 Augsburg 9VCX+6Q",
    ],
)  # fmt: skip
def test_a_short_plus_code_with_its_town(text):
    """The town or postcode stands behind the code or in front of it, also with the country."""
    place = found(text)
    assert place.source == "plus_code"
    assert (place.lat, place.lon) == pytest.approx((48.3705, 10.8995), abs=2e-3)


def test_a_city_of_one_reading_is_not_touched():
    """Places without namesakes, and parts smaller than the municipality, are no choice."""
    for name in ("Augsburg", "Friedberg, BY", "Gersthofen", "Berlin", "Hamburg"):
        assert parts_beside(found(name)) == []
