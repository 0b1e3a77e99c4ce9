"""A place on a motorway is divided into its parts; other texts are left to the other notations."""

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.notation.carried_towns import postal_names
from dispatch_cli.notation.place_names import fold_name
from dispatch_cli.notation.roads import RoadText, is_road_text, read_road


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A5 km 577,2 Richtung Basel", RoadText(road="A5", km=577.2, towards="Basel")),
        ("BAB A5 Kilometer 577", RoadText(road="A5", km=577.0)),
        ("A05 km 1", RoadText(road="A5", km=1.0)),
        ("A5 km 577 Richtung Frankfurt (Oder)",
         RoadText(road="A5", km=577.0, towards="Frankfurt (Oder)")),
        ("A5 zwischen km 577 und 575", RoadText(road="A5", km=575.0, km_to=577.0)),
        ("AK Heidelberg", RoadText(exits=("Heidelberg",), is_crossing=True)),
        ("Walldorfer Kreuz", RoadText(exits=("Walldorfer Kreuz",), is_crossing=True)),
        ("A5 AS Heidelberg/Schwetzingen",
         RoadText(road="A5", exits=("Heidelberg/Schwetzingen",), is_crossing=False)),
        ("Ausfahrt 37a", RoadText(exits=("37a",), is_crossing=False)),
        ("A5 zwischen Heidelberg und Bad Schönborn Richtung Basel",
         RoadText(road="A5", exits=("Heidelberg", "Bad Schönborn"), towards="Basel")),
    ],
)  # fmt: skip
def test_the_parts_of_a_text(text: str, parts: RoadText) -> None:
    """Motorway, kilometre or range, exits with the kind of their word, direction."""
    assert read_road(text) == parts


@pytest.mark.parametrize(
    "text",
    ["Kreuzau", "Asbach", "Adenau", "As", "AK", "Ausfahrt", "A 5, 68159 Mannheim", "A5+12", "86150",
     "48.3705, 10.8978", "32U PU 39971 59151", "9VCX+64 Augsburg", "Adelsried", "A5 Motel", "",
     "geo:48.3,10.8", "https://maps.google.com/?q=A5", "Kreuz", "Akazienweg 5, 86150 Augsburg"],
)  # fmt: skip
def test_other_texts_are_no_road(text: str) -> None:
    """They are read as before."""
    assert read_road(text) is None


def test_no_town_is_taken_for_an_exit() -> None:
    """None of the carried names of towns is read as a place on a motorway."""
    names = list(postal_names())
    assert len(names) > 10_000
    assert [name for name in names if is_road_text(name)] == []
    assert is_road_text(f"ausfahrt {fold_name('Augsburg')}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("B 17 km 12,5", "road tables have motorways only"),
        ("A5", "the kilometre or the exit is missing"),
        ("A5 km", "km is not understood"),
        ("km 5", "the motorway is missing"),
        ("A5 km 577 Kiosk", "Kiosk is not understood"),
    ],
)
def test_a_text_that_lacks_a_part_is_refused(text: str, said: str) -> None:
    """The error says which part, and the hint shows how to write it."""
    with pytest.raises(UsageError, match=said) as refusal:
        read_road(text)
    assert refusal.value.hint
